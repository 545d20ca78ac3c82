import { incompatibility } from './compatibility.js';
import { isTerminal } from './enums.js';
import { causedBy } from './error.js';
import { delayOf } from './fate.js';
import { type DataflowRun, stateOf } from './run.js';
import type { World } from './world.js';

type Handler = (world: World, run: DataflowRun, at: number) => void;

/** Worker errors that a crash loop shows before it goes on in silence. */
const crashMessages = 100;

/** All that can happen to a job by itself. A handler first looks whether the job is still where the event expects it. */
export const events = {
  /** The launcher has started: QUEUED → PENDING. */
  pending(world, run, at) {
    if (stateOf(run) !== 'JOB_STATE_QUEUED') return;
    world.move(run, 'JOB_STATE_PENDING', at);
    startPending(world, run, at);
  },

  /** The service has looked at the job after it was accepted. */
  refused(world, run, at) {
    if (stateOf(run) !== 'JOB_STATE_PENDING' || run.lateRefusal === null) return;
    fail(world, run, run.lateRefusal, at);
  },

  /** The job graph was compared with that of the job to be updated. */
  checked(world, run, at) {
    const { replacement } = run;
    if (stateOf(run) !== 'JOB_STATE_PENDING') return;
    if (replacement.mode !== 'in-place' && replacement.mode !== 'validate-only') return;
    const reason = incompatibility(world.runs.get(replacement.old), run);
    if (reason !== null) return fail(world, run, reason, at);
    if (replacement.mode === 'in-place') return;
    const text = `Workflow job: ${run.id} succeeded validation. Marking graph_validate_only job as Done.`;
    world.say(run, 'JOB_MESSAGE_BASIC', text, at);
    world.move(run, 'JOB_STATE_DONE', at);
  },

  /** Workers are up. */
  ready(world, run, at) {
    if (stateOf(run) !== 'JOB_STATE_PENDING') return;
    const { replacement } = run;
    const old = replacement.mode === 'none' ? undefined : world.runs.get(replacement.old);
    if (replacement.mode === 'in-place') {
      const state = old && stateOf(old);
      if (!old || (state !== 'JOB_STATE_RUNNING' && state !== 'JOB_STATE_DRAINING')) {
        return fail(
          world,
          run,
          causedBy(`The job ${replacement.old} is not running any more and cannot be updated.`),
          at,
        );
      }
      old.replacedByJobId = run.id;
      world.move(old, 'JOB_STATE_UPDATED', at);
    }
    if (replacement.mode === 'stop-and-replace' && old && !isTerminal(stateOf(old))) {
      startDrain(world, old, at);
      return world.schedule(run, 'drain-limit', at, replacement.maxStopSeconds);
    }
    startRunning(world, run, at);
  },

  /** The predecessor of a stop-and-replace has drained or was cancelled. */
  'predecessor-ended'(world, run, at) {
    if (stateOf(run) === 'JOB_STATE_PENDING') startRunning(world, run, at);
  },

  /** The minimum overlap of a parallel update is over. */
  'overlap-over'(world, run, at) {
    const { replacement } = run;
    if (replacement.mode !== 'parallel') return;
    if (isTerminal(stateOf(run)) && !world.settings.drainsAfterNewEnded) return;
    const old = world.runs.get(replacement.old);
    if (!old || stateOf(old) !== 'JOB_STATE_RUNNING') return;
    startDrain(world, old, at);
    if (replacement.maxStopSeconds !== null) world.schedule(run, 'drain-limit', at, replacement.maxStopSeconds);
  },

  /** The old job had its time for draining. */
  'drain-limit'(world, run, at) {
    const { replacement } = run;
    if (replacement.mode !== 'parallel' && replacement.mode !== 'stop-and-replace') return;
    const old = world.runs.get(replacement.old);
    if (!old || stateOf(old) !== 'JOB_STATE_DRAINING') return;
    if (replacement.cancelOnTimeout) return startCancel(world, old, at);
    if (stateOf(run) === 'JOB_STATE_PENDING') startRunning(world, run, at); // both keep running
  },

  drained(world, run, at) {
    if (stateOf(run) !== 'JOB_STATE_DRAINING' || run.fate.behaviour === 'drain-never-ends') return;
    world.say(run, 'JOB_MESSAGE_BASIC', 'Drain is complete. Stopping worker pool...', at);
    world.move(run, 'JOB_STATE_DRAINED', at);
  },

  cancelled(world, run, at) {
    if (stateOf(run) !== 'JOB_STATE_CANCELLING' || run.fate.behaviour === 'cancel-never-ends') return;
    world.move(run, 'JOB_STATE_CANCELLED', at);
  },

  /** The pipeline itself fails. */
  fails(world, run, at) {
    if (!['fail-after', 'crash'].includes(run.fate.behaviour) || !processes(run)) return;
    const fallback = 'Workflow failed. Causes: The worker lost contact with the service.';
    fail(world, run, run.fate.message ?? fallback, at);
  },

  /** A worker has crashed; a streaming job starts another, for ever. */
  crashed(world, run, at) {
    if (run.fate.behaviour !== 'crash-loop' || !processes(run)) return;
    const text =
      run.fate.message ?? 'Error message from worker: java.lang.RuntimeException: SDK harness sdk-0-0 disconnected.';
    world.say(run, 'JOB_MESSAGE_ERROR', text, at);
    if (run.messages.length < crashMessages) world.schedule(run, 'crashed', at, Math.max(1, delayOf(run.fate)));
  },

  /** A batch job has read all its input. */
  finished(world, run, at) {
    if (run.type !== 'JOB_TYPE_BATCH' || stateOf(run) !== 'JOB_STATE_RUNNING') return;
    world.say(run, 'JOB_MESSAGE_BASIC', 'Stopping worker pool...', at);
    world.move(run, 'JOB_STATE_DONE', at);
  },
} as const satisfies { readonly [kind: string]: Handler };

export type EventKind = keyof typeof events;

/** Schedules a new job's first steps. It is QUEUED (flex templates: the launcher starts) or PENDING. */
export function startLife(world: World, run: DataflowRun, at: number): void {
  if (stateOf(run) === 'JOB_STATE_QUEUED') {
    world.schedule(run, 'pending', at, run.fate.queuedSeconds ?? world.settings.queuedSeconds);
    return;
  }
  if (stateOf(run) === 'JOB_STATE_PENDING') startPending(world, run, at);
  if (stateOf(run) === 'JOB_STATE_RUNNING') startFate(world, run, at);
}

/** The run begins to drain. */
export function startDrain(world: World, run: DataflowRun, at: number): void {
  world.say(run, 'JOB_MESSAGE_BASIC', 'Draining the job: no new input is read, open windows are closed.', at);
  world.move(run, 'JOB_STATE_DRAINING', at);
  world.schedule(run, 'drained', at, run.fate.drainSeconds ?? world.settings.drainSeconds);
}

/** The run begins to be cancelled. */
export function startCancel(world: World, run: DataflowRun, at: number): void {
  run.cancelAskedAt ??= at;
  world.say(run, 'JOB_MESSAGE_BASIC', 'Cancel request is committed for workflow job.', at);
  if (stateOf(run) === 'JOB_STATE_QUEUED') {
    world.move(run, 'JOB_STATE_CANCELLED', at);
    return;
  }
  world.move(run, 'JOB_STATE_CANCELLING', at);
  world.schedule(run, 'cancelled', at, run.fate.cancelSeconds ?? world.settings.cancelSeconds);
}

/** What an artifact's behaviour brings once its run processes input. */
export function startFate(world: World, run: DataflowRun, at: number): void {
  const delay = delayOf(run.fate);
  if (run.fate.behaviour === 'fail-after' || run.fate.behaviour === 'crash') world.schedule(run, 'fails', at, delay);
  if (run.fate.behaviour === 'crash-loop') world.schedule(run, 'crashed', at, delay);
  if (run.type === 'JOB_TYPE_BATCH') world.schedule(run, 'finished', at, run.fate.behaviour === 'batch' ? delay : 120);
}

function startPending(world: World, run: DataflowRun, at: number): void {
  const { behaviour, message } = run.fate;
  if (behaviour === 'late-rejection') run.lateRefusal ??= causedBy(message ?? 'The pipeline could not be built.');
  if (run.lateRefusal !== null) {
    world.schedule(run, 'refused', at, behaviour === 'late-rejection' ? delayOf(run.fate) : 5);
    return;
  }
  const { compatibilitySeconds, pendingSeconds } = world.settings;
  world.schedule(run, 'checked', at, compatibilitySeconds);
  if (run.replacement.mode === 'validate-only') return;
  const pending = run.fate.pendingSeconds ?? pendingSeconds;
  // Never before the compatibility check: it decides whether the old job is touched at all.
  const check = run.replacement.mode === 'in-place' ? compatibilitySeconds : 0;
  world.schedule(run, 'ready', at, Math.max(check, behaviour === 'slow-start' ? delayOf(run.fate) : pending));
}

function startRunning(world: World, run: DataflowRun, at: number): void {
  world.say(run, 'JOB_MESSAGE_DETAILED', 'Workers have started successfully.', at);
  world.move(run, 'JOB_STATE_RUNNING', at);
  const { replacement } = run;
  const linked = replacement.mode === 'parallel' || replacement.mode === 'stop-and-replace';
  const old = linked && world.settings.parallelLinks ? world.runs.get(replacement.old) : undefined;
  if (old) old.replacedByJobId = run.id;
  if (replacement.mode === 'parallel') world.schedule(run, 'overlap-over', at, replacement.minSeconds);
  startFate(world, run, at);
}

function fail(world: World, run: DataflowRun, text: string, at: number): void {
  world.say(run, 'JOB_MESSAGE_ERROR', text, at);
  world.move(run, 'JOB_STATE_FAILED', at);
}

function processes(run: DataflowRun): boolean {
  return stateOf(run) === 'JOB_STATE_RUNNING' || stateOf(run) === 'JOB_STATE_DRAINING';
}
