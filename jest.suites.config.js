// The suites that need more than Node and git; `npm test` leaves them out. Each has its own npm script.
import base from './jest.config.js';

export default { ...base, roots: ['<rootDir>/suites'], testTimeout: 300_000, maxWorkers: 1, maxConcurrency: 8 };
