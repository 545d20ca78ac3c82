import pLimit from 'p-limit';
import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Held, Ledger } from '../ledger/ledger.js';
import type { Clock } from '../model/clock.js';
import { RolloutError } from '../model/error.js';
import type { Finding } from '../model/finding.js';
import type { Outcome } from '../model/outcome.js';
import type { JobRecord } from '../model/record.js';
import type { JobReport } from '../model/report.js';
import type { Run, RunMessage } from '../model/run.js';
import type { Crew, Ended, Progress } from './crew.js';
import type { Cause } from './decision.js';
import { carryOut } from './executor.js';
import { sharedHeads } from './heads.js';
import { penOf, sameRecord } from './pen.js';
import { closeRecord } from './records.js';
import { reportOf, sentence } from './reporting.js';
import { text } from './text.js';

/** One job's rollout, ready to be opened or taken over: `body` is swapped against exactly the record that was planned on. */
export interface Order {
  readonly engine: Engine;
  readonly session: Session;
  readonly subject: Subject;
  readonly held: Held | null;
  readonly body: JobRecord;
  readonly message: string;
  readonly mustSettle: boolean;
  readonly superseding: Cause | null;
  readonly findings: readonly Finding[];
  readonly isOurs: (run: Run) => boolean;
}

export interface FleetBase {
  readonly ledger: Ledger;
  readonly environment: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds by the clock. */
  readonly handOverAt: number;
  readonly maxParallel: number;
  readonly failFast: boolean;
  /** Outcomes of jobs that are not in the orders, for `needs`. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  tell(progress: Progress): void;
}

const satisfied: ReadonlySet<Outcome> = new Set(['unchanged', 'adopted', 'succeeded']);

/** Opens all orders in one go, then carries them out: as many at once as allowed, each after what it needs. */
export async function rollOut(orders: readonly Order[], base: FleetBase): Promise<JobReport[]> {
  const heads = sharedHeads(base.ledger, base.environment);
  const limit = pLimit(base.maxParallel);
  const opened = new Map(
    await Promise.all(orders.map(async (order) => [order.subject.job, await open(order, base)] as const)),
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
      const ended: Ended = { how: 'interrupted', record: order.body, runs: [], note: text(error) };
      const code = error instanceof RolloutError ? error.code : 'unexpected-error';
      return { ...reportOf(ended, order.engine.id, [], order.findings), code };
    }
  }

  async function carryOpened(order: Order): Promise<JobReport> {
    const outcome = opened.get(order.subject.job);
    if (outcome === undefined || 'report' in outcome) return outcome?.report ?? refusedHeld(order, null);
    const missing = await unmet(order);
    const pen = penOf(outcome.held, base.ledger, () => heads(order.subject.job));
    if (missing !== null && !base.signal.aborted) return await skip(order, pen, missing);
    return await limit(async () => {
      if (failed && base.failFast)
        return await skip(order, pen, { code: 'needs-failed', message: 'another job failed (`fail-fast`)' });
      const report = await one(order, pen);
      if (!satisfied.has(report.outcome) && report.outcome !== 'pending') failed = true;
      return report;
    });
  }

  async function unmet(order: Order): Promise<Cause | null> {
    for (const need of order.body.plan?.needs ?? []) {
      const inBatch = orders.find((candidate) => candidate.subject.job === need);
      const outcome = inBatch === undefined ? base.outcomes.get(need) : (await start(inBatch)).outcome;
      if (outcome === undefined || satisfied.has(outcome)) continue;
      return { code: 'needs-failed', message: `it needs ${need}, which is ${outcome}` };
    }
    return null;
  }

  async function skip(order: Order, pen: ReturnType<typeof penOf>, cause: Cause): Promise<JobReport> {
    const at = new Date(base.clock.now()).toISOString();
    const closing = { outcome: 'skipped', cause, runs: [], trailing: [], good: null, quarantine: false, at } as const;
    pen.note((record) => closeRecord(record, closing));
    await pen.flush(`close rollout ${pen.record.n}: skipped`);
    return reportOf({ how: 'closed', record: pen.record, runs: [], note: null }, order.engine.id, [], order.findings);
  }

  async function one(order: Order, pen: ReturnType<typeof penOf>): Promise<JobReport> {
    const crew: Crew = {
      clock: base.clock,
      engine: timed(order),
      session: order.session,
      subject: order.subject,
      pen,
      isOurs: order.isOurs,
      handOverAt: base.handOverAt,
      signal: base.signal,
      superseding: order.superseding,
      mustSettle: order.mustSettle,
      tell: base.tell,
    };
    let ended: Ended;
    try {
      ended = await carryOut(crew);
    } catch (error) {
      return {
        ...reportOf(
          { how: 'interrupted', record: pen.record, runs: [], note: text(error) },
          order.engine.id,
          [],
          order.findings,
        ),
        code: 'look-failed',
      };
    }
    return reportOf(ended, order.engine.id, await messagesOf(order, ended), order.findings);
  }

  return await Promise.all(orders.map(start));
}

/** The engine with the times that hold for this job's target. */
function timed({ engine, body }: Order): Crew['engine'] {
  const { id, pollSeconds, fence } = engine;
  return { id, pollSeconds, fence, times: engine.timesOf?.(body.plan?.target ?? {}) ?? engine.times };
}

/** W1, or the takeover. An answer that was lost is looked up; where it stays unknown nothing was called yet, so the job is left. */
async function open(order: Order, base: FleetBase): Promise<{ held: Held } | { report: JobReport }> {
  try {
    const swap = await base.ledger.write(order.body, order.held?.head ?? null, order.message);
    if (swap.landed) return { held: { record: order.body, head: swap.head } };
    return swap.now !== null && sameRecord(swap.now.record, order.body)
      ? { held: swap.now }
      : { report: refusedHeld(order, swap.now) };
  } catch (error) {
    const job = order.subject.job;
    const now = await base.ledger.read(base.environment, [job]).then(
      (found) => found.get(job) ?? null,
      () => null,
    );
    if (now !== null && sameRecord(now.record, order.body)) return { held: now };
    return { report: notOpened(order, error) };
  }
}

/** The ledger could not be written: no engine call was made for this job. */
function notOpened(order: Order, error: unknown): JobReport {
  const known = error instanceof RolloutError ? error : null;
  const report = reportOf(
    { how: 'interrupted', record: order.body, runs: [], note: null },
    order.engine.id,
    [],
    order.findings,
  );
  return {
    ...report,
    outcome: 'refused',
    code: known?.code ?? 'unexpected-error',
    message: `Refused; no engine call was made. The ledger could not be written: ${text(error)}.`,
    next: known?.next ?? report.next,
  };
}

function refusedHeld(order: Order, now: Held | null): JobReport {
  const holder = now?.record.holder?.name ?? 'another process';
  const ended: Ended = { how: 'lost', record: order.body, runs: [], note: null };
  const cause = `${holder} changed the ledger first`;
  return {
    ...reportOf(ended, order.engine.id, [], order.findings),
    outcome: 'refused',
    code: 'rollout-held',
    message: sentence('refused', cause, [], null).replace(' Nothing runs now.', ''),
    next: `wait for ${holder}, then run the same command again`,
  };
}

/** What the engine says about the runs of a rollout that did not simply succeed. */
async function messagesOf(order: Order, ended: Ended): Promise<readonly RunMessage[]> {
  const { session } = order;
  if (session.messages === undefined) return [];
  const { record } = ended;
  if (ended.how === 'closed' && record.closed?.outcome === 'succeeded') return [];
  const ours = ended.runs.filter((run) => run.stamp?.n === record.n && order.isOurs(run));
  const all: RunMessage[] = [];
  for (const run of ours) {
    all.push(
      ...(await session
        .messages(run)
        .catch(() => [{ at: null, level: 'warning' as const, text: `the messages of ${run.id} could not be read` }])),
    );
  }
  return all.slice(-50);
}
