import type { EmulatorClock } from '../service.js';
import { type Importance, isTerminal, type JobState } from './enums.js';
import { type EventKind, events } from './lifecycle.js';
import { type DataflowRun, type Launched, type Replacement, stateOf } from './run.js';
import type { Settings } from './settings.js';
import type { Snapshot } from './snapshots.js';

interface Event {
  readonly at: number;
  readonly run: DataflowRun;
  readonly kind: EventKind;
}

/** Ended jobs that are kept; the oldest go first. The service keeps them for 30 days. */
const endedLimit = 10_000;
const keptMilliseconds = 30 * 86_400_000;
const messageLimit = 1000;

/**
 * All jobs, and what will happen to them. Nothing runs by itself: `settle` carries out, in order, the events whose time has come
 * by the emulated clock, each at its own time, and every request calls it first.
 */
export class World {
  readonly settings: Settings;
  readonly runs = new Map<string, DataflowRun>();
  readonly snapshots = new Map<string, Snapshot>();
  readonly #clock: EmulatorClock;
  readonly #events: Event[] = [];
  #sequence = 0;

  constructor(clock: EmulatorClock, settings: Settings) {
    this.#clock = clock;
    this.settings = settings;
  }

  /** The time, after all that was due has happened. */
  settle(): number {
    const now = this.#clock.now();
    for (let event = this.#events[0]; event && event.at <= now; event = this.#events[0]) {
      this.#events.shift();
      events[event.kind](this, event.run, event.at);
    }
    return now;
  }

  /** Adds a job. `state` at `at`; no event is scheduled. */
  add(launched: Launched, replacement: Replacement, state: JobState, at: number): DataflowRun {
    const sequence = ++this.#sequence;
    const run: DataflowRun = {
      ...launched,
      id: idOf(at, sequence),
      sequence,
      createdAt: at,
      replacement,
      lateRefusal: null,
      history: [{ at, state }],
      requestedState: null,
      cancelAskedAt: null,
      replaceJobId: null,
      replacedByJobId: null,
      updatable: {},
      messages: [],
    };
    this.runs.set(run.id, run);
    this.#forget(at);
    return run;
  }

  /** Something happens to a job after `seconds`. Events of the same time happen in the order of scheduling. */
  schedule(run: DataflowRun, kind: EventKind, from: number, seconds: number): void {
    const event = { run, kind, at: from + seconds * 1000 };
    let index = this.#events.length;
    while (index > 0 && (this.#events[index - 1] as Event).at > event.at) index -= 1;
    this.#events.splice(index, 0, event);
  }

  /** Moves a job to a state; a job that ends lets those go on that wait for it. */
  move(run: DataflowRun, state: JobState, at: number): void {
    if (stateOf(run) === state) return;
    run.history.push({ at, state });
    if (!isTerminal(state)) return;
    for (const other of this.runs.values()) {
      const { replacement } = other;
      if (replacement.mode === 'stop-and-replace' && replacement.old === run.id)
        events['predecessor-ended'](this, other, at);
    }
  }

  say(run: DataflowRun, importance: Importance, text: string, at: number): void {
    const number = (run.messages.length + 1).toString().padStart(6, '0');
    if (run.messages.length < messageLimit) run.messages.push({ id: `JOB_MESSAGE_${number}`, at, importance, text });
  }

  /** Active jobs of a name, newest first. */
  active(project: string, location: string, name: string): DataflowRun[] {
    return this.named(project, location, name).filter((run) => !isTerminal(stateOf(run)));
  }

  /** All jobs of a name, newest first. */
  named(project: string, location: string, name: string): DataflowRun[] {
    return [...this.runs.values()]
      .filter((run) => run.name === name && run.project === project && run.location === location)
      .sort((a, b) => b.sequence - a.sequence);
  }

  #forget(now: number): void {
    const ended = [...this.runs.values()].filter((run) => isTerminal(stateOf(run)));
    const surplus = ended.length - endedLimit;
    ended.forEach((run, index) => {
      const endedAt = run.history[run.history.length - 1]?.at ?? now;
      if (index < surplus || now - endedAt > keptMilliseconds) this.runs.delete(run.id);
    });
  }
}

/** `2026-11-22_07_46_40-1234567890123456789`: the service writes Pacific time; the emulator stays at UTC-8. */
function idOf(at: number, sequence: number): string {
  const local = new Date(at - 8 * 3_600_000).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '_');
  const tail = BigInt.asUintN(62, BigInt(sequence) * 0x9e37_79b9_7f4a_7c15n) + 1_000_000_000_000_000_000n;
  return `${local}-${tail}`;
}
