import { RolloutError } from '../../model/error.js';
import type { Progress } from '../engine.js';
import {
  answerUnknown,
  type Fault,
  faultOf,
  meaningOf,
  notAuthenticated,
  type Operation,
  permissionIn,
} from './fault.js';
import { type Kit, type Memo, running } from './kit.js';

/** A change of something on Dataflow, as a sentence names it, and the permission that it needs. */
export interface Change<T> {
  readonly what: string;
  readonly operation: Operation;
  readonly memo: Memo;
  /** Sends the request, once. */
  send(): Promise<T>;
  /** Reads the answer of an accepted change. */
  done(answer: T): Progress;
  /** Refusals that mean something of their own here; null: the common meaning. */
  refused?(text: string, status: number | null): Progress | null;
}

/** Tries of a change that a quota refuses, and the pause after the first; the others are multiples of it. */
const quotaTries = 6;
const quotaPauseSeconds = 20;
/** Seconds that the service may have us wait by `retry-after`, in all, before its refusals are counted like any others. */
const mostToldSeconds = 1800;

/**
 * Makes one change. A definite no becomes `failed`. A quota (429) is a definite no as well, but one that passes: the change is sent again later,
 * which is no blind retry, since nothing took effect. Any other end is thrown as not known.
 */
export async function once<T>(kit: Kit, change: Change<T>): Promise<Progress> {
  let answer: T;
  try {
    answer = await change.send();
  } catch (error) {
    if (error instanceof RolloutError) throw error;
    return refusal(kit, change, error);
  }
  return change.done(answer);
}

function refusal<T>(kit: Kit, { what, operation, memo, refused }: Change<T>, error: unknown): Progress {
  const fault = faultOf(error);
  const own = refused?.(fault.text, fault.status);
  if (own) return own;
  const meaning = meaningOf(fault);
  if (meaning.means === 'no-credentials') throw notAuthenticated(fault.text, fault.cause);
  if (meaning.means === 'unknown') throw answerUnknown(what, fault);
  if (meaning.means === 'later') return later(kit, what, memo, fault);
  const message = `Dataflow refused ${what}: ${fault.status} ${fault.text}`;
  if (meaning.code !== 'dataflow-permission-denied') return { state: 'failed', code: meaning.code, message };
  const permission = permissionIn(fault, operation);
  return {
    state: 'failed',
    code: meaning.code,
    message: `${message} (needed: ${permission})`,
    next: `Grant ${permission} to the identity that rolls out.`,
  };
}

function later(kit: Kit, what: string, memo: Memo, { text, retryAfterSeconds }: Fault): Progress {
  const told = (memo.toldSeconds ?? 0) + Math.max(1, retryAfterSeconds ?? mostToldSeconds + 1);
  if (told <= mostToldSeconds) {
    // Being told to wait is no refusal: it is waited out, and not counted.
    const wait = told - (memo.toldSeconds ?? 0);
    return running({ ...memo, toldSeconds: told, notBefore: kit.clock.now() + wait * 1000 }, wait);
  }
  const refusals = (memo.refusals ?? 0) + 1;
  if (refusals >= quotaTries) {
    return { state: 'failed', code: 'dataflow-quota', message: `A quota refused ${what} ${refusals} times: ${text}` };
  }
  const seconds = quotaPauseSeconds * refusals;
  return running({ ...memo, refusals, notBefore: kit.clock.now() + seconds * 1000 }, seconds);
}
