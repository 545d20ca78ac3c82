import type { CodeEntry } from './entry.js';

export const rolloutCodes = {
} as const satisfies Record<string, CodeEntry>;
