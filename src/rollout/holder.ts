import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Holder, JobRecord } from '../model/record.js';

/** Lease of a holder that cannot be looked up, in seconds, and how often it is renewed. */
export const leaseSeconds = 600;
export const renewSeconds = 300;

/** `now` in milliseconds of real time. */
export function leaseFrom(now: number): string {
  return new Date(now + leaseSeconds * 1000).toISOString();
}

/** Where this process runs, as far as the entry point knows. */
export interface Whereabouts {
  readonly workflow: Holder['workflow'];
  readonly pid: number;
  readonly startedAt: string;
  /** `Holder.endsWithAttempt`. */
  readonly endsWithAttempt?: boolean;
}

export function holderOf(where: Whereabouts): Holder {
  const { workflow } = where;
  const host = hostname();
  return {
    name: workflow === null ? `${host}/${where.pid}` : runUrl(workflow),
    workflow,
    process: { host, pid: where.pid, startedAt: where.startedAt },
    ...(where.endsWithAttempt === true && { endsWithAttempt: true }),
    nonce: randomBytes(8).toString('hex'),
  };
}

export function runUrl(workflow: NonNullable<Holder['workflow']>): string {
  return `${workflow.server}/${workflow.repository}/actions/runs/${workflow.runId}/attempts/${workflow.attempt}`;
}

/** Is the attempt over? `unknown` where the question could not be answered. */
export type AttemptState = (workflow: NonNullable<Holder['workflow']>) => Promise<'completed' | 'active' | 'unknown'>;

/** `until`: when the lease ends of a holder of which nothing else is known; null where its state is known. */
export interface MayTakeOver {
  readonly yes: boolean;
  /** The holder is known to be gone: it makes no call any more. A lease that has run out proves nothing. */
  readonly dead: boolean;
  readonly why: string;
  readonly until: string | null;
}

/** A person says so. */
export const byPerson: MayTakeOver = { yes: true, dead: false, why: 'a person took it over', until: null };

/**
 * Whether an open rollout may be taken over: nobody holds it, its workflow attempt is completed, its process is gone from
 * this host, or, where it cannot be looked up, its lease has expired. `now` in milliseconds of real time.
 */
export async function mayTakeOver(
  record: JobRecord,
  me: Holder,
  attemptState: AttemptState,
  now: number,
): Promise<MayTakeOver> {
  const holder = record.holder;
  const yes = (why: string, dead = true): MayTakeOver => ({ yes: true, dead, why, until: null });
  if (holder === null) return yes('nobody holds it');
  if (holder.nonce === me.nonce) return yes('it is ours', false);
  const held = (until: string | null): MayTakeOver => ({
    yes: false,
    dead: false,
    why: `held by ${holder.name}`,
    until,
  });
  if (holder.workflow !== null) {
    const sameRun = me.workflow !== null && runOf(me.workflow) === runOf(holder.workflow);
    if (sameRun && me.workflow && me.workflow.attempt > holder.workflow.attempt)
      return yes('an earlier attempt of this run held it', holder.endsWithAttempt === true);
    const state = await attemptState(holder.workflow);
    if (state === 'completed') return yes('its workflow run is over', holder.endsWithAttempt === true);
    if (state === 'active') return held(null);
  } else if (holder.process !== null && holder.process.host === me.process?.host) {
    if (!alive(holder.process.pid)) return yes('its process is gone from this host');
    // Another process may have its number by now, so it is not believed for ever.
    return expired(record, now) ? yes('its lease has expired', false) : held(null);
  }
  return expired(record, now) ? yes('its lease has expired', false) : held(record.lease);
}

/** Run numbers are unique on one server only. */
function runOf({ server, repository, runId }: NonNullable<Holder['workflow']>): string {
  return `${server}/${repository}/${runId}`;
}

function expired({ lease }: JobRecord, now: number): boolean {
  return lease !== null && Date.parse(lease) < now;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Ended, and not yet asked about by its parent, as in a container without an init process. Told by Linux alone. */
function isZombie(pid: number): boolean {
  try {
    // "123 (name) Z …"; the name may hold anything.
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
