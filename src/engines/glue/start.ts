import type { JobRun } from '@aws-sdk/client-glue';
import { RolloutError } from '../../model/error.js';
import { isObject, type Json } from '../../model/json.js';
import { type LaunchCall, type Progress, withSecrets } from '../engine.js';
import { updateOf } from './definition.js';
import { errorOf, type Failure, failed, failureOf } from './errors.js';
import { mismatches, notCarried, startRequest } from './launch.js';
import { stampOf } from './marks.js';
import { notPutOff, type PutOff, putOff, secondsLeft } from './put-off.js';
import { isCancelled, noteModified, type Tools } from './shared.js';
import { stateOf } from './states.js';
import { nameOf, type Wanted, wantedOf } from './wanted.js';

/** Longest wait for Glue to free the place of a run that ended or is stopping, in seconds. */
const placeSeconds = 900;
const mostReadBacks = 15;

/** `run`: the start was accepted, or found. `waitingSince`: milliseconds; refused by the limit on concurrent runs so far. */
interface Memo extends PutOff {
  readonly run: string | null;
  readonly readBacks: number;
  readonly waitingSince: number | null;
}

const begin: Memo = { ...notPutOff, run: null, readBacks: 0, waitingSince: null };

/**
 * Starts a run, at most once a call, and reads it back. The definition is read first: a run takes the Glue version, role and
 * connections from it, and its default arguments go into the request. Throws where the answer is not known: the run is then found by
 * its stamp, or not at all.
 */
export async function start(tools: Tools, call: LaunchCall): Promise<Progress> {
  const memo: Memo = isObject(call.memo) ? { ...begin, ...(call.memo as unknown as Partial<Memo>) } : begin;
  const target = withSecrets(call.target, tools.ambient.secret);
  const name = nameOf(target, call.subject.names[0] ?? call.subject.job);
  const wanted = wantedOf(target);
  if (memo.run !== null) return readBack(tools, call, name, wanted, memo.run, memo);
  const left = secondsLeft(memo, tools.ambient.clock.now());
  if (left > 0) return running(memo, left);

  const job = await tools.glue.job(name);
  if (job === null) return failed('glue-job-missing', `${name}: there is no such Glue job in ${tools.place.key}.`);
  noteModified(tools, name, job, false);
  const moved = notCarried(updateOf(job), wanted);
  if (moved.length > 0) {
    const code = target['definition'] === 'leave' ? 'glue-definition-drift' : 'glue-definition-moved';
    return failed(
      code,
      `${name}: the definition has another ${moved.join(', ')} than the manifest, and a run cannot be given it.`,
    );
  }
  if (isCancelled(tools, call)) return running(memo, 1);
  let id: string | undefined;
  try {
    id = await tools.glue.start(startRequest(name, job, wanted, call.stamp));
  } catch (error) {
    return afterError(tools, call, name, memo, failureOf(error));
  }
  if (id === undefined) {
    throw new RolloutError('glue-answer-unknown', `StartJobRun ${name}: the answer names no run.`, {
      class: 'transient',
    });
  }
  const accepted = { ...memo, run: id };
  try {
    return await readBack(tools, call, name, wanted, id, accepted);
  } catch {
    // The start itself is certain: a read that failed is made again, and must not make it unknown.
    return running(accepted, 2);
  }
}

async function afterError(
  tools: Tools,
  call: LaunchCall,
  name: string,
  memo: Memo,
  failure: Failure,
): Promise<Progress> {
  const what = `StartJobRun ${name}`;
  switch (failure.kind) {
    case 'busy':
      return placeTaken(tools, call, name, memo, failure);
    case 'throttled': {
      // Refused before it was carried out: asking again later starts nothing twice.
      const now = tools.ambient.clock.now();
      const later = putOff(memo, failure, now);
      if (later === null) throw errorOf(failure, what);
      return running({ ...memo, ...later }, secondsLeft(later, now));
    }
    case 'missing':
      return failed('glue-job-missing', `${what}: ${failure.text}`);
    case 'refused':
    case 'conflict':
      return failed(failure.code === 'glue-refused' ? 'glue-run-refused' : failure.code, `${what}: ${failure.text}`);
    default:
      throw errorOf(failure, what);
  }
}

/**
 * The limit on concurrent runs refused the start. Either an earlier start of ours took effect, or a run that is stopping (or has just
 * ended) still holds its place, or somebody else's run has it. Only the last is for the caller to look at.
 */
async function placeTaken(
  tools: Tools,
  call: LaunchCall,
  name: string,
  memo: Memo,
  failure: Failure,
): Promise<Progress> {
  const now = tools.ambient.clock.now();
  const runs = await tools.glue.runs(name);
  const own = runs.find((run) => isOwn(run, call));
  if (own?.Id !== undefined) return running({ ...memo, run: own.Id }, 1);

  // A list may be late; a single run is not.
  const listed = runs.filter((run) => activity(run) !== null && run.Id !== undefined);
  const holding = await Promise.all(listed.map(async ({ Id }) => tools.glue.run(name, Id ?? '')));
  const ending = holding.some((run) => run !== null && activity(run) === 'ending');
  const others = holding.flatMap((run) => (run !== null && activity(run) === 'active' ? [run.Id] : []));
  if (!ending && others.length > 0) {
    throw new RolloutError(failure.code, `StartJobRun ${name}: refused, because ${others.join(', ')} is active.`, {
      class: 'transient',
      cause: failure.cause,
    });
  }
  const since = memo.waitingSince ?? now;
  if (now - since > placeSeconds * 1000) {
    return failed('glue-place-not-freed', `StartJobRun ${name}: ${failure.text}, for ${placeSeconds / 60} minutes.`);
  }
  return running({ ...memo, waitingSince: since }, 3);
}

async function readBack(
  tools: Tools,
  call: LaunchCall,
  name: string,
  wanted: Wanted,
  id: string,
  memo: Memo,
): Promise<Progress> {
  const run = await tools.glue.run(name, id);
  if (run === null) {
    if (memo.readBacks < mostReadBacks) return running({ ...memo, readBacks: memo.readBacks + 1 }, 2);
    throw new RolloutError('glue-run-missing', `${name}: Glue accepted the start as ${id} and does not show the run.`, {
      class: 'transient',
    });
  }
  const wrong = mismatches(run, wanted, call.stamp);
  if (wrong.length > 0) {
    return failed('glue-run-not-as-asked', `${name}: run ${id} differs from what was asked for: ${wrong.join(', ')}.`);
  }
  return { state: 'succeeded', run: id, snapshot: null };
}

function activity(run: JobRun): 'active' | 'ending' | null {
  const state = stateOf(run.JobRunState, run.CompletedOn !== undefined);
  if (state === 'stopping') return 'ending';
  return state === 'starting' || state === 'running' ? 'active' : null;
}

/** A run of this very step: an earlier call whose answer was lost. */
function isOwn(run: JobRun, call: LaunchCall): boolean {
  const stamp = stampOf(run.Arguments);
  return (
    stamp !== null && stamp.rollout === call.stamp.rollout && stamp.n === call.stamp.n && stamp.step === call.stamp.step
  );
}

function running(memo: Memo, retryAfterSeconds: number): Progress {
  return { state: 'running', memo: { ...memo } as unknown as Json, retryAfterSeconds };
}
