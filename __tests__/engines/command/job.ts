import type { Job } from '../../../src/model/job.js';

/** A job with the manifest's defaults. */
export function withDefaults(more: Partial<Job>): Job {
  return {
    key: 'orders',
    engine: 'command',
    target: {},
    paths: null,
    ignore: [],
    build: null,
    sink: 'append',
    stateful: true,
    strategy: 'auto',
    maxGapSeconds: null,
    parallel: { overlapSeconds: 600, slots: [] },
    drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
    verify: { runningWithinSeconds: 900, bakeSeconds: 600, gates: [] },
    onFailure: 'rollback',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: 'jobs.yml', line: 1, column: 1 },
    positions: {},
    ...more,
  };
}
