import { revisionOf, rolloutIdOf } from '../../src/artifacts/digest.js';
import { scaleOf, settingsOf } from '../../src/changes/settings.js';
import type { Good } from '../../src/model/artifact.js';
import type { Explanation } from '../../src/model/change.js';
import type { Effect } from '../../src/model/impact.js';
import type { Job, Manifest, StrategyName } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';
import type { Plan } from '../../src/model/plan.js';
import type { JobRecord, RolloutPlan } from '../../src/model/record.js';
import type { Run } from '../../src/model/run.js';
import type { Stamp } from '../../src/model/stamp.js';
import { type JobChange, type PlanEngine, type PlanInput, type PlanOptions, planJobs } from '../../src/plan/index.js';

export const name = 'acme/streams';
export const environment = 'production';
export const place = 'acme-prod/europe-west1';
const [head, before] = ['c'.repeat(40), 'b'.repeat(40)];

const no = (rejected: string) => ({ rejected });
const effect = (gapSeconds: number | null, duplicates: Effect['duplicates'], state: Effect['state']): Effect => ({
  gapSeconds,
  duplicates,
  state,
});
type Effects = { readonly [name in StrategyName]: Effect | { readonly rejected: string } };

function engineOf(
  id: string,
  verbs: ReturnType<PlanEngine['verbs']>,
  effects: Effects,
  more: Partial<PlanEngine> = {},
): PlanEngine {
  return {
    id,
    impacts: { name: 'recreate', region: 'recreate', workers: 'scale', credentials: 'none' },
    artifacts: ['artifact'],
    reference: null,
    verbs: () => verbs,
    expect: (strategy) => effects[strategy],
    ...more,
  };
}

const common = {
  create: effect(0, 'none', 'none'),
  'in-flight-update': effect(0, 'none', 'kept'),
  rolling: no('one unit'),
} as const;

/** Replaces in place, overlaps under one name, drains; what it scales a launch can't set. */
export const flow = engineOf('flow', ['start', 'replace', 'drain', 'stop', 'scale', 'overlap'], {
  ...common,
  'in-place-update': effect(300, 'replay', 'kept'),
  'savepoint-upgrade': no('a launch can not start from a snapshot'),
  parallel: effect(0, 'overlap', 'flushed'),
  restart: no('a cancelled job loses what it buffers'),
  'drain-and-resubmit': effect(null, 'none', 'flushed'),
  stop: effect(null, 'none', 'flushed'),
});

/** Stops and starts on a checkpoint that stays in place; nothing can be changed in flight. */
export const batchy = engineOf(
  'batchy',
  ['prepare', 'start', 'stop'],
  {
    ...common,
    'in-flight-update': no('a run keeps its size'),
    'in-place-update': no('a run can not be replaced'),
    'savepoint-upgrade': no('there are no snapshots'),
    parallel: effect(0, 'overlap', 'kept'),
    restart: effect(90, 'replay', 'kept'),
    'drain-and-resubmit': no('runs can not be drained'),
    stop: effect(null, 'none', 'kept'),
  },
  {
    impacts: { name: 'recreate', definition: 'none' },
    exclusive: (target) => (typeof target['checkpoint'] === 'string' ? target['checkpoint'] : null),
  },
);

/** Stops with a savepoint and starts from it; a second run can start from a snapshot of the first. */
export const snappy = engineOf('snappy', ['prepare', 'start', 'stop', 'drain', 'snapshot', 'stopWithSnapshot'], {
  ...common,
  'in-flight-update': no('not offered'),
  'in-place-update': no('not offered'),
  'savepoint-upgrade': effect(5, 'none', 'kept'),
  parallel: effect(0, 'overlap', 'kept'),
  restart: effect(20, 'replay', 'kept'),
  'drain-and-resubmit': effect(null, 'none', 'flushed'),
  stop: effect(null, 'none', 'kept'),
});

export const engines = new Map<string, PlanEngine>([flow, batchy, snappy].map((engine) => [engine.id, engine]));

/** A job as the manifest gives it; `target` is complete by what is passed. */
export function job(key: string, more: Partial<Job> = {}): Job {
  return {
    key,
    engine: 'flow',
    target: { name: key, region: 'europe-west1', artifact: 'gs://acme/orders-1.json' },
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
    at: { file: '.github/streaming-jobs.yml', line: 10, column: 3 },
    positions: { 'target.workers': { file: '.github/streaming-jobs.yml', line: 14, column: 7 } },
    ...more,
  };
}

export const untouched: Explanation = { touched: false, files: [], fields: [] };
export const unknown: Explanation = { touched: null, files: [], fields: [] };
export function touchedBy(...paths: string[]): Explanation {
  return { touched: true, files: paths.map((path) => ({ path, before: 'old', after: 'new' })), fields: [] };
}

/** What the job should be with this version of its code. */
export function change(of: Job, code = 'new', explanation: Explanation = untouched): JobChange {
  const engine = engines.get(of.engine) ?? flow;
  const settings = settingsOf(of.target, engine);
  const settingsDigest = `s-${JSON.stringify(settings)}`;
  const codeDigest = `code-${code}`;
  return {
    desired: {
      revision: revisionOf(codeDigest, settingsDigest),
      code: { kind: 'files', digest: codeDigest, files: [`${of.key}.py`] },
      codeDigest,
      settingsDigest,
      settings,
      scale: scaleOf(of.target, engine),
    },
    explanation,
    findings: [],
  };
}

/** A revision as `change` computes it. */
export function revision(of: Job, code = 'new'): string {
  return change(of, code).desired.revision ?? '';
}

export function stamp(of: Pick<Job, 'key'>, at: string, n = 1, more: Partial<Stamp> = {}): Stamp {
  return {
    revision: at,
    rollout: rolloutIdOf(name, of.key, environment, at, n),
    n,
    step: 'start',
    commit: before,
    predecessor: null,
    slot: null,
    ...more,
  };
}

export function run(id: string, of: string, more: Partial<Run> = {}): Run {
  const state = more.state ?? 'running';
  return {
    id,
    name: of,
    state,
    engineState: state.toUpperCase(),
    streaming: true,
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: null,
    stamp: null,
    continues: null,
    replacedBy: null,
    scale: null,
    shows: null,
    url: null,
    detail: null,
    ...more,
  };
}

export function good(of: Job, code = 'old', more: Partial<Good> = {}): Good {
  const { desired } = change(of, code);
  return {
    revision: desired.revision ?? '',
    codeDigest: desired.codeDigest,
    settingsDigest: desired.settingsDigest,
    target: of.target,
    artifact: { kind: 'files', digest: desired.codeDigest, mutable: false },
    runId: 'run-1',
    commit: before,
    rollout: rolloutIdOf(name, of.key, environment, desired.revision ?? '', 1),
    n: 1,
    slot: null,
    snapshot: null,
    at: '2026-01-01T00:00:00Z',
    ...more,
  };
}

export function rolloutPlan(of: Job, more: Partial<RolloutPlan> = {}): RolloutPlan {
  const { positions: _, ...declared } = of;
  return {
    strategy: 'create',
    steps: [],
    job: declared,
    target: of.target,
    scale: {},
    codeDigest: 'code-old',
    settingsDigest: null,
    artifact: { kind: 'files', digest: 'code-old', mutable: false },
    slot: null,
    backstopSeconds: null,
    accepted: [],
    actor: null,
    reasons: [],
    needs: [],
    requestedRollback: false,
    ...more,
  };
}

/** A record whose rollout 1 of code `old` succeeded as run `run-1`. */
export function record(of: Job, more: Partial<JobRecord> = {}): JobRecord {
  const is = good(of);
  return {
    format: 1,
    counter: 4,
    name,
    environment,
    job: of.key,
    engine: of.engine,
    place,
    names: [of.key],
    n: 1,
    rollout: is.rollout,
    revision: is.revision,
    commit: before,
    holder: null,
    lease: null,
    direction: 'forward',
    undoReason: null,
    ready: null,
    predecessor: null,
    plan: rolloutPlan(of),
    journal: [],
    verifying: null,
    verdict: null,
    good: is,
    goods: [],
    quarantined: [],
    trailing: [],
    closed: { outcome: 'succeeded', code: null, message: '', at: '2026-01-01T00:10:00Z', runs: ['run-1'] },
    gap: { lastBefore: null, firstAfter: null },
    openedAt: '2026-01-01T00:00:00Z',
    workflowUrl: 'https://github.com/acme/streams/actions/runs/77',
    ...more,
  };
}

/** The run that `record` names. */
export function recorded(of: Job, more: Partial<Run> = {}): Run {
  return run('run-1', of.key, { stamp: stamp(of, revision(of, 'old')), ...more });
}

export const options: PlanOptions = {
  jobs: null,
  force: false,
  accept: new Set(),
  onDrift: 'fail',
  strategy: null,
  maxChangedJobs: 20,
  rerunOf: null,
  relation: () => 'descendant',
  sameCode: new Set(),
};

/** One job with what was found of it. Defaults: code `new` is declared, nothing runs, nothing is recorded. */
export interface Case {
  readonly job: Job;
  readonly change?: JobChange;
  readonly runs?: readonly Run[];
  readonly record?: JobRecord | null;
}

export function manifest(jobs: readonly Job[]): Manifest {
  return { file: '.github/streaming-jobs.yml', name: null, environment, environments: [environment], refs: null, jobs };
}

export function input(cases: readonly Case[], more: Partial<PlanOptions> = {}): PlanInput {
  return {
    manifest: manifest(cases.map((of) => of.job)),
    name,
    engines,
    places: new Map(cases.map((of) => [of.job.key, place])),
    changes: new Map(cases.map((of) => [of.job.key, of.change ?? change(of.job)])),
    observed: new Map(cases.map((of) => [of.job.key, of.runs ?? []])),
    records: new Map(cases.flatMap((of) => (of.record ? [[of.record.job, of.record]] : []))),
    base: { how: 'push', commit: before },
    commit: head,
    unowned: [],
    options: { ...options, ...more },
  };
}

export function planOf(cases: readonly Case[], more: Partial<PlanOptions> = {}): Plan {
  return planJobs(input(cases, more));
}

/** The plan of one job. */
export function plan(of: Case, more: Partial<PlanOptions> = {}) {
  const [only] = planOf([of], more).jobs;
  if (only === undefined) throw new Error('the plan is empty');
  return only;
}

/** A job that runs code `old` as recorded, and is declared with code `new`. */
export function upgrade(of: Job, more: Partial<Case> = {}): Case {
  return {
    job: of,
    change: change(of, 'new', touchedBy(`${of.key}.py`)),
    runs: [recorded(of)],
    record: record(of),
    ...more,
  };
}

/** A job that runs what is declared. */
export function settled(of: Job, more: Partial<Case> = {}): Case {
  return { job: of, change: change(of, 'old'), runs: [recorded(of)], record: record(of), ...more };
}

export function target(more: JsonObject): JsonObject {
  return { ...job('x').target, ...more };
}
