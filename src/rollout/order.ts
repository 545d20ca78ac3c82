import { rolloutIdOf } from '../artifacts/digest.js';
import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Held } from '../ledger/ledger.js';
import type { Good } from '../model/artifact.js';
import type { Finding } from '../model/finding.js';
import type { Job } from '../model/job.js';
import type { JsonObject } from '../model/json.js';
import type { JobPlan } from '../model/plan.js';
import type { Holder, JobRecord } from '../model/record.js';
import { isActive, type Run } from '../model/run.js';
import { fieldValue } from '../model/stamp.js';
import { namesOf } from '../plan/names.js';
import type { Cause } from './decision.js';
import type { Order } from './fleet.js';
import { leaseFrom, runUrl } from './holder.js';
import { openRecord } from './records.js';
import type { IsOurs } from './sight.js';
import { seenOf } from './subject.js';

/** What is common to all orders of one call. */
export interface Common {
  readonly name: string;
  readonly environment: string;
  readonly commit: string | null;
  readonly holder: Holder;
  readonly actor: string | null;
  /** Milliseconds by the clock. */
  readonly now: number;
}

/** What one job's rollout needs, beyond its plan. */
export interface Parts {
  readonly job: Job;
  readonly jobPlan: JobPlan;
  readonly revision: string;
  readonly engine: Engine;
  readonly session: Session;
  readonly subject: Subject;
  readonly place: string;
  readonly held: Held | null;
  /** The job's own record, or that of the job that it was (`was`): history and good revisions go along. */
  readonly before: JobRecord | null;
  readonly observed: readonly Run[];
  readonly current: Run | null;
  /** The slot is applied, artifact fields are URIs, build results are filled in. */
  readonly target: JsonObject;
  readonly artifact: Good['artifact'];
  readonly codeDigest: string | null;
  readonly needs: readonly string[];
  readonly findings: readonly Finding[];
  readonly requestedRollback: boolean;
}

/** Tells our stamps from foreign ones: the rollout id must be the hash of this job, or of its old name (PROTOCOL 2.2). */
export function oursOf(name: string, environment: string, job: Pick<Job, 'key' | 'was'>): IsOurs {
  const keys = job.was === null ? [job.key] : [job.key, job.was];
  // Stamps never change, and every look asks about all of them again.
  const known = new Map<string, boolean>();
  return ({ stamp }) => {
    if (stamp === null) return false;
    const { rollout, revision, n } = stamp;
    const asked = `${rollout} ${revision} ${n}`;
    let ours = known.get(asked);
    if (ours === undefined) {
      ours = keys.some((key) => rollout === rolloutIdOf(name, key, environment, revision, n));
      known.set(asked, ours);
    }
    return ours;
  };
}

/** W1 of a new rollout: lock, plan with all intents, predecessor. `wall` in milliseconds of real time. */
export function orderOf(parts: Parts, common: Common, wall = Date.now()): Order {
  const { job, jobPlan, held, before, observed, engine } = parts;
  const isOurs = oursOf(common.name, common.environment, job);
  const n = cutOff(parts, isOurs)?.stamp?.n ?? nextNumber(before, observed, isOurs);
  const { positions: _, ...declared } = job;
  const body = openRecord(
    {
      name: common.name,
      environment: common.environment,
      job: job.key,
      engine: engine.id,
      place: parts.place,
      names: namesOf(job),
      n,
      rollout: rolloutIdOf(common.name, job.key, common.environment, parts.revision, n),
      revision: parts.revision,
      commit: common.commit,
      holder: common.holder,
      lease: leaseFrom(wall),
      predecessor: parts.current,
      plan: {
        strategy: jobPlan.strategy ?? 'create',
        steps: jobPlan.steps,
        job: declared,
        target: parts.target,
        scale: jobPlan.scale,
        codeDigest: parts.codeDigest,
        settingsDigest: jobPlan.settingsDigest,
        artifact: parts.artifact,
        slot: jobPlan.slot,
        backstopSeconds: jobPlan.backstopSeconds,
        accepted: jobPlan.accepted,
        actor: common.actor,
        reasons: jobPlan.reasons.map((reason) => reason.message),
        needs: parts.needs,
        requestedRollback: parts.requestedRollback,
      },
      at: new Date(common.now).toISOString(),
      workflowUrl: common.holder.workflow === null ? null : runUrl(common.holder.workflow),
    },
    before,
  );
  const good = body.good ?? goodSeen(parts, common.now);
  return {
    engine,
    session: parts.session,
    subject: parts.subject,
    held,
    body: { ...body, good },
    message: `open rollout ${n} (${jobPlan.strategy}) of ${parts.revision}`,
    mustSettle: before === null || before.good === null,
    superseding: null,
    findings: [...jobPlan.findings, ...parts.findings],
    isOurs,
  };
}

/** What stands for a good revision where the ledger has none. An ended run may have failed: only one that runs is taken as good. */
function goodSeen({ current, engine, target }: Pick<Parts, 'current' | 'engine' | 'target'>, now: number): Good | null {
  return current !== null && isActive(current) ? goodFromRun(current, engine, target, now) : null;
}

/** What the undo of a rollout would start; null: not known, or it starts nothing. */
export function undoTarget(
  parts: Pick<Parts, 'before' | 'current' | 'engine' | 'target'>,
  steps: JobPlan['steps'],
): JsonObject | null {
  if (!steps.some(({ undo }) => undo === 'undo-start' || undo === 'undo-replace')) return null;
  return (parts.before?.good ?? goodSeen(parts, 0))?.target ?? null;
}

/** The new run of an overlap whose record was lost: its rollout goes on under its own number (PROTOCOL 6, empty ledger). */
export function cutOff(
  { before, current, observed, revision }: Pick<Parts, 'before' | 'current' | 'observed' | 'revision'>,
  isOurs: IsOurs,
): Run | null {
  if (before !== null || current === null || !isActive(current)) return null;
  const follows = ({ stamp }: Run) =>
    stamp?.revision === revision && fieldValue(stamp.predecessor) === fieldValue(current.id);
  return observed.find((run) => isActive(run) && isOurs(run) && follows(run)) ?? null;
}

/** One more than the highest number in the ledger and in any stamp of ours that was seen (PROTOCOL 2.1). */
function nextNumber(before: JobRecord | null, observed: readonly Run[], isOurs: IsOurs): number {
  const stamps = observed.filter((run) => run.stamp !== null && isOurs(run)).map((run) => run.stamp?.n ?? 0);
  return 1 + Math.max(0, before?.n ?? 0, ...stamps);
}

/** Takes an open rollout over, to go on with it or to close it for a newer commit. `wall` in milliseconds of real time. */
export function takeOverOrder(
  held: Held,
  parts: Pick<Parts, 'engine' | 'session' | 'subject'> & {
    superseding: Cause | null;
    findings: readonly Finding[];
    deadHolder?: boolean;
  },
  holder: Holder,
  wall = Date.now(),
): Order {
  const { record } = held;
  const job = record.plan?.job ?? { key: record.job, was: null };
  return {
    ...parts,
    held,
    body: {
      ...record,
      counter: record.counter + 1,
      holder,
      lease: leaseFrom(wall),
      waitsUntil: null,
      closingFor: parts.superseding?.message ?? null,
    },
    message: `take over rollout ${record.n}${parts.superseding === null ? '' : ' to close it'}`,
    mustSettle: true,
    isOurs: oursOf(record.name, record.environment, job),
  };
}

/** One write that opens and closes a rollout as adopted. */
export function adoptedRecord(
  parts: Pick<Parts, 'job' | 'engine' | 'place' | 'before' | 'observed'> & {
    run: Run;
    revision: string;
    codeDigest: string | null;
    settingsDigest: string | null;
  },
  common: Common,
): JobRecord {
  const at = new Date(common.now).toISOString();
  const { job, run, before } = parts;
  const { positions: _, ...declared } = job;
  const isOurs = oursOf(common.name, common.environment, job);
  const n = nextNumber(before, parts.observed, isOurs);
  // What a run of this very job was launched as stands in its stamp: where that is not what is declared, the difference still rolls out.
  const other = isOurs(run) && run.stamp?.revision !== parts.revision ? run.stamp : null;
  const revision = other?.revision ?? parts.revision;
  const commit = other === null ? common.commit : other.commit;
  const rollout = rolloutIdOf(common.name, job.key, common.environment, revision, n);
  const record: JobRecord = {
    format: 1,
    counter: (before?.counter ?? 0) + 1,
    name: common.name,
    environment: common.environment,
    job: job.key,
    engine: parts.engine.id,
    place: parts.place,
    names: namesOf(job),
    n,
    rollout,
    revision,
    commit,
    holder: null,
    lease: null,
    direction: 'forward',
    undoReason: null,
    ready: null,
    predecessor: null,
    plan: null,
    declared,
    journal: [],
    verifying: null,
    verdict: null,
    good: {
      ...goodFromRun(run, parts.engine, job.target, common.now),
      revision,
      codeDigest: other === null ? parts.codeDigest : null,
      settingsDigest: other === null ? parts.settingsDigest : null,
      commit,
      rollout,
      n,
    },
    goods: before?.good ? [before.good, ...before.goods].slice(0, 10) : (before?.goods ?? []),
    quarantined: before?.quarantined ?? [],
    trailing: before?.trailing ?? [],
    closed: { outcome: 'adopted', code: null, message: `adopted run ${run.id}`, at, runs: [run.id] },
    gap: { lastBefore: null, firstAfter: null },
    openedAt: at,
    workflowUrl: common.holder.workflow === null ? null : runUrl(common.holder.workflow),
  };
  return { ...record, seen: seenOf(record, parts.observed) };
}

/** What the engine shows of a run that nobody recorded; its target is known only if the engine shows the artifact itself. */
export function goodFromRun(
  run: Run,
  engine: Pick<Engine, 'reference' | 'artifacts'>,
  declared: JsonObject,
  now: number,
): Good {
  const artifactField = engine.reference ?? engine.artifacts[0];
  const shown = run.shows;
  const whole = shown !== null && artifactField !== undefined && shown[artifactField] !== undefined;
  return {
    revision: run.stamp?.revision ?? 'unknown',
    codeDigest: null,
    settingsDigest: null,
    target: whole ? { ...declared, ...shown } : null,
    artifact: { kind: 'observed', digest: null, mutable: true },
    runId: run.id,
    commit: run.stamp?.commit ?? null,
    rollout: run.stamp?.rollout ?? 'unknown',
    n: run.stamp?.n ?? 0,
    slot: run.stamp?.slot ?? null,
    snapshot: null,
    at: new Date(now).toISOString(),
  };
}
