import type { Run } from '../../model/run.js';
import type { LaunchCall, Progress } from '../engine.js';
import { type Kit, type Memo, running, secondsSince, succeeded } from './kit.js';
import { isSameStep } from './labels.js';
import { isAboutParallel } from './launch-once.js';
import { firstError } from './messages.js';
import { hasEnded } from './run.js';

type Launched = Memo & { readonly run: string };

/** Longest time until a launched run can be read, and until the old run of an in-place update shows as replaced. */
const showsWithinSeconds = 90;
const replacedWithinSeconds = 300;

/** A start is over as soon as the run shows with its stamp: whether it comes up is for the verification to say. */
export async function accepted(kit: Kit, call: LaunchCall, memo: Launched): Promise<Progress> {
  const run = await kit.runs.read(memo.run, call.subject);
  return (await common(kit, call, memo, run)) ?? succeeded(memo.run);
}

/** An in-place update is over when the new run runs and the old one has given way. */
export async function replaced(kit: Kit, call: LaunchCall, memo: Launched): Promise<Progress> {
  const run = await kit.runs.read(memo.run, call.subject);
  const first = await common(kit, call, memo, run);
  if (first) return first;
  if (run?.state !== 'running') return running(memo, 5);
  const old = call.predecessor && (await kit.runs.read(call.predecessor.id, call.subject));
  if (!old || hasEnded(old.state)) return succeeded(memo.run);
  const since = memo.runningSince ?? kit.clock.now();
  if (secondsSince(kit, since) < replacedWithinSeconds) return running({ ...memo, runningSince: since }, 5);
  return {
    state: 'failed',
    code: 'dataflow-replace-not-linked',
    message: `Run ${memo.run} runs, but ${old.id} is still ${old.engineState} after ${replacedWithinSeconds} s.`,
  };
}

/** A parallel update is over when the new run runs; what became of the old one is read back (`links.ts`). */
export async function overlapping(kit: Kit, call: LaunchCall, memo: Launched): Promise<Progress> {
  const run = await kit.runs.read(memo.run, call.subject);
  const first = await common(kit, call, memo, run);
  const old = call.predecessor && (await kit.runs.read(call.predecessor.id, call.subject));
  if (run && old) kit.links.readBack([run, old]);
  if (first) return first;
  return run?.state === 'running' ? succeeded(memo.run) : running(memo, 5);
}

/** What holds for every launched run; null: it shows, it carries its stamp, and it has not ended. */
async function common(kit: Kit, call: LaunchCall, memo: Launched, run: Run | null): Promise<Progress | null> {
  const id = memo.run;
  if (run === null) {
    const since = memo.sentAt ?? kit.clock.now();
    if (secondsSince(kit, since) < showsWithinSeconds) return running({ ...memo, sentAt: since }, 5);
    const message = `Run ${id} was launched, but Dataflow does not show it after ${showsWithinSeconds} s.`;
    return { state: 'failed', code: 'dataflow-launch-without-run', message };
  }
  if (run.state === 'failed') {
    const text = run.detail ?? (await firstError(kit.api, id)) ?? 'it gave no error message';
    const code = isAboutParallel(text) ? 'dataflow-parallel-refused' : 'dataflow-launch-rejected';
    return { state: 'failed', code, message: `Run ${id} was accepted and then failed: ${text}` };
  }
  if (hasEnded(run.state)) {
    return { state: 'failed', code: 'dataflow-ended-otherwise', message: `The new run ${id} is ${run.engineState}.` };
  }
  if (isSameStep(run.stamp, call.stamp)) return null;
  if (run.state === 'starting') return running(memo, 5);
  const message = `Run ${id} does not carry the labels that it was launched with.`;
  return { state: 'failed', code: 'dataflow-stamp-missing', message };
}
