import { setFlagsFromString } from 'node:v8';

/** Versions of Node whose V8 is known to take the flags; another one would complain about them on stderr. */
const known = { oldest: 20, newest: 24 };

/**
 * Keeps the heap near what is alive in it. Left alone, V8 sets up to 96 MB aside for new objects and collects the old ones late: a rollout of
 * hundreds of jobs, of which 50 MB are alive, would take 300 MB and more. What it costs in time stands in docs/performance.md.
 */
export function keepHeapSmall(): void {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < known.oldest || major > known.newest) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
