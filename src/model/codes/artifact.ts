import type { CodeEntry } from './entry.js';

export const artifactCodes = {
} as const satisfies Record<string, CodeEntry>;
