import { newest, recordedRevision, sortFound } from '../changes/found-runs.js';
import { changedFields, impactOf, scaleOf } from '../changes/settings.js';
import type { CodeIdentity, Good } from '../model/artifact.js';
import { type About, commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import { highest } from '../model/impact.js';
import type { Job } from '../model/job.js';
import type { JobPlan, Plan } from '../model/plan.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { type Choice, choose } from './choose.js';
import { planHash } from './hash.js';
import type { Consent, PlanEngine } from './input.js';
import { linked } from './intent.js';
import { inSlot } from './slots.js';
import { undecided, undeclared } from './undecided.js';
import { seconds } from './words.js';

/** A rollback asked for by a person. Everything comes from the ledger and the look: no manifest, no build. */
export interface RollbackInput {
  readonly record: JobRecord;
  /** `previous`, or the id of a rollout that the ledger keeps as good. */
  readonly to: string;
  readonly runs: readonly Run[];
  readonly engine: PlanEngine;
  readonly accept: ReadonlySet<Consent>;
  /** The revision that runs already is rolled out once more. */
  readonly force?: boolean;
  /** ISO 8601: for telling how old the target is. */
  readonly now: string;
}

export interface JobRollback {
  readonly plan: JobPlan;
  /** What is gone back to; null where the plan is refused for want of it. */
  readonly good: Good | null;
}

/** Plans one job's rollback. Refused (with findings): unknown target or settings, a mutable artifact, state that moved on. */
export function planRollback(input: RollbackInput): JobRollback {
  const { record } = input;
  const { run, revision, trouble } = current(input);
  const good = target(input, revision);
  const base = blank(record, run, revision);
  if (trouble !== null) return { plan: { ...base, ...refused(trouble) }, good };
  if (good === null) return { plan: { ...base, ...refused(unknownTarget(input)) }, good };
  const back = { ...base, ...described(good, input.now, run) };
  if (run !== null && good.revision === revision && input.force !== true) {
    return { plan: { ...back, changed: false, ...refused(alreadyRuns(good, run, input)) }, good };
  }
  if (good.target === null) return { plan: { ...back, ...refused(unknownSettings(good)) }, good };
  if (good.artifact.mutable) return { plan: { ...back, ...refused(mutable(good)) }, good };
  const job = { ...declared(record), target: good.target };
  const impact = run === null ? 'recreate' : impactBack(input, good);
  const choice = choose(
    {
      situation: run === null ? 'create' : 'change',
      impact,
      job,
      engine: input.engine,
      run: run ?? newest(input.runs),
      oldKnown: record.good !== null && record.good.target !== null && record.good.revision === revision,
      good: record.good,
      accept: input.accept,
      again: { command: 'rollback', about: record },
    },
    job.strategy,
  );
  const unsafe = stateMovedOn(job, choice, good, run, record);
  const consented = unsafe !== null && input.accept.has('unsafe-rollback');
  const findings = [...choice.findings, ...(unsafe === null || consented ? [] : [unsafe])];
  return {
    good,
    plan: {
      ...back,
      action: findings.some((finding) => finding.level === 'error') ? 'refuse' : 'roll-out',
      impact,
      findings,
      target: inSlot(job, choice.slot),
      scale: scaleOf(good.target, input.engine),
      strategy: choice.strategy,
      rejected: choice.rejected,
      expected: choice.effect,
      steps: choice.steps,
      slot: choice.slot,
      backstopSeconds: choice.backstopSeconds,
      accepted: [...choice.accepted, ...(consented ? ['unsafe-rollback'] : [])],
    },
  };
}

/** The plan of a rollback of several jobs of one environment, at once. */
export function rollbackPlan(about: Pick<Plan, 'environment' | 'name'>, jobs: readonly JobRollback[]): Plan {
  const plan = {
    version: 1,
    kind: 'plan',
    environment: about.environment,
    manifest: '',
    name: about.name,
    commit: null,
    base: { how: 'ledger', commit: null },
    jobs: jobs.map((job) => job.plan),
    unowned: [],
    findings: [],
  } as const;
  return { ...plan, hash: planHash(plan) };
}

/** The active run that is replaced, or why a rollback would be a guess. */
function current({ record, runs }: RollbackInput): {
  run: Run | null;
  revision: string | null;
  trouble: Finding | null;
} {
  const job = {
    key: record.job,
    engine: record.engine,
    was: record.plan?.job.was ?? null,
    desired: 'running',
  } as const;
  const { name, environment, place, names } = record;
  const sorted = sortFound({ job, names, name, environment, place, record, runs });
  const up = runs.filter((run) => isActive(run) && !isEnding(run));
  const [run] = sorted.recorded;
  if (record.closed === null) return { run: run ?? null, revision: null, trouble: stillOpen(record) };
  if (up.length > 1 || (run === undefined && up.length > 0)) {
    const next = `stop all but one of them on the engine, then run the same command again`;
    const message = `${up.map(linked).join(', ')}: it can't be told which run is the job`;
    return { run: null, revision: null, trouble: { code: 'several-runs', level: 'error', message, next } };
  }
  return { run: run ?? null, revision: recordedRevision(record, run ?? null, sorted), trouble: null };
}

/** `previous` is the newest good revision that is not the running one. */
function target({ record, to }: RollbackInput, running: string | null): Good | null {
  const goods = [record.good, ...record.goods].filter((good) => good !== null);
  if (to !== 'previous') return goods.find((good) => good.rollout === to) ?? null;
  const left = running ?? record.revision;
  return goods.find((good) => good.revision !== left) ?? null;
}

function described(good: Good, now: string, run: Run | null): Partial<JobPlan> {
  const age = (Date.parse(now) - Date.parse(good.at)) / 1000;
  const digest = good.artifact.digest === null ? 'its artifact has no digest' : `artifact ${good.artifact.digest}`;
  // Where a run is up, what that one leaves is gone on from.
  const own = run === null ? good.snapshot : null;
  const state = own === null ? 'no snapshot of its own' : `snapshot ${own}`;
  const message = `back to revision ${good.revision} of rollout ${good.rollout}, good ${seconds(Math.max(0, age))} ago; ${digest}; ${state}`;
  return {
    changed: true,
    reasons: [{ kind: 'forced', message }],
    desired: { revision: good.revision, artifact: artifactOf(good) },
    settingsDigest: good.settingsDigest,
    slot: good.slot,
  };
}

function artifactOf({ artifact }: Good): CodeIdentity | null {
  const { kind, digest, mutable } = artifact;
  if (kind === 'observed') return null;
  if (kind === 'reference') return { kind, digest, uri: '', mutable };
  if (digest === null) return null;
  return kind === 'files' ? { kind, digest, files: [] } : { kind, digest, files: [], built: true };
}

/** Fields in which the two launches differ; what the running one was launched with is only known of a good one. */
function impactBack({ record, engine }: RollbackInput, good: Good): JobPlan['impact'] {
  const now = record.good?.target ?? null;
  if (now === null || good.target === null) return 'upgrade';
  return highest(['upgrade', ...changedFields(now, good.target).map((field) => impactOf(engine, field))]);
}

/** Strategies in which the engine itself brings the state over: it refuses and leaves the run (Dataflow), or a restore that fails is undone (managed Flink, the Flink operator). */
const provenByEngine: ReadonlySet<JobPlan['strategy']> = new Set(['in-place-update', 'in-flight-update']);

function stateMovedOn(
  job: Pick<Job, 'stateful'>,
  choice: Choice,
  good: Good,
  run: Run | null,
  about: About,
): Finding | null {
  if (!job.stateful || choice.effect === null || provenByEngine.has(choice.strategy)) return null;
  // A snapshot that the good revision's own run wrote is read by the code that wrote it.
  if (good.snapshot !== null && run === null) return null;
  const { state } = choice.effect;
  if (state !== 'kept' && state !== 'unknown' && !(run === null && choice.strategy === 'create')) return null;
  return {
    code: 'rollback-unsafe',
    level: 'error',
    message: `${choice.strategy} starts the older revision on state that the newer one has written; whether it can read it is not known`,
    next: `if it can: ${commandOf('rollback', about, '--accept', 'unsafe-rollback')}`,
  };
}

function refused(finding: Finding): Partial<JobPlan> {
  return { action: 'refuse', findings: [finding] };
}

function stillOpen(record: JobRecord): Finding {
  return {
    code: 'rollback-while-open',
    level: 'error',
    message: `rollout ${record.n} is still open`,
    next: commandOf('resume', record),
  };
}

function unknownTarget({ record, to }: RollbackInput): Finding {
  const known = [record.good, ...record.goods].flatMap((good) => (good === null ? [] : [good.rollout]));
  const message =
    to === 'previous'
      ? `the ledger keeps no good revision before the running one`
      : `the ledger keeps no good revision of rollout ${to}; it has ${known.join(', ') || 'none'}`;
  return { code: 'rollback-target-unknown', level: 'error', message, next: commandOf('log', record) };
}

function alreadyRuns(good: Good, run: Run, { record, to }: RollbackInput): Finding {
  return {
    code: 'rollback-already-runs',
    level: 'error',
    message: `${linked(run)} already runs revision ${good.revision} of rollout ${good.rollout}: there is nothing to go back to`,
    next: `another rollout is named by: ${commandOf('log', record)}; to start this one again all the same: ${commandOf('rollback', record, '--rollback-to', to, '--force')}`,
  };
}

function unknownSettings(good: Good): Finding {
  const message = `run ${good.runId} of rollout ${good.rollout} was taken over as it was; what it was launched with is not known`;
  return { code: 'rollback-settings-unknown', level: 'error', message };
}

function mutable(good: Good): Finding {
  const message = `the artifact of rollout ${good.rollout} was referenced by something that can change, so it may hold other code today`;
  return { code: 'rollback-artifact-mutable', level: 'error', message };
}

/** The job as its last rollout declared it; a careful default where it was only ever adopted. */
export function declared(record: JobRecord): Omit<Job, 'positions'> {
  const known = record.plan?.job ?? record.declared ?? null;
  if (known !== null) return known;
  return {
    key: record.job,
    engine: record.engine,
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
    onFailure: 'pause',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: '', line: 1, column: 1 },
  };
}

function blank(record: JobRecord, run: Run | null, revision: string | null): JobPlan {
  return {
    job: record.job,
    engine: record.engine,
    place: record.place,
    action: 'refuse',
    changed: true,
    impact: 'none',
    reasons: [{ kind: 'forced', message: 'a rollback was asked for' }],
    findings: [],
    current: run === null ? null : { run: run.id, state: run.state, revision, url: run.url },
    ...undeclared,
    ...undecided,
  };
}
