import { rolloutIdOf } from '../artifacts/digest.js';
import type { Session, Subject, Progress as VerbProgress } from '../engines/engine.js';
import { RolloutError } from '../model/error.js';
import type { Json, JsonObject } from '../model/json.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Stamp } from '../model/stamp.js';
import type { Decision } from './decision.js';
import { newSnapshot, oldSnapshot } from './snapshot.js';

type Call = Extract<Decision, { do: 'call' }>;

type Given = [
  call: Call,
  record: JobRecord,
  session: Session,
  subject: Subject,
  tail: Run | null,
  memo: Json,
  signal: AbortSignal,
  isLate?: () => boolean,
];

/** Makes the one call that was decided; `tail` is the last run in the predecessor's line. Throws if its answer is not known. */
export async function invoke(...given: Given): Promise<VerbProgress> {
  const memo = given[5];
  try {
    return await send(...given);
  } catch (error) {
    // A fault of the input, and nothing was called before: a definite no, which no further try would change.
    if (memo !== null || !(error instanceof RolloutError) || error.class !== 'input') throw error;
    const { code, message, next } = error;
    return { state: 'failed', code, message, ...(next !== null && { next }) };
  }
}

async function send(...[call, record, session, subject, tail, memo, signal, isLate]: Given): Promise<VerbProgress> {
  const plan = record.plan;
  if (plan === null) throw defect('a call without a plan');
  const base = { subject, memo, signal, ...(isLate && { isLate }) };
  const { can } = session;
  const side = call.side === 'new' ? newSide(record) : oldSide(record);
  const stamp: Stamp = {
    revision: side.revision,
    rollout: rolloutIdOf(record.name, record.job, record.environment, side.revision, record.n),
    n: record.n,
    step: call.step,
    commit: side.commit,
    predecessor: call.on?.id ?? record.predecessor?.run ?? null,
    slot: side.slot,
  };
  const launch = {
    ...base,
    target: side.target,
    stamp,
    predecessor: call.on,
    snapshot: call.side === 'new' ? newSnapshot(record) : oldSnapshot(record),
    // An engine may have forgotten the predecessor, which is followed all the same.
    after: tail?.id ?? record.predecessor?.run ?? null,
  };
  switch (call.verb) {
    case 'prepare':
      return need(can.prepare, 'prepare')({ ...base, target: side.target, stamp });
    case 'replace':
      return need(can.replace, 'replace')(launch);
    case 'start':
      return need(can.start, 'start')(launch);
    case 'overlap':
      return need(
        can.overlap,
        'overlap',
      )({
        ...launch,
        backstopSeconds: plan.backstopSeconds ?? 3600,
        drainTimeoutSeconds: plan.job.drain.timeoutSeconds,
      });
    case 'scale':
      return need(
        can.scale,
        'scale',
      )({
        ...base,
        run: onRun(call),
        scale: call.side === 'new' ? plan.scale : (record.predecessor?.scale ?? {}),
      });
    case 'drain':
      return need(can.drain, 'drain')({ ...base, run: onRun(call) });
    case 'stop':
      return need(can.stop ?? can.drain, 'stop')({ ...base, run: onRun(call), undo: call.step.startsWith('undo-') });
    case 'snapshot':
      return call.step === 'snapshot'
        ? need(can.snapshot, 'snapshot')({ ...base, run: onRun(call), directory: record.rollout })
        : need(can.stopWithSnapshot, 'stop-with-snapshot')({ ...base, run: onRun(call), directory: record.rollout });
    default:
      throw defect(`the step ${call.step} (${call.verb}) is not a call`);
  }
}

interface Side {
  readonly target: JsonObject;
  readonly revision: string;
  readonly commit: string | null;
  readonly slot: number | null;
}

function newSide(record: JobRecord): Side {
  const plan = record.plan;
  return { target: plan?.target ?? {}, revision: record.revision, commit: record.commit, slot: plan?.slot ?? null };
}

function oldSide(record: JobRecord): Side {
  const good = record.good;
  return {
    target: good?.target ?? {},
    revision: good?.revision ?? 'unknown',
    commit: good?.commit ?? null,
    slot: good?.slot ?? null,
  };
}

function onRun(call: Call): Run {
  if (call.on === null) throw defect(`the step ${call.step} needs a run`);
  return call.on;
}

/** The verb, or one that says no: a step that the engine can't do ends the rollout where it stands (PROTOCOL 5, "without a start verb"). */
function need<A>(
  verb: ((call: A) => Promise<VerbProgress>) | undefined,
  name: string,
): (call: A) => Promise<VerbProgress> {
  if (verb !== undefined) return verb;
  const message = `the engine has no verb ${name} for this job`;
  return async () => ({ state: 'failed', code: 'verb-missing', message });
}

function defect(message: string): RolloutError {
  return new RolloutError('unexpected-error', message, { class: 'bug' });
}
