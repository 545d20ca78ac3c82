import { rolloutIdOf } from '../../src/artifacts/digest.js';
import type { Good } from '../../src/model/artifact.js';
import type { StrategyName } from '../../src/model/job.js';
import type { JobRecord } from '../../src/model/record.js';
import type { Run, RunState } from '../../src/model/run.js';
import type { Stamp } from '../../src/model/stamp.js';
import type { Step, StepVerb } from '../../src/model/step.js';
import type { Own } from '../../src/rollout/decision.js';
import { openRecord } from '../../src/rollout/records.js';
import { type Sight, sortRuns } from '../../src/rollout/sight.js';

const stepsOf: Partial<Record<StrategyName, readonly StepVerb[]>> = {
  create: ['start', 'verify'],
  'in-flight-update': ['scale', 'verify'],
  'in-place-update': ['replace', 'verify'],
  restart: ['prepare', 'stop', 'start', 'verify'],
  'savepoint-upgrade': ['snapshot', 'start', 'verify'],
  'drain-and-resubmit': ['drain', 'start', 'verify'],
  parallel: ['start', 'verify', 'wait', 'drain'],
  stop: ['drain'],
};

/** Rollout `n` of revision `r1-new`, whose predecessor is `old`; good is revision `r1-old`. */
export function recordOf(strategy: StrategyName, more: Partial<JobRecord> = {}): JobRecord {
  const n = more.n ?? 2;
  const steps: Step[] = (stepsOf[strategy] ?? []).map((verb) => ({
    id: verb === 'snapshot' ? 'stop-with-snapshot' : verb,
    verb,
    undo: null,
    final: strategy === 'parallel' && verb === 'drain',
  }));
  const job = {
    key: 'orders',
    engine: 'memory',
    target: {},
    paths: null,
    ignore: [],
    build: null,
    sink: 'idempotent',
    stateful: true,
    strategy: 'auto',
    maxGapSeconds: null,
    parallel: { overlapSeconds: 600, slots: [] },
    drain: { timeoutSeconds: 600, onTimeout: 'cancel' },
    verify: { runningWithinSeconds: 900, bakeSeconds: 300, gates: [] },
    onFailure: 'rollback',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: 'jobs.yml', line: 1, column: 1 },
  } as const;
  const opened = openRecord(
    {
      name: 'acme',
      environment: 'production',
      job: 'orders',
      engine: 'memory',
      place: 'here',
      names: ['orders'],
      n,
      rollout: rolloutIdOf('acme', 'orders', 'production', 'r1-new', n),
      revision: 'r1-new',
      commit: null,
      holder: { name: 'me', workflow: null, process: null, nonce: 'me' },
      lease: '2026-01-01T00:10:00.000Z',
      predecessor: strategy === 'create' ? null : runOf('old', { stamp: stampOf('r1-old', 1, 'start') }),
      plan: {
        strategy,
        steps,
        job,
        target: { revision: 'new' },
        scale: strategy === 'in-flight-update' ? { workers: 5 } : {},
        codeDigest: 'c',
        settingsDigest: 's',
        artifact: { kind: 'files', digest: 'd', mutable: false },
        slot: null,
        backstopSeconds: null,
        accepted: [],
        actor: null,
        reasons: [],
        needs: [],
        requestedRollback: false,
      },
      at: '2026-01-01T00:00:00.000Z',
      workflowUrl: null,
    },
    null,
  );
  return { ...opened, good: goodOf({}), ...more };
}

export function goodOf(more: Partial<Good>): Good {
  return {
    revision: 'r1-old',
    codeDigest: null,
    settingsDigest: null,
    target: { revision: 'old' },
    artifact: { kind: 'files', digest: 'd', mutable: false },
    runId: 'old',
    commit: null,
    rollout: rolloutIdOf('acme', 'orders', 'production', 'r1-old', 1),
    n: 1,
    slot: null,
    snapshot: null,
    at: '',
    ...more,
  };
}

export function stampOf(revision: string, n: number, step: string, predecessor: string | null = null): Stamp {
  const rollout = rolloutIdOf('acme', 'orders', 'production', revision, n);
  return { revision, rollout, n, step, commit: null, predecessor, slot: null };
}

export function runOf(id: string, more: Partial<Run> & { state?: RunState } = {}): Run {
  const state = more.state ?? 'running';
  return {
    id,
    name: 'orders',
    state,
    engineState: state.toUpperCase(),
    streaming: true,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    stamp: null,
    continues: null,
    replacedBy: null,
    scale: { workers: 1 },
    shows: null,
    url: null,
    detail: null,
    ...more,
  };
}

/** The old run, the one that rollout 2 started, and the one that its undo started. */
export const old = (state: RunState = 'running') => runOf('old', { state, stamp: stampOf('r1-old', 1, 'start') });
export const fresh = (state: RunState = 'running') =>
  runOf('new', { state, stamp: stampOf('r1-new', 2, 'start', 'old'), startedAt: '2026-01-01T00:05:00.000Z' });
export const undone = (state: RunState = 'running') =>
  runOf('back', { state, stamp: stampOf('r1-old', 2, 'undo-start', 'new'), startedAt: '2026-01-01T00:09:00.000Z' });

export function isOurs({ stamp }: Run): boolean {
  return stamp !== null && stamp.rollout === rolloutIdOf('acme', 'orders', 'production', stamp.revision, stamp.n);
}

export function sightOf(record: JobRecord, ...runs: Run[]): Sight {
  return sortRuns(record, runs, isOurs, Date.parse('2026-01-01T00:10:00Z'));
}

export function ownOf(more: Partial<Own> = {}): Own {
  return {
    verdict: null,
    prepared: null,
    settled: true,
    failed: null,
    overdue: new Set(),
    cancelled: new Set(),
    touched: false,
    sentBack: false,
    inherited: false,
    polling: new Set(),
    superseding: null,
    ...more,
  };
}

export const superseding = { code: 'superseded', message: 'commit abc carries on' };
export const undoing = { direction: 'undo', undoReason: { code: 'crash-loop', message: 'it crashed' } } as const;
