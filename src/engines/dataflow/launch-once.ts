import type { Run } from '../../model/run.js';
import { type LaunchCall, type Progress, withSecrets } from '../engine.js';
import { once } from './change.js';
import { isCancelled, type Kit, type Memo, memoOf, putOff, running, secondsSince } from './kit.js';
import { isSameStep } from './labels.js';
import { launchOf, type Mode, send } from './launch.js';
import type { Link } from './links.js';
import { nameOf } from './target.js';

/** What differs between the launches. */
export interface Kind {
  readonly mode: Mode;
  /** How the service is asked to link the new run to the predecessor. */
  readonly link: Link | null;
  /** Follows the launched run until the step is over. */
  settle(kit: Kit, call: LaunchCall, memo: Memo & { readonly run: string }): Promise<Progress>;
  /** Why nothing may be sent now, or null; decided on the runs of the job, read just before. */
  blocked(kit: Kit, call: LaunchCall, name: string, runs: readonly Run[]): Progress | null;
}

/** Longest time until an accepted launch that named no run has to show. */
const showsWithinSeconds = 90;

/**
 * One launch as a resumable poll: an earlier effect of this very step is followed (known by the memo, or found by its stamp); only where
 * there is none, and nothing is in the way, one launch is sent.
 */
export async function launchOnce(kit: Kit, call: LaunchCall, kind: Kind): Promise<Progress> {
  const memo = memoOf(call.memo);
  if (memo.run !== undefined) return kind.settle(kit, call, { ...memo, run: memo.run });
  const wait = putOff(kit, memo);
  if (wait) return wait;
  const runs = await kit.runs.look(call.subject);
  const own = runs.find((run) => isSameStep(run.stamp, call.stamp));
  if (own) {
    launched(kit, call, kind, own.id);
    return kind.settle(kit, call, { ...memo, run: own.id });
  }
  const name = nameOf(call.target, call.subject.names[0] ?? call.subject.job);
  if (memo.sentAt !== undefined) return unnamed(kit, memo, memo.sentAt, name);
  const blocked = kind.blocked(kit, call, name, runs);
  if (blocked) return blocked;
  if (isCancelled(kit, call)) return running(memo, 1);
  const launch = launchOf(withSecrets(call.target, kit.secret), name, call.stamp, kind.mode);
  const what = `the launch of ${name}`;
  return once(kit, {
    what,
    operation: 'launch',
    memo,
    send: () => send(kit.api, launch),
    done(job) {
      if (!job?.id) return running({ ...memo, sentAt: kit.clock.now() }, 5);
      launched(kit, call, kind, job.id);
      return running({ run: job.id, sentAt: kit.clock.now() }, 2);
    },
    refused: (text, status) => (status === 400 && isAboutParallel(text) ? parallelRefused(what, text) : null),
  });
}

/** There is no code but the text for what is wrong with a parallel update. */
export function isAboutParallel(text: string): boolean {
  return /parallel[ _]replace|parallel_job_update/i.test(text);
}

function parallelRefused(what: string, text: string): Progress {
  return { state: 'failed', code: 'dataflow-parallel-refused', message: `Dataflow refused ${what}: ${text}` };
}

function launched(kit: Kit, { predecessor }: LaunchCall, { link }: Kind, run: string): void {
  if (link !== null && predecessor !== null) kit.links.launched(run, link, predecessor.id);
}

function unnamed(kit: Kit, memo: Memo, sentAt: number, name: string): Progress {
  if (secondsSince(kit, sentAt) < showsWithinSeconds) return running(memo, 10);
  return {
    state: 'failed',
    code: 'dataflow-launch-without-run',
    message: `Dataflow accepted the launch of ${name}, but no run with its stamp showed up within ${showsWithinSeconds} s.`,
  };
}
