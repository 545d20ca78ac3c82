import type { CodeEntry } from './entry.js';

export const dataflowCodes = {
} as const satisfies Record<string, CodeEntry>;
