import type { Code } from '../model/codes/index.js';
import { RolloutError } from '../model/error.js';
import type { Json } from '../model/json.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import type { Crew, LastLook } from './crew.js';
import type { Decision, Own } from './decision.js';
import { inGap } from './gap.js';
import type { Sight } from './sight.js';
import { text } from './text.js';

/** A stop that is not a drain may take this long (seconds) before a person is needed. */
const stopTimeoutSeconds = 1800;
/** A call that was so often sent without an answer, each time with a settle and a look behind it, is taken for refused. */
const triesToGiveUp = 8;

type Call = Extract<Decision, { do: 'call' }>;

interface Unanswered {
  readonly times: number;
  readonly why: string;
  readonly code: Code | null;
}

/** Refusals by a limit on the rate of calls: the call had no effect, and another one may pass. */
const throttles: ReadonlySet<Code | null> = new Set<Code>(['glue-throttled']);

/** What only this process knows of the rollout that it carries out; everything that must survive it is in the record. */
export interface Knowledge {
  verdict: Own['verdict'];
  prepared: Own['prepared'];
  failed: Own['failed'];
  touched: boolean;
  sentBack: boolean;
  /** Calls of unknown outcome may still show: settle before the next decision. */
  mustSettle: boolean;
  /** Of these, only the takeover itself is to be settled after: no call of this process is unknown. */
  taken: boolean;
  /** The put-backs of the record that were settled after (`Pen.regained`). */
  regained: number;
  /** When the last settle began that no unknown call came after; milliseconds. */
  settledAt: number | null;
  /** When the predecessor was first seen to have ended; milliseconds. */
  endedAt: number | null;
  /** Since when a run has been seen draining or stopping, by `phase`. */
  readonly endingSince: Map<string, number>;
  readonly cancelled: Set<string>;
  /** Memos of verbs that said `running`, by `callKey`. */
  readonly memos: Map<string, { readonly step: string; readonly memo: Json }>;
  /** When calls were accepted, by `callKey`. */
  readonly done: Map<string, number>;
  /** How often in a row a call was sent without an answer, and what went wrong last; by `callKey`. */
  readonly unanswered: Map<string, Unanswered>;
  /** The last look; null before the first, and once a call has been sent since. */
  runs: readonly Run[] | null;
  /** The last look, whatever was sent since. */
  last: LastLook | null;
  /** No run was up at the last look, or may be since. */
  inGap: boolean;
}

export function knowledgeOf(crew: Crew): Knowledge {
  return {
    verdict: null,
    prepared: null,
    failed: null,
    touched: crew.pen.record.journal.some((entry) => entry.verb !== 'prepare'),
    sentBack: false,
    mustSettle: crew.mustSettle,
    taken: crew.mustSettle,
    regained: 0,
    settledAt: null,
    endedAt: null,
    endingSince: new Map(),
    cancelled: new Set(),
    memos: new Map(),
    done: new Map(),
    unanswered: new Map(),
    runs: null,
    last: null,
    inGap: false,
  };
}

/** The part of it that a decision is made from. */
export function ownOf(know: Knowledge, crew: Crew, see: Sight): Own {
  const isOverdue = (run: Run) =>
    isEnding(run) && see.at > (know.endingSince.get(phase(run)) ?? see.at) + endingSeconds(run, crew.pen.record) * 1000;
  return {
    verdict: know.verdict,
    prepared: know.prepared,
    settled: know.settledAt !== null && (know.endedAt === null || know.settledAt >= know.endedAt),
    failed: know.failed,
    overdue: new Set(see.runs.filter(isOverdue).map((run) => run.id)),
    cancelled: know.cancelled,
    touched: know.touched,
    sentBack: know.sentBack,
    inherited: crew.mustSettle,
    polling: new Set([...know.memos.values()].map((entry) => entry.step)),
    superseding: crew.superseding,
  };
}

/** Takes one more look into account. */
export function looked(know: Knowledge, record: JobRecord, see: Sight): void {
  know.runs = see.runs;
  know.last = { at: see.at, runs: see.runs };
  know.inGap = inGap(record, see);
  if (know.endedAt === null && see.predecessor !== null && !isActive(see.predecessor)) know.endedAt = see.at;
  for (const run of see.runs) {
    if (isEnding(run) && !know.endingSince.has(phase(run))) know.endingSince.set(phase(run), see.at);
  }
}

/** The record had vanished and was put back: what others called meanwhile may still show. False if that is settled already. */
export function regains(know: Knowledge, times: number): boolean {
  if (know.regained === times) return false;
  know.regained = times;
  know.mustSettle = true;
  know.taken = false;
  know.settledAt = null;
  return true;
}

/** A call was sent, and its answer is not known. */
export function unanswered(know: Knowledge, call: Call, error: unknown): void {
  const code = error instanceof RolloutError ? error.code : null;
  tried(know, call, { why: text(error), code });
  know.mustSettle = true;
  know.taken = false;
  know.settledAt = null;
  if (call.verb !== 'prepare') know.touched = true;
}

/** A call was not sent: what the engine read before it took too long. Nothing is unknown, but it is not tried for ever. */
export function unsent(know: Knowledge, call: Call): void {
  const why = 'it was not sent, because the engine took too long to answer what is read before it';
  tried(know, call, { why, code: null });
}

function tried(know: Knowledge, call: Call, last: Omit<Unanswered, 'times'>): void {
  const key = callKey(call);
  know.unanswered.set(key, { times: (know.unanswered.get(key)?.times ?? 0) + 1, ...last });
}

/** A call was accepted. The run of a launch may show later than its effect: "it isn't there" needs another settle. */
export function accepted(know: Knowledge, call: Call): void {
  know.unanswered.delete(callKey(call));
  if (call.verb === 'prepare') return;
  know.touched = true;
  if (call.verb !== 'start' && call.verb !== 'replace' && call.verb !== 'overlap') return;
  know.settledAt = null;
  if (call.side === 'old') know.sentBack = true;
}

/** Why a call is not sent once more, after a settle that showed no effect of it; null: it may be. */
export function giveUp(know: Knowledge, call: Call): Own['failed'] {
  const sent = know.unanswered.get(callKey(call));
  if (sent === undefined || sent.times < triesToGiveUp) return null;
  const { times, why, code } = sent;
  if (code !== null && throttles.has(code)) {
    const message = `${call.step} was throttled by the engine for too long, and never carried out: ask for a higher rate of calls, or lower max-parallel; last: ${why}`;
    return { step: call.step, code, message };
  }
  const message = `${call.step} was sent ${times} times without an answer, and its effect does not show; last: ${why}`;
  return { step: call.step, code: 'call-unanswered', message };
}

/** The overdue run was told to stop: it gets time for that, whatever state it shows meanwhile. */
export function cancelled(know: Knowledge, run: Run, at: number): void {
  know.cancelled.add(run.id);
  know.endingSince.set(phase(run), at);
}

/** The direction was turned: verdicts, failures and polls of the way forward count for nothing on the way back. */
export function turned(know: Knowledge): void {
  know.verdict = null;
  know.failed = null;
  know.done.clear();
  know.memos.clear();
  know.unanswered.clear();
}

/** Another run is the predecessor now. */
export function moved(know: Knowledge): void {
  know.endedAt = null;
  know.settledAt = null;
  know.done.clear();
  know.memos.clear();
}

/** Steps that act on one run are told apart by it: two strays are stopped by two calls. */
export function callKey({ step, verb, on }: Call): string {
  const acts = verb === 'stop' || verb === 'drain' || verb === 'snapshot' || verb === 'scale';
  return acts && on !== null ? `${step} ${on.id}` : step;
}

function endingSeconds(run: Run, record: JobRecord): number {
  return run.state === 'draining' ? (record.plan?.job.drain.timeoutSeconds ?? stopTimeoutSeconds) : stopTimeoutSeconds;
}

/** A drain that is cut short by a stop gets a time of its own. */
function phase(run: Run): string {
  return `${run.id} ${run.state}`;
}
