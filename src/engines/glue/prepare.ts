import type { JobUpdate } from '@aws-sdk/client-glue';
import { codes } from '../../model/codes/index.js';
import { isObject, type Json } from '../../model/json.js';
import { type PrepareCall, type Progress, withSecrets } from '../engine.js';
import { differing, memberDigests, updateOf } from './definition.js';
import { errorOf, failed, failureOf } from './errors.js';
import { lay } from './overlay.js';
import { notPutOff, type PutOff, putOff, secondsLeft } from './put-off.js';
import { writeRefusal } from './refusals.js';
import { isCancelled, noteModified, type Tools } from './shared.js';
import { prepareTags } from './tags.js';
import { nameOf, wantedOf } from './wanted.js';

const mostConflicts = 5;
const mostReadBacks = 3;

/** `sent`: digests of the members that were written, by name. */
interface Memo extends PutOff {
  readonly conflicts: number;
  readonly readBacks: number;
  readonly sent: { readonly [member: string]: string } | null;
  readonly tagged: boolean;
}

/** Where the step stands; each value of it is either one more poll or the end. */
const begin: Memo = { ...notPutOff, conflicts: 0, readBacks: 0, sent: null, tagged: false };

/**
 * Brings the definition to what the manifest says: get, merge, put, read back. Glue has no fence for UpdateJob, so the window between
 * get and put is kept to one round trip, and the result is read back. No run is touched, and nothing is written where nothing differs.
 */
export async function prepare(tools: Tools, call: PrepareCall): Promise<Progress> {
  if (call.target['definition'] === 'leave') return done;
  const target = withSecrets(call.target, tools.ambient.secret);
  const name = nameOf(target, call.subject.names[0] ?? call.subject.job);
  const memo = memoOf(call.memo);
  const left = secondsLeft(memo, tools.ambient.clock.now());
  if (left > 0) return running(memo, left);
  const job = await tools.glue.job(name);
  if (job === null) return failed('glue-job-missing', `${name}: there is no such Glue job in ${tools.place.key}.`);
  const wanted = wantedOf(target);
  const refusal = writeRefusal(job, wanted.members);
  if (refusal) return failed(refusal.code, refusal.message);
  noteModified(tools, name, job, memo.sent !== null);

  const current = updateOf(job);
  if (memo.sent !== null) {
    const read = memberDigests(current);
    const other = Object.entries(memo.sent).filter(([member, digest]) => read[member] !== digest);
    if (other.length > 0) {
      const members = other.map(([member]) => member);
      return readBackAgain(name, memo, members);
    }
  } else {
    const update = lay(current, wanted);
    if (differing(update, current).length > 0)
      return isCancelled(tools, call) ? running(memo, 1) : write(tools, name, update, memo);
  }
  return prepareTags(tools, call, name, target, memo.tagged, { ...memo });
}

async function write(tools: Tools, name: string, update: JobUpdate, memo: Memo): Promise<Progress> {
  try {
    await tools.glue.update(name, update);
  } catch (error) {
    const failure = failureOf(error);
    switch (failure.kind) {
      case 'conflict':
        if (memo.conflicts >= mostConflicts) return failed(failure.code, `UpdateJob ${name}: ${failure.text}`);
        return running({ ...memo, conflicts: memo.conflicts + 1 }, 2 * (memo.conflicts + 1));
      case 'throttled': {
        const now = tools.ambient.clock.now();
        const later = putOff(memo, failure, now);
        if (later === null) throw errorOf(failure, `UpdateJob ${name}`);
        return running({ ...memo, ...later }, secondsLeft(later, now));
      }
      case 'missing':
        return failed('glue-job-missing', `UpdateJob ${name}: ${failure.text}`);
      case 'refused':
      case 'busy':
        return failed(
          failure.code === 'glue-refused' ? 'glue-definition-refused' : failure.code,
          `UpdateJob ${name}: ${failure.text}`,
        );
      default:
        throw errorOf(failure, `UpdateJob ${name}`);
    }
  }
  return running({ ...memo, sent: memberDigests(update) }, 1);
}

function readBackAgain(name: string, memo: Memo, members: readonly string[]): Progress {
  if (memo.readBacks < mostReadBacks) return running({ ...memo, readBacks: memo.readBacks + 1 }, 2);
  const code = 'glue-definition-not-as-written';
  return failed(
    code,
    `${name}: read back after the write, these members differ: ${members.join(', ')}. ${codes[code].next}`,
  );
}

const done: Progress = { state: 'succeeded', run: null, snapshot: null };

function running(memo: Memo, retryAfterSeconds: number): Progress {
  return { state: 'running', memo: { ...memo }, retryAfterSeconds };
}

function memoOf(memo: Json): Memo {
  return isObject(memo) ? { ...begin, ...(memo as unknown as Partial<Memo>) } : begin;
}
