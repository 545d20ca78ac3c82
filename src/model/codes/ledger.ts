import type { CodeEntry } from './entry.js';

export const ledgerCodes = {
} as const satisfies Record<string, CodeEntry>;
