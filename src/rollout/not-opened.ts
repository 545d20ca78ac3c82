import type { Held } from '../ledger/ledger.js';
import { againBy, commandOf } from '../model/command.js';
import { RolloutError } from '../model/error.js';
import type { JobReport } from '../model/report.js';
import type { Ended } from './crew.js';
import type { Order } from './fleet.js';
import { reportOf, sentence } from './reporting.js';
import { text } from './text.js';

/** The process was cancelled while the ledger was at the first write. Whether it landed or not, the same command goes on from there. */
export function cutOff(order: Order): JobReport {
  const { body, engine, findings } = order;
  const ended: Ended = { how: 'interrupted', record: body, runs: null, note: null };
  return {
    ...reportOf(ended, engine.id, [], findings),
    code: 'process-cancelled',
    message: 'Not begun: the process was cancelled while the ledger was being written. No engine call was made.',
    next: commandOf(isTakenOver(order) ? 'resume' : 'apply', body),
  };
}

/** The ledger could not be written: no engine call was made for this job. */
export function notOpened(order: Order, error: unknown): JobReport {
  const known = error instanceof RolloutError ? error : null;
  const report = reportOf(
    { how: 'interrupted', record: order.body, runs: null, note: null },
    order.engine.id,
    [],
    order.findings,
  );
  return {
    ...report,
    outcome: 'refused',
    code: known?.code ?? 'unexpected-error',
    message: `Refused; no engine call was made. The ledger could not be written: ${text(error)}.`,
    next: againBy(commandOf(isTakenOver(order) ? 'resume' : 'apply', order.body), known?.next ?? null),
  };
}

/** Somebody was faster: who holds the job now, or what they have done with it already. */
export function refusedHeld(order: Order, now: Held | null): JobReport {
  const { holder = null, closed = null, n = 0 } = now?.record ?? {};
  const ended: Ended = { how: 'lost', record: order.body, runs: null, note: null };
  const done = closed === null ? '' : `: rollout ${n}, closed ${closed.outcome} since this plan was made`;
  const cause = `${holder?.name ?? 'another process'} changed the ledger first${done}`;
  return {
    ...reportOf(ended, order.engine.id, [], order.findings),
    outcome: 'refused',
    code: 'rollout-held',
    message: sentence('refused', cause, null, null),
    next: `${holder === null ? '' : `wait for ${holder.name}, then `}run the same command again`,
  };
}

/** It goes on with a rollout that somebody else opened. */
export function isTakenOver({ held, body }: Order): boolean {
  return held !== null && held.record.closed === null && held.record.rollout === body.rollout;
}
