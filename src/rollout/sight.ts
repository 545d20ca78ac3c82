import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { fieldValue } from '../model/stamp.js';

/** One look at a job's runs, sorted by what they are to the open rollout (PROTOCOL 5). */
export interface Sight {
  /** Milliseconds by the tool's clock when the look began. */
  readonly at: number;
  /** And when it was answered: what it shows was true at some moment between the two. */
  readonly answeredAt: number;
  readonly runs: readonly Run[];
  readonly predecessor: Run | null;
  /** The new run: this rollout's stamp, a forward step. The active one where there are several (an engine's own restart). */
  readonly fresh: Run | null;
  /** The run that an undo started: this rollout's number, an undo step. */
  readonly undone: Run | null;
  /** Active runs with our stamp that nobody expects: of an older rollout, or a second one of a step of this rollout. */
  readonly strays: readonly Run[];
  /** Active runs that are not ours, of a newer rollout, or of another one with this number (the ledger was lost). */
  readonly unexpected: readonly Run[];
  /** Runs on their way out that are none of the above, and not trailing. */
  readonly leaving: readonly Run[];
  /** The newest run that was started in the line of the predecessor, ended or not; the predecessor where there was none. */
  readonly tail: Run | null;
}

/** Tells whether a stamp is ours: its rollout id is the hash of this job (or its `was`), environment, revision and number. */
export type IsOurs = (run: Run) => boolean;

export function sortRuns(record: JobRecord, runs: readonly Run[], isOurs: IsOurs, at: number, answeredAt = at): Sight {
  const ours = runs.filter((run) => run.stamp !== null && isOurs(run));
  // Two revisions can bear one number after a lost ledger, so the new run is known by the whole rollout id.
  const news = ours.filter((run) => !isUndoStep(run) && run.stamp?.rollout === record.rollout);
  const undos = ours.filter((run) => isUndoStep(run) && run.stamp?.n === record.n);
  const fresh = foremost(news, record);
  const undone = foremost(undos, record);
  const predecessor = record.predecessor === null ? null : continuation(runs, record.predecessor.run);
  const trailing = new Set(record.trailing.map((entry) => entry.run));
  const expected = new Set([fresh?.id, undone?.id, predecessor?.id]);
  const others = runs.filter((run) => isActive(run) && !expected.has(run.id) && !trailing.has(run.id));
  const rest = others.filter((run) => !isEnding(run));
  const isStray = (run: Run) =>
    news.includes(run) || undos.includes(run) || (ours.includes(run) && nOf(run) < record.n);
  return {
    at,
    answeredAt,
    runs,
    predecessor,
    fresh,
    undone,
    strays: rest.filter(isStray),
    unexpected: rest.filter((run) => !isStray(run)),
    leaving: others.filter(isEnding),
    tail: tailOf(ours, record.predecessor?.run ?? null) ?? predecessor,
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

/** The last of the runs whose stamps lead back to `id`; null: none does. */
function tailOf(ours: readonly Run[], id: string | null): Run | null {
  const line = new Set([fieldValue(id)]);
  const after: Run[] = [];
  for (let grown = true; grown; ) {
    const found = ours.filter((run) => !after.includes(run) && line.has(fieldValue(run.stamp?.predecessor ?? null)));
    grown = found.length > 0;
    after.push(...found);
    for (const run of found) line.add(fieldValue(run.id));
  }
  return (
    after.sort((a, b) => nOf(b) - nOf(a) || Number(isUndoStep(b)) - Number(isUndoStep(a)) || byStart(b, a))[0] ?? null
  );
}

function nOf(run: Run): number {
  return run.stamp?.n ?? 0;
}

/** Undo steps have ids that begin with `undo-`. */
function isUndoStep(run: Run): boolean {
  return run.stamp?.step.startsWith('undo-') ?? false;
}

/** The active run, of several the one that is being verified or else the oldest; where none is active the one that started last. */
function foremost(runs: readonly Run[], { verifying, ready }: JobRecord): Run | null {
  const inOrder = [...runs].sort(byStart);
  const staying = inOrder.filter((run) => isActive(run) && !isEnding(run));
  const kept = staying.find((run) => run.id === ready?.run || run.id === verifying?.run);
  return kept ?? staying[0] ?? inOrder.find(isActive) ?? inOrder.at(-1) ?? null;
}

function byStart(a: Run, b: Run): number {
  return (a.startedAt ?? '').localeCompare(b.startedAt ?? '') || a.id.localeCompare(b.id);
}
