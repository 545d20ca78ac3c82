import type { CodeEntry } from './entry.js';

export const glueCodes = {
} as const satisfies Record<string, CodeEntry>;
