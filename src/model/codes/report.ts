import type { CodeEntry } from './entry.js';

export const reportCodes = {} as const satisfies Record<string, CodeEntry>;
