import { revisionOf, rolloutIdOf } from '../../../src/artifacts/digest.js';
import type { Engine, Verbs } from '../../../src/engines/engine.js';
import type { Good } from '../../../src/model/artifact.js';
import type { Effect } from '../../../src/model/impact.js';
import type { Job, StrategyName } from '../../../src/model/job.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { JobPlan } from '../../../src/model/plan.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { Run } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { type JobChange, type PlanEngine, type PlanInput, planJobs } from '../../../src/plan/index.js';
import type { Scenario, Schedule } from './schedule.js';
import { epoch } from './sim.js';

export const name = 'acme/streams';
export const environment = 'production';
export const place = 'here';
export type Revision = 1 | 2 | 3;

const verbsOf: { readonly [of in Scenario]: readonly (keyof Verbs)[] } = {
  create: ['start', 'stop'],
  'in-place-update': ['replace', 'start', 'stop'],
  restart: ['prepare', 'stop', 'start'],
  'savepoint-upgrade': ['stopWithSnapshot', 'stop', 'start'],
  'drain-and-resubmit': ['drain', 'start', 'stop'],
  parallel: ['start', 'drain', 'stop'],
  overlap: ['overlap', 'start', 'drain', 'stop'],
  'in-flight-update': ['scale', 'start', 'stop'],
  stop: ['stop', 'start'],
};
/** What a newer commit rolls out by, where the scenario's own strategy is for one situation only. */
const strategyOf: { readonly [of in Scenario]: StrategyName } = {
  create: 'restart',
  'in-place-update': 'in-place-update',
  restart: 'restart',
  'savepoint-upgrade': 'savepoint-upgrade',
  'drain-and-resubmit': 'drain-and-resubmit',
  parallel: 'parallel',
  overlap: 'parallel',
  'in-flight-update': 'in-flight-update',
  stop: 'restart',
};

const effect: Effect = { gapSeconds: 60, duplicates: 'none', state: 'kept' };

/** What planning and resuming ask of the engine. `settles`: whether the tool is told the true times. */
export function engineFacts(schedule: Schedule, settles = true): Engine {
  const { scenario, callSeconds, lagSeconds } = schedule;
  return {
    id: 'memory',
    title: 'an engine in memory',
    target: undefined as never,
    impacts: { name: 'recreate', workers: 'scale', gate: 'none', 'drains-for-ever': 'none' },
    artifacts: ['artifact'],
    reference: null,
    pathsAreCode: true,
    fence: schedule.fence,
    times: settles ? { callSeconds, lagSeconds } : { callSeconds: -15, lagSeconds: 0 },
    pollSeconds: 10,
    place: () => ({ key: place, session: place }),
    verbs: () => verbsOf[scenario],
    expect: () => effect,
    connect: () => Promise.reject(new Error('sessions are handed out')),
  };
}

/** The job at one commit. Code 1 is what runs at the beginning. */
export function jobAt(schedule: Schedule, revision: Revision): Job {
  const { scenario } = schedule;
  const target: JsonObject = {
    name: 'orders',
    code: revision,
    gate: revision === 1 ? 'good' : schedule.gates[revision],
    ...(scenario === 'in-flight-update' ? { workers: revision } : {}),
    ...(schedule.endless && revision === 1 ? { 'drains-for-ever': true } : {}),
  };
  return {
    key: 'orders',
    engine: 'memory',
    target,
    paths: null,
    ignore: [],
    build: null,
    sink: 'idempotent',
    stateful: false,
    strategy: [strategyOf[scenario]],
    maxGapSeconds: null,
    parallel: {
      overlapSeconds: 60,
      slots: scenario === 'parallel' ? [{ name: 'orders-a' }, { name: 'orders-b' }] : [],
    },
    drain: { timeoutSeconds: 200, onTimeout: schedule.onTimeout },
    verify: { runningWithinSeconds: 120, bakeSeconds: 45, gates: [] },
    onFailure: schedule.onFailure,
    needs: [],
    was: null,
    desired: scenario === 'stop' && revision === 2 ? 'stopped' : 'running',
    instance: null,
    at: { file: 'jobs.yml', line: 1, column: 1 },
    positions: {},
  };
}

export function revisionAt(schedule: Schedule, revision: Revision): string {
  return revisionOf(schedule.scenario === 'in-flight-update' ? 'code' : `code-${revision}`, 'settings');
}

export const commitOf = (revision: Revision): string => `${revision}`.repeat(40);

function changeAt(schedule: Schedule, revision: Revision): JobChange {
  const code = `code-${revision}`;
  return {
    desired: {
      revision: revisionAt(schedule, revision),
      code: { kind: 'files', digest: code, files: ['orders.py'] },
      codeDigest: code,
      settingsDigest: 'settings',
      settings: { name: 'orders' },
      scale: schedule.scenario === 'in-flight-update' ? { workers: revision } : {},
    },
    explanation: { touched: true, files: [{ path: 'orders.py', before: 'old', after: 'new' }], fields: [] },
    findings: [],
  };
}

/** The real planner's answer for the one job. */
export function planAt(
  schedule: Schedule,
  revision: Revision,
  found: { record: JobRecord | null; runs: readonly Run[]; force: boolean },
): JobPlan {
  const job = jobAt(schedule, revision);
  const input: PlanInput = {
    manifest: { file: 'jobs.yml', name, environment, environments: [environment], refs: null, jobs: [job] },
    name,
    engines: new Map([['memory', engineFacts(schedule) as PlanEngine]]),
    places: new Map([['orders', place]]),
    changes: new Map([['orders', changeAt(schedule, revision)]]),
    observed: new Map([['orders', found.runs]]),
    records: new Map(found.record === null ? [] : [['orders', found.record]]),
    base: { how: 'push', commit: commitOf(1) },
    commit: commitOf(revision),
    unowned: [],
    options: {
      jobs: null,
      force: found.force,
      accept: new Set(['duplicates', 'state-loss', 'shared-input']),
      onDrift: 'fail',
      strategy: null,
      maxChangedJobs: 20,
      rerunOf: null,
      relation: (_job, deployed) => {
        if (deployed === commitOf(revision)) return 'same';
        return deployed > commitOf(revision) ? 'ancestor' : 'descendant';
      },
      sameCode: new Set(),
    },
  };
  const [plan] = planJobs(input).jobs;
  if (plan === undefined) throw new Error('the plan is empty');
  return plan;
}

/** What ran before the history begins: rollout 1 of code 1, closed as succeeded. Null for a job that never ran. */
export function past(schedule: Schedule): { stamp: Stamp; target: JsonObject; record: JobRecord } | null {
  const { scenario } = schedule;
  if (scenario === 'create') return null;
  const { positions: _, ...job } = jobAt(schedule, 1);
  const revision = revisionAt(schedule, 1);
  const rollout = rolloutIdOf(name, 'orders', environment, revision, 1);
  const slot = scenario === 'parallel' ? 0 : null;
  const stamp: Stamp = { revision, rollout, n: 1, step: 'start', commit: commitOf(1), predecessor: null, slot };
  const target: JsonObject = { ...job.target, ...(slot === null ? {} : { name: 'orders-a' }) };
  const at = new Date(epoch - 3_600_000).toISOString();
  const artifact = { kind: 'files', digest: 'code-1', mutable: false } as const;
  const good: Good = {
    revision,
    codeDigest: 'code-1',
    settingsDigest: 'settings',
    target,
    artifact,
    runId: 'run-1',
    commit: commitOf(1),
    rollout,
    n: 1,
    slot,
    snapshot: null,
    at,
  };
  const record: JobRecord = {
    format: 1,
    counter: 3,
    name,
    environment,
    job: 'orders',
    engine: 'memory',
    place,
    names: ['orders'],
    n: 1,
    rollout,
    revision,
    commit: commitOf(1),
    holder: null,
    lease: null,
    direction: 'forward',
    undoReason: null,
    ready: { n: 1, run: 'run-1' },
    predecessor: null,
    plan: {
      strategy: 'create',
      steps: [],
      job,
      target,
      scale: {},
      codeDigest: 'code-1',
      settingsDigest: 'settings',
      artifact,
      slot,
      backstopSeconds: null,
      accepted: [],
      actor: null,
      reasons: [],
      needs: [],
      requestedRollback: false,
    },
    journal: [],
    verifying: null,
    verdict: null,
    good,
    goods: [],
    quarantined: [],
    trailing: [],
    closed: { outcome: 'succeeded', code: null, message: '', at, runs: ['run-1'] },
    gap: { lastBefore: null, firstAfter: null },
    openedAt: at,
    workflowUrl: null,
  };
  return { stamp, target, record };
}

/** The stamp of another job. */
export const foreign: Stamp = {
  revision: 'r1-0123456789abcdef',
  rollout: 'of-another-job',
  n: 7,
  step: 'start',
  commit: commitOf(1),
  predecessor: null,
  slot: null,
};
