import type { Code } from '../model/codes/index.js';
import { RolloutError } from '../model/error.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { answered, patience } from './answered.js';
import { closing } from './closing.js';
import type { Crew, Ended, LastLook } from './crew.js';
import type { Decision } from './decision.js';
import { toldGap } from './gap.js';
import type { Knowledge } from './knowledge.js';
import type { Landing } from './landing.js';
import { LockLost } from './pen.js';
import { closeRecord } from './records.js';
import type { Sight } from './sight.js';
import { text } from './text.js';

/** The two ends of a rollout in this process: it is closed, or left for whoever comes next. */
export interface Endings {
  close(decision: Extract<Decision, { do: 'close' }>, see: Sight): Promise<Ended>;
  /** `until`: nothing is left to do before this moment (milliseconds). */
  leave(how: 'pending' | 'interrupted', why: string, until?: number | null): Promise<Ended>;
}

export function endingsOf(crew: Crew, know: Knowledge, land: Landing['land'], say: (line: string) => void): Endings {
  const { clock, pen, signal } = crew;
  return { close, leave };

  async function close(decision: Extract<Decision, { do: 'close' }>, see: Sight): Promise<Ended> {
    await askForGap(see);
    const end = closing(pen.record, decision, see, clock.now());
    await crew.turn?.();
    // Only now, so that no other write takes the end along and tells of it as something else.
    pen.note((record) => closeRecord(record, end));
    await land(`close rollout ${pen.record.n}: ${decision.outcome}`, null, true);
    const runs = await lookAgain(see);
    return { how: 'closed', record: pen.record, runs, note: null, late: lateOf(runs, see) };
  }

  /** A figure for the report: nothing waits for it for long, and nothing fails for it. */
  async function askForGap(see: Sight): Promise<void> {
    if (signal.aborted) return;
    try {
      const gap = await answered(toldGap(crew.session, pen.record, see), signal);
      pen.note((record) => ({ ...record, gap }));
    } catch (error) {
      say(`the engine did not tell the processing gap: ${text(error)}`);
    }
  }

  async function leave(how: 'pending' | 'interrupted', why: string, until: number | null = null): Promise<Ended> {
    say(why);
    if (until !== null) pen.note((record) => ({ ...record, waitsUntil: new Date(until).toISOString() }));
    // After a cancelled step its own post step follows: it finds what is left by the holder.
    const postFollows = signal.aborted && crew.last !== true && pen.record.holder?.workflow != null;
    if (!postFollows) pen.note((record) => ({ ...record, holder: null, lease: null }));
    await answered(pen.flush(`hand over rollout ${pen.record.n}: ${how}`), signal, patience.handOver);
    return { how, record: pen.record, runs: know.runs, last: know.last, note: why };
  }

  /** A holder that stood still may have made its call between our last look and the close; only a rollout that was taken over had one. */
  async function lookAgain(see: Sight): Promise<readonly Run[]> {
    if (crew.takenOver !== true || signal.aborted) return see.runs;
    try {
      return await crew.session.look({ ...crew.subject, ids: [...crew.subject.ids, ...see.runs.map((run) => run.id)] });
    } catch (error) {
      say(`the rollout is closed; the look after it failed: ${text(error)}`);
      return see.runs;
    }
  }
}

/**
 * This process can't go on. It lets go of the rollout if the ledger still takes a write, so that `resume` need not wait. `runs` null:
 * the runs can't be seen now; `before`: the look that was made before.
 */
export async function givenUp(
  { pen, signal, last }: Pick<Crew, 'pen' | 'signal' | 'last'>,
  error: unknown,
  runs: readonly Run[] | null = null,
  before: LastLook | null = null,
): Promise<Ended> {
  // The post step of a cancelled one looks for what it holds.
  const postFollows = signal.aborted && last !== true && pen.record.holder?.workflow != null;
  if (!postFollows) pen.note((record) => ({ ...record, holder: null, lease: null }));
  const writing = pen.flush(`hand over rollout ${pen.record.n}: ${text(error)}`);
  await answered(writing, signal, patience.lastTry).catch(() => undefined);
  const seen = { record: pen.record, runs, last: before };
  // What goes wrong in a cancelled process goes wrong because it has no time left.
  return signal.aborted && !(error instanceof LockLost)
    ? { ...seen, how: 'interrupted', note: 'the process was cancelled' }
    : { ...endedBy(error, pen.record), ...seen };
}

/** How a rollout ended that this process could not go on with: the lock is another's, or something went wrong. */
export function endedBy(error: unknown, record: JobRecord): Ended {
  const note = text(error);
  if (error instanceof LockLost) return { how: 'lost', record, runs: null, note, now: error.now?.record ?? null };
  return { how: 'interrupted', record, runs: null, note, code: codeOf(error) };
}

function codeOf(error: unknown): Code {
  return error instanceof RolloutError ? error.code : 'unexpected-error';
}

/** Runs that came up after the last look before the close. */
function lateOf(runs: readonly Run[], see: Sight): readonly Run[] {
  const known = new Set(see.runs.map((run) => run.id));
  return runs.filter((run) => isActive(run) && !isEnding(run) && !known.has(run.id) && !known.has(run.continues ?? ''));
}
