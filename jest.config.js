import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  // With TEST_RESULTS the counts are also written to that file: see .ci/run.
  reporters: process.env['TEST_RESULTS'] ? ['default', '<rootDir>/suites/results.mjs'] : ['default'],
  testTimeout: 60_000,
  // Most tests wait for processes and emulated clocks: more of them than processors are at work at once.
  maxWorkers: Math.max(3, availableParallelism()),
};
