import type { Verbs } from '../engine.js';

/** Every application can be updated, scaled, started and stopped. */
export const verbs = ['start', 'replace', 'scale', 'stop'] as const satisfies readonly (keyof Verbs)[];
