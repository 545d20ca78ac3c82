import type { CodeEntry } from './entry.js';

export const planCodes = {
} as const satisfies Record<string, CodeEntry>;
