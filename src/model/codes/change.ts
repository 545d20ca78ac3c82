import type { CodeEntry } from './entry.js';

export const changeCodes = {
} as const satisfies Record<string, CodeEntry>;
