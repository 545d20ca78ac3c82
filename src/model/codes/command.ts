import type { CodeEntry } from './entry.js';

export const commandCodes = {
} as const satisfies Record<string, CodeEntry>;
