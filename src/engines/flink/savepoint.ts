import type { JsonObject } from '../../model/json.js';
import { errorOf, failed, failureOf, headline } from '../../platforms/flink/errors.js';
import type { Answer } from '../../platforms/flink/rest.js';
import type { JobOverview, Operation } from '../../platforms/flink/shapes.js';
import { hasEnded } from '../../platforms/flink/states.js';
import type { Progress, RunCall, SnapshotCall } from '../engine.js';
import { triggerId } from './job-id.js';
import { isCancelled, type Kit, type Memo, memoOf, running, succeeded } from './kit.js';
import { readTarget } from './target.js';

/**
 * A stop is part of the gap, and over within a fraction of a second where the state is small: so often (seconds) it is asked for, so many
 * times in one call, without a look in between, and for so long (seconds). After that it is left to the polls of whoever called.
 */
const tightSeconds = 0.015;
const tightTries = 20;
const tightForSeconds = 5;
/** Time until the next call, in seconds. */
const afterTightSeconds = 0.02;
const pollSeconds = 0.1;
/** Of a longer stop, and of a savepoint beside which the run goes on. */
const unhurriedSeconds = 0.5;
const longSeconds = 60;

/** The part of a drain's directory that tells it from another savepoint. */
const drainMark = 'drained-';

/** The savepoint is of a drain: its windows have fired, so that nothing may go on from it. */
export function isDrains(path: string): boolean {
  return path.includes(`/${drainMark}`);
}

interface Kind {
  readonly what: 'savepoint' | 'stop' | 'drain';
  /** The run ends with it. */
  readonly ends: boolean;
  send(kit: Kit, id: string, target: JsonObject, directory: string, trigger: string): Promise<Answer>;
}

const kinds = {
  // Field names differ in style between the two endpoints, and the wrong style is ignored without a word.
  savepoint: {
    what: 'savepoint',
    ends: false,
    send: (kit, id, target, directory, trigger) =>
      kit.api.savepoint(id, {
        ...common(target, trigger),
        ...below(target, directory, 'target-directory'),
        'cancel-job': false,
      }),
  },
  stop: {
    what: 'stop',
    ends: true,
    send: (kit, id, target, directory, trigger) =>
      kit.api.stop(id, { ...common(target, trigger), ...below(target, directory, 'targetDirectory'), drain: false }),
  },
  drain: {
    what: 'drain',
    ends: true,
    send: (kit, id, target, directory, trigger) =>
      kit.api.stop(id, { ...common(target, trigger), ...below(target, directory, 'targetDirectory'), drain: true }),
  },
} as const satisfies { readonly [what: string]: Kind };

/** A savepoint of a run that goes on. */
export async function snapshot(kit: Kit, call: SnapshotCall): Promise<Progress> {
  return take(kit, kinds.savepoint, call, call.directory);
}

/** Stops the run with a savepoint: one call, so that nothing is processed between the two. Over when the run has ended. */
export async function stopWithSnapshot(kit: Kit, call: SnapshotCall): Promise<Progress> {
  const progress = await take(kit, kinds.stop, call, call.directory);
  if (progress.state === 'succeeded') kit.memory.ends.set(call.run.id, 'stopped');
  return progress;
}

/** Ends the run at the end of time: all windows fire, and its state is of no use afterwards. */
export async function drain(kit: Kit, call: RunCall): Promise<Progress> {
  const progress = await take(kit, kinds.drain, call, `${drainMark}${call.run.id}`);
  if (progress.state !== 'succeeded') return progress;
  kit.memory.ends.set(call.run.id, 'drained');
  return { ...progress, snapshot: null };
}

async function take(kit: Kit, kind: Kind, call: RunCall, directory: string): Promise<Progress> {
  const { id } = call.run;
  const memo = memoOf(call.memo);
  const trigger = triggerId(directory, id, kind.what);
  if (memo.sentAt !== undefined) return follow(kit, kind, call, memo, trigger);
  // Whoever took the rollout over asks for what the holder before had triggered.
  const before = await kit.api.operation(id, trigger);
  if (before !== null) return follow(kit, kind, call, { ...memo, sentAt: kit.ambient.clock.now() }, trigger, before);
  const job = (await kit.api.jobs()).find(({ jid }) => jid === id);
  if (job === undefined) return failed('flink-run-missing', `Flink does not know the run ${id}.`);
  if (hasEnded(job)) return afterEnd(kit, kind, id);
  if (isCancelled(kit, call)) return running(memo, 1);
  const what = `the ${kind.what} of run ${id}`;
  const answer = await kind.send(kit, id, call.subject.target, directory, trigger).catch((error: unknown) => {
    throw errorOf(failureOf(error), what);
  });
  if (answer.status !== 202 && answer.status !== 200) {
    const failure = failureOf(answer);
    if (failure.kind === 'unknown') throw errorOf(failure, what);
    return failed(
      failure.code === 'flink-refused' ? 'flink-savepoint-failed' : failure.code,
      `${what}: ${failure.text}`,
    );
  }
  const sent = { ...memo, sentAt: kit.ambient.clock.now() };
  try {
    return await follow(kit, kind, call, sent, trigger);
  } catch {
    // That it was triggered is certain: a read that failed is made again, and must not make it unknown.
    return later(kit, kind, sent);
  }
}

/** Not over yet: it is asked for again, soon where nothing processes meanwhile. */
function later(kit: Kit, kind: Kind, memo: Memo): Progress {
  if (isTight(kit, kind, memo)) return running(memo, afterTightSeconds);
  const long = !kind.ends || sinceSent(kit, memo) > longSeconds;
  return running(memo, long ? unhurriedSeconds : pollSeconds);
}

function isTight(kit: Kit, kind: Kind, memo: Memo): boolean {
  return kind.ends && sinceSent(kit, memo) < tightForSeconds;
}

function sinceSent({ ambient }: Kit, { sentAt }: Memo): number {
  return (ambient.clock.now() - (sentAt ?? 0)) / 1000;
}

/** Asks until the answer is wanted, as long as it is polled tightly; gives the last answer. */
async function tightly<Answer>(
  kit: Kit,
  kind: Kind,
  call: RunCall,
  memo: Memo,
  ask: () => Promise<Answer>,
  wanted: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    const goesOn = isTight(kit, kind, memo) && tries < tightTries && !call.signal.aborted;
    if (wanted(answer) || !goesOn) return answer;
    await kit.ambient.clock.sleep(tightSeconds, call.signal);
  }
}

async function follow(
  kit: Kit,
  kind: Kind,
  call: RunCall,
  memo: Memo,
  trigger: string,
  known: Operation | null = null,
): Promise<Progress> {
  const { id } = call.run;
  if (memo.location !== undefined) return ended(kit, kind, call, memo, memo.location);
  const asked = () => kit.api.operation(id, trigger);
  const isOver = (operation: Operation | null) => operation === null || operation.status.id === 'COMPLETED';
  const found = known ?? (await tightly(kit, kind, call, memo, asked, isOver));
  // Flink forgets a result after five minutes.
  if (found === null) return afterEnd(kit, kind, id);
  if (found.status.id !== 'COMPLETED') return later(kit, kind, memo);
  const { location, 'failure-cause': cause } = found.operation ?? {};
  if (location !== undefined) {
    return kind.ends ? ended(kit, kind, call, { ...memo, location }, location) : succeeded(id, location);
  }
  const trace = cause?.['stack-trace'] ?? cause?.class ?? 'no reason was given';
  // The savepoint is whole, but the job failed while it stopped and was restarted: it is told to go by a cancel.
  const written = /A savepoint has been created at: (\S+?),? but the corresponding job/.exec(trace)?.[1];
  if (written !== undefined && kind.ends)
    return ended(kit, kind, call, { ...memo, location: written, failedStop: true }, written);
  if (/FlinkJobNotFoundException/.test(trace)) return afterEnd(kit, kind, id);
  return failed('flink-savepoint-failed', `The ${kind.what} of run ${id}: ${headline(trace)}. The run goes on.`);
}

/** The savepoint is there; the run has to end. A run that its stop left running is cancelled. */
async function ended(kit: Kit, kind: Kind, call: RunCall, memo: Memo, location: string): Promise<Progress> {
  const { id } = call.run;
  const asked = async () => (await kit.api.jobs()).find(({ jid }) => jid === id);
  const isOver = (job: JobOverview | undefined) => job === undefined || hasEnded(job) || memo.failedStop === true;
  const job = await tightly(kit, kind, call, memo, asked, isOver);
  if (job === undefined || hasEnded(job)) return succeeded(id, location);
  if (memo.failedStop !== true || memo.cancelled === true) return later(kit, kind, memo);
  if (isCancelled(kit, call)) return running(memo, 1);
  const answer = await kit.api.cancel(id).catch((error: unknown) => {
    throw errorOf(failureOf(error), `PATCH /jobs/${id}`);
  });
  if (answer.status >= 500) throw errorOf(failureOf(answer), `PATCH /jobs/${id}`);
  return later(kit, kind, { ...memo, cancelled: true });
}

/** The run has ended: where the savepoint of its end stands, as far as Flink still tells. */
async function afterEnd(kit: Kit, kind: Kind, id: string): Promise<Progress> {
  const job = (await kit.api.jobs()).find(({ jid }) => jid === id);
  if (job === undefined) return failed('flink-run-missing', `Flink does not know the run ${id}.`);
  if (!hasEnded(job))
    return failed('flink-savepoint-lost', `Flink does not know the savepoint of run ${id}, which goes on.`);
  const path = await savepointAtEnd(kit, id);
  if (kind.what === 'drain' && job.state === 'FINISHED') return succeeded(id);
  if (path !== null && kind.ends) return succeeded(id, path);
  return failed('flink-savepoint-lost', `Run ${id} is ${job.state}, and Flink names no savepoint of its end.`);
}

/** Path of the savepoint with which a run ended, or null. */
export async function savepointAtEnd(kit: Pick<Kit, 'api'>, id: string): Promise<string | null> {
  const latest = (await kit.api.checkpoints(id))?.latest.savepoint ?? null;
  if (latest === null || latest.status !== 'COMPLETED') return null;
  const type = latest.checkpoint_type;
  return type === undefined || type === 'SYNC_SAVEPOINT' ? (latest.external_path ?? null) : null;
}

function common(target: JsonObject, trigger: string): JsonObject {
  const { 'savepoint-format': format = 'native' } = readTarget(target);
  return { formatType: format.toUpperCase(), triggerId: trigger };
}

/** Each rollout has a directory of its own below the target's; without one the cluster's is taken. */
function below(target: JsonObject, directory: string, field: string): JsonObject {
  const { 'savepoint-directory': base } = readTarget(target);
  return base === undefined ? {} : { [field]: `${base.replace(/\/+$/, '')}/${directory}` };
}
