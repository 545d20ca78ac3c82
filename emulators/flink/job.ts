import type { Program } from './program.js';
import type { SavedOperator } from './snapshot-file.js';

/** A savepoint or checkpoint that a job completed. Times in milliseconds. */
export interface Taken {
  readonly id: number;
  readonly triggeredAt: number;
  readonly at: number;
  readonly path: string;
  readonly type: 'CHECKPOINT' | 'SAVEPOINT' | 'SYNC_SAVEPOINT';
}

export interface Failure {
  readonly at: number;
  readonly trace: string;
}

/** A job. All that happens to it has a time, so that it can be shown as it was. Times in milliseconds; null: not (yet). */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly program: Program;
  readonly parameters: { readonly [key: string]: string };
  readonly createdAt: number;
  readonly maxParallelism: number;
  /** What its operators keep: registered by the program, or carried along from what it was restored from. */
  readonly operators: readonly SavedOperator[];
  readonly restored: { readonly id: number; readonly path: string } | null;
  /** Upper bounds of all vertices, each from a time on. */
  readonly parallelism: { readonly at: number; readonly of: number }[];
  /** It restarts for ever, with this exception. */
  readonly loops: string | null;
  /** When its tasks run; infinite while it waits for slots. */
  runningAt: number;
  starved: boolean;
  cancelAt: number | null;
  end: { readonly at: number; readonly state: 'CANCELED' | 'FAILED' | 'FINISHED' } | null;
  /** When all of it stood still for a restart that came from outside, and for how long. */
  readonly pauses: { readonly at: number; readonly until: number; readonly trace: string | null }[];
  readonly taken: Taken[];
  readonly failures: Failure[];
  /** Number of the newest checkpoint whose file was written. */
  written: number;
  /** When what one call shows of it was copied, for `web.refresh-interval`. */
  copiedAt: number | null;
}

/** A crashing job runs for this long, and stands still for this long, in milliseconds. */
const upMs = 1000;
const downMs = 2000;

export interface Phase {
  readonly state: 'RUNNING' | 'RESTARTING' | 'CANCELLING' | 'CANCELED' | 'FAILED' | 'FINISHED';
  readonly tasks: 'created' | 'running' | 'finished' | 'canceled' | 'failed';
  readonly restarts: number;
}

/** A job at a time. */
export function phaseAt(job: Job, at: number): Phase {
  const restarts = restartsAt(job, at);
  if (job.end !== null && at >= job.end.at) {
    const tasks = { CANCELED: 'canceled', FAILED: 'failed', FINISHED: 'finished' } as const;
    return { state: job.end.state, tasks: tasks[job.end.state], restarts };
  }
  if (job.cancelAt !== null && at >= job.cancelAt) return { state: 'CANCELLING', tasks: 'canceled', restarts };
  if (job.starved) return { state: 'RESTARTING', tasks: 'created', restarts };
  if (at < job.runningAt) return { state: 'RUNNING', tasks: 'created', restarts };
  if (job.pauses.some((pause) => pause.at <= at && at < pause.until))
    return { state: 'RESTARTING', tasks: 'created', restarts };
  if (job.loops !== null && (at - job.runningAt) % (upMs + downMs) >= upMs)
    return { state: 'RESTARTING', tasks: 'created', restarts };
  return { state: 'RUNNING', tasks: 'running', restarts };
}

export function isActive(job: Job, at: number): boolean {
  return job.end === null || at < job.end.at;
}

export function parallelismAt(job: Job, at: number): number {
  return job.parallelism.findLast((one) => one.at <= at)?.of ?? 1;
}

/** Exceptions up to a time, newest first. */
export function failuresAt(job: Job, at: number): readonly Failure[] {
  const looped = job.loops === null ? [] : crashes(job, at).map((time) => ({ at: time, trace: job.loops ?? '' }));
  const paused = job.pauses.flatMap(({ at: time, trace }) => (trace === null ? [] : [{ at: time, trace }]));
  return [...job.failures, ...looped, ...paused].filter((failure) => failure.at <= at).sort((a, b) => b.at - a.at);
}

function restartsAt(job: Job, at: number): number {
  const until = Math.min(at, job.end?.at ?? at);
  return crashes(job, until).length + job.pauses.filter((pause) => pause.at <= until).length;
}

/** When the tasks went down, and when they ran again, up to a time; in their order. */
export function restartsUntil(job: Job, at: number): readonly { readonly at: number; readonly until: number }[] {
  const looped = crashes(job, at).map((time) => ({ at: time, until: time + downMs }));
  return [...looped, ...job.pauses.filter((pause) => pause.at <= at)].sort((a, b) => a.at - b.at);
}

/** When a crash-looping job went down; the last 50 of them. */
function crashes(job: Job, at: number): readonly number[] {
  if (job.loops === null || at < job.runningAt) return [];
  const until = Math.min(at, job.end?.at ?? at);
  const count = Math.max(0, Math.floor((until - job.runningAt - upMs) / (upMs + downMs)) + 1);
  return Array.from(
    { length: Math.min(count, 50) },
    (_, n) => job.runningAt + upMs + (count - 1 - n) * (upMs + downMs),
  );
}

/** A vertex: operators that are chained. */
export interface Vertex {
  readonly id: string;
  readonly name: string;
  readonly source: boolean;
}

/** A keyed operator begins a new vertex; the first one is a source. */
export function verticesOf({ operators }: Program, chained = true): readonly Vertex[] {
  const groups: { id: string; names: string[]; source: boolean }[] = [];
  for (const [index, operator] of operators.entries()) {
    const keyed = operator.states.some(({ scope }) => scope === 'keyed');
    const name = index === 0 ? `Source: ${operator.name}` : operator.name;
    const last = groups.at(-1);
    if (last === undefined || keyed || !chained) groups.push({ id: operator.id, names: [name], source: index === 0 });
    else last.names.push(name);
  }
  return groups.map(({ id, names, source }) => ({ id, name: names.join(' -> '), source }));
}
