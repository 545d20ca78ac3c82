import type { CodeEntry } from './entry.js';

export const inputsCodes = {
} as const satisfies Record<string, CodeEntry>;
