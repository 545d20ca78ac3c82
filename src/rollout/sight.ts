import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { fieldValue } from '../model/stamp.js';

/** One look at a job's runs, sorted by what they are to the open rollout (PROTOCOL 5). */
export interface Sight {
  /** Milliseconds by the tool's clock when the look began. */
  readonly at: number;
  readonly runs: readonly Run[];
  readonly predecessor: Run | null;
  /** The new run: this rollout's stamp, a forward step. The active one where there are several (an engine's own restart). */
  readonly fresh: Run | null;
  /** The run that an undo started: this rollout's stamp, an undo step. */
  readonly undone: Run | null;
  /** Active runs with our stamp of an older rollout that nobody expects. */
  readonly strays: readonly Run[];
  /** Active runs that are not ours, or of a newer rollout. */
  readonly unexpected: readonly Run[];
}

/** Tells whether a stamp is ours: its rollout id is the hash of this job (or its `was`), environment, revision and number. */
export type IsOurs = (run: Run) => boolean;

export function sortRuns(record: JobRecord, runs: readonly Run[], isOurs: IsOurs, at: number): Sight {
  const mine = runs.filter((run) => run.stamp !== null && isOurs(run) && run.stamp.n === record.n);
  const fresh = foremost(mine.filter((run) => !isUndoStep(run)));
  const undone = foremost(mine.filter(isUndoStep));
  const predecessor = record.predecessor === null ? null : continuation(runs, record.predecessor.run);
  const trailing = new Set(record.trailing.map((entry) => entry.run));
  const expected = new Set([fresh?.id, undone?.id, predecessor?.id]);
  const rest = runs.filter(
    (run) => isActive(run) && !isEnding(run) && !expected.has(run.id) && !trailing.has(run.id) && !mine.includes(run),
  );
  const isStray = (run: Run) => run.stamp !== null && isOurs(run) && run.stamp.n < record.n;
  return {
    at,
    runs,
    predecessor,
    fresh,
    undone,
    strays: rest.filter(isStray),
    unexpected: rest.filter((run) => !isStray(run)),
  };
}

/** The run with this id, or the one that continues it after a restart by the engine itself. */
export function continuation(runs: readonly Run[], id: string): Run | null {
  const wanted = fieldValue(id);
  let run = runs.find((candidate) => candidate.id === id || fieldValue(candidate.id) === wanted) ?? null;
  for (let hops = 0; hops < runs.length; hops += 1) {
    const next = runs.find((candidate) => candidate.continues !== null && candidate.continues === (run?.id ?? id));
    if (next === undefined || (run !== null && isActive(run))) return run;
    run = next;
  }
  return run;
}

/** Undo steps have ids that begin with `undo-`. */
function isUndoStep(run: Run): boolean {
  return run.stamp?.step.startsWith('undo-') ?? false;
}

/** The active run, else the one that started last. */
function foremost(runs: readonly Run[]): Run | null {
  const active = runs.find((run) => isActive(run) && !isEnding(run)) ?? runs.find(isActive);
  if (active !== undefined) return active;
  return [...runs].sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''))[0] ?? null;
}
