import { describe, expect, it } from '@jest/globals';
import type { Gate } from '../../src/model/job.js';
import type { JobRecord } from '../../src/model/record.js';
import type { Run } from '../../src/model/run.js';
import { gateWatchOf } from '../../src/verify/gate-watch.js';
import { watchOf } from '../../src/verify/life.js';
import { pointAt, type Sampler } from '../../src/verify/samplers/asked.js';
import { specsOf } from '../../src/verify/spec.js';
import { signal } from './stage.js';

const start = Date.parse('2026-01-01T00:00:00Z');
const run = { id: 'run-2', state: 'starting', engineState: 'RESTARTING', streaming: true } as Run;
const offered = [
  signal('restarts', { kind: 'counter', perRun: true }),
  signal('errors', { kind: 'counter' }),
  signal('checkpoints'),
];
const gates: readonly Gate[] = [
  { signal: 'restarts', mode: 'budget', 'max-delta': 1 },
  { signal: 'errors', mode: 'budget', 'max-delta': 1 },
  { signal: 'checkpoints', mode: 'converge', max: 100, deadline: '10s' },
];

/** A run that was never seen running, and of which each signal counts up by this much a sample. */
async function judgedAfter(samples: number, each: number) {
  const job = { verify: { runningWithinSeconds: 600, bakeSeconds: 60, gates }, stateful: true } as never;
  const record = { job: 'orders' } as JobRecord;
  let asked = 0;
  const sampler: Sampler = async (one) => [pointAt(one, each * Math.floor(asked++ / offered.length))];
  const watching = gateWatchOf(job, offered, specsOf(job, offered), {}, sampler);
  const watch = watchOf(run, start);
  let now = start;
  for (let taken = 0; taken < samples; taken += 1, now += 15_000) await watching.collect(run, record, watch, now);
  return Object.fromEntries(watching.judged(watch, now).map(({ spec, verdict }) => [spec.id, verdict?.result ?? null]));
}

describe('a run that was never seen running', () => {
  it('is over its budget all the same by what is counted of it alone; no other gate is judged', async () => {
    expect(await judgedAfter(6, 1)).toEqual({ restarts: 'fail', errors: null, checkpoints: null });
  });

  it('has not passed a budget that it keeps: the bake has not begun', async () => {
    expect(await judgedAfter(40, 0)).toEqual({ restarts: null, errors: null, checkpoints: null });
  });
});
