import pLimit from 'p-limit';
import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Held, Ledger } from '../ledger/ledger.js';
import type { Clock } from '../model/clock.js';
import type { Finding } from '../model/finding.js';
import { isFailure, type Outcome } from '../model/outcome.js';
import type { JobRecord } from '../model/record.js';
import type { JobReport } from '../model/report.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { answered, patience } from './answered.js';
import type { Crew, Ended, Progress } from './crew.js';
import type { Cause } from './decision.js';
import { endedBy, givenUp } from './ending.js';
import { carryOut } from './executor.js';
import { sharedHeads } from './heads.js';
import { keepingLease, leasesOf } from './lease.js';
import type { Measuring } from './measuring.js';
import { messagesOf } from './messages.js';
import { cutOff, isTakenOver, notOpened, refusedHeld } from './not-opened.js';
import { type Pacing, pacingOf } from './pacing.js';
import { momentOf, type Pen, penOf, sameRecord } from './pen.js';
import { type RealTime, realTime } from './real-time.js';
import { type Closing, closeRecord } from './records.js';
import { reportOf } from './reporting.js';
import { isUntouched } from './untouched.js';

/** One job's rollout, ready to be opened or taken over: `body` is swapped against exactly the record that was planned on. */
export interface Order {
  readonly engine: Engine;
  readonly session: Session;
  readonly subject: Subject;
  readonly held: Held | null;
  readonly body: JobRecord;
  readonly message: string;
  readonly mustSettle: boolean;
  /** It is taken over, and its holder is known to be gone. */
  readonly deadHolder?: boolean | undefined;
  readonly superseding: Cause | null;
  readonly findings: readonly Finding[];
  readonly isOurs: (run: Run) => boolean;
}

export interface FleetBase {
  readonly ledger: Ledger;
  readonly environment: string;
  readonly clock: Clock;
  /** For locks and leases; the machine's own where it is not given. */
  readonly time?: RealTime | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds by the clock. */
  readonly handOverAt: number;
  readonly maxParallel: number;
  readonly failFast: boolean;
  /** True in the post step: no other step of this workflow run comes after it. */
  readonly last?: boolean | undefined;
  /** Outcomes of jobs that are not in the orders, for `needs`. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  tell(progress: Progress): void;
  /** Left out: nothing is measured, so that no gate is met. */
  readonly measuring?: Measuring | undefined;
}

const satisfied: ReadonlySet<Outcome> = new Set(['unchanged', 'adopted', 'succeeded']);
/** A need that may still come: whoever needs it is left open for `resume`, and not skipped. */
const unfinished: ReadonlySet<Outcome> = new Set(['pending', 'interrupted', 'superseded']);

/** Opens all orders in one go, then carries them out: as many at once as allowed, each after what it needs. */
export async function rollOut(orders: readonly Order[], base: FleetBase): Promise<JobReport[]> {
  const heads = sharedHeads(base.ledger, base.environment);
  const limit = pLimit(base.maxParallel);
  const pacing = pacingOf(base.clock, orders.length, base.signal);
  const leases = leasesOf(base.time);
  const opened = new Map(
    await Promise.all(
      orders.map(async (order) => [order.subject.job, await open(order, base, heads, pacing)] as const),
    ),
  );
  const results = new Map<string, Promise<JobReport>>();
  let failed = false;

  function start(order: Order): Promise<JobReport> {
    const job = order.subject.job;
    const known = results.get(job);
    if (known !== undefined) return known;
    const result = carry(order);
    results.set(job, result);
    return result;
  }

  /** One job's trouble never ends the others. */
  async function carry(order: Order): Promise<JobReport> {
    try {
      return await carryOpened(order);
    } catch (error) {
      return reportOf(endedBy(error, order.body), order.engine.id, [], order.findings);
    }
  }

  async function carryOpened(order: Order): Promise<JobReport> {
    const outcome = opened.get(order.subject.job);
    if (outcome === undefined || 'report' in outcome) return outcome?.report ?? refusedHeld(order, null);
    const { pen } = outcome;
    leases.hold(pen);
    const missing = await keepingLease(leases, base.clock, unmet(order));
    // A rollout that was taken over may stand in the middle: it is never closed or put off without a look.
    const begun = isTakenOver(order) && order.body.journal.length > 0;
    if (missing !== null && !missing.open && isTakenOver(order) && !begun) {
      return await one({ ...order, superseding: order.superseding ?? missing.cause }, pen);
    }
    if (missing !== null && !begun && !base.signal.aborted) {
      if (!missing.open) return await skip(order, pen, missing.cause);
      try {
        if (!isTakenOver(order) || (await isUntouched(order))) return await putOff(order, pen, missing.cause);
      } catch (error) {
        return reportOf(await givenUp({ ...base, pen }, error), order.engine.id, [], order.findings);
      }
    }
    let release = () => {};
    const turn = new Promise<void>((given) => {
      release = given;
    });
    const result = limit(async () => {
      release();
      if (failed && base.failFast && !isTakenOver(order))
        return await skip(order, pen, { code: 'needs-failed', message: 'another job failed (`fail-fast`)' });
      const report = await one(order, pen);
      // What came of an older rollout that was closed for this commit is no failure of this one.
      if (isFailure(report.outcome) && order.superseding === null) failed = true;
      return report;
    });
    await keepingLease(leases, base.clock, turn);
    return await result;
  }

  async function unmet(order: Order): Promise<{ cause: Cause; open: boolean } | null> {
    for (const need of order.body.plan?.needs ?? []) {
      const inBatch = orders.find((candidate) => candidate.subject.job === need);
      // Two records of different manifests can need each other; waiting for each other would never end.
      if (inBatch !== undefined && leadsTo(inBatch, order.subject.job)) continue;
      const outcome = inBatch === undefined ? base.outcomes.get(need) : (await start(inBatch)).outcome;
      if (outcome === undefined || satisfied.has(outcome)) continue;
      const cause = { code: 'needs-failed', message: `it needs ${need}, which is ${outcome}` };
      return { cause, open: unfinished.has(outcome) };
    }
    return null;
  }

  function leadsTo(from: Order, job: string, seen: ReadonlySet<Order> = new Set()): boolean {
    if (seen.has(from)) return false;
    return (from.body.plan?.needs ?? []).some((need) => {
      const next = orders.find((candidate) => candidate.subject.job === need);
      return need === job || (next !== undefined && leadsTo(next, job, new Set([...seen, from])));
    });
  }

  async function skip(order: Order, pen: Pen, cause: Cause): Promise<JobReport> {
    const at = new Date(base.clock.now()).toISOString();
    // It is left as it is either way: an engine that can't be read only keeps what runs from being told.
    const runs = await order.session.look(order.subject).catch(() => null);
    const closing: Closing = {
      ...{ outcome: 'skipped', cause, trailing: [], good: null, quarantine: false, at },
      runs: runs?.filter((run) => isActive(run) && !isEnding(run)).map((run) => run.id) ?? null,
      ...(runs && { look: runs }),
    };
    pen.note((record) => closeRecord(record, closing));
    await pen.flush(`close rollout ${pen.record.n}: skipped`);
    return reportOf({ how: 'closed', record: pen.record, runs, note: null }, order.engine.id, [], order.findings);
  }

  /** Its turn has not come: the rollout stays open, and `resume` takes it up. */
  async function putOff(order: Order, pen: Pen, cause: Cause): Promise<JobReport> {
    pen.note((record) => ({ ...record, holder: null, lease: null }));
    await pen.flush(`hand over rollout ${pen.record.n}: ${cause.message}`);
    const ended: Ended = { how: 'pending', record: pen.record, runs: null, note: cause.message };
    const report = reportOf(ended, order.engine.id, [], order.findings);
    const message = `Not begun: ${cause.message}. Nothing was touched; \`resume\` goes on.`;
    return { ...report, code: 'needs-pending', message };
  }

  async function one(order: Order, pen: Pen): Promise<JobReport> {
    const crew: Crew = {
      clock: base.clock,
      beat: leases.beat,
      engine: timed(order),
      session: order.session,
      subject: order.subject,
      pen,
      isOurs: order.isOurs,
      handOverAt: base.handOverAt,
      signal: base.signal,
      last: base.last,
      turn: pacing.turn,
      superseding: order.superseding,
      mustSettle: order.mustSettle,
      measuring: base.measuring,
      takenOver: isTakenOver(order),
      deadHolder: order.deadHolder,
      tell: base.tell,
    };
    const ended = await carryOut(crew);
    return reportOf(ended, order.engine.id, await messagesOf(order, ended), order.findings);
  }

  try {
    return await Promise.all(orders.map(start));
  } finally {
    pacing.end();
  }
}

/** The engine with the times that hold for this job's target. */
function timed({ engine, body }: Order): Crew['engine'] {
  const { id, pollSeconds, fence, signals } = engine;
  return {
    id,
    pollSeconds,
    fence,
    ...(signals && { signals }),
    times: engine.timesOf?.(body.plan?.target ?? {}) ?? engine.times,
  };
}

/** W1, or the takeover. An answer that was lost is looked up; where it stays unknown nothing was called yet, so the job is left. */
async function open(
  order: Order,
  base: FleetBase,
  heads: (job: string) => Promise<Held | null>,
  pacing: Pacing,
): Promise<{ pen: Pen } | { report: JobReport }> {
  const { job } = order.subject;
  const time = base.time ?? realTime;
  const at = momentOf(time);
  const penOn = (held: Held) => ({ pen: penOf(held, base.ledger, () => heads(job), time, at, pacing.soon) });
  try {
    const writing = base.ledger.write(order.body, order.held?.head ?? null, order.message);
    const swap = await answered(writing, base.signal, patience.open);
    if (swap.landed) return penOn({ record: order.body, head: swap.head });
    return swap.now !== null && sameRecord(swap.now.record, order.body)
      ? penOn(swap.now)
      : { report: refusedHeld(order, swap.now) };
  } catch (error) {
    const now = await answered(heads(job), base.signal, patience.lastTry).catch(() => null);
    if (now !== null && sameRecord(now.record, order.body)) return penOn(now);
    return { report: base.signal.aborted ? cutOff(order) : notOpened(order, error) };
  }
}
