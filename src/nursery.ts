import { setFlagsFromString } from 'node:v8';

/** Versions of Node whose V8 is known to take the flag; another one would complain about it on stderr. */
const known = { oldest: 20, newest: 24 };

/**
 * Keeps the memory small that V8 sets aside for new objects. It would grow to 96 MB, nearly all of it empty: with 1,000 jobs that is a third
 * of the whole process, and it makes nothing faster here (docs/performance.md).
 */
export function keepNurserySmall(): void {
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= known.oldest && major <= known.newest) setFlagsFromString('--semi-space-growth-factor=1');
}
