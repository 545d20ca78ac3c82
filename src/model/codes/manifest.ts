import type { CodeEntry } from './entry.js';

export const manifestCodes = {
} as const satisfies Record<string, CodeEntry>;
