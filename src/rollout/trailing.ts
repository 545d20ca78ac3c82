import type { Session, Subject } from '../engines/engine.js';
import type { Held, Ledger } from '../ledger/ledger.js';
import type { Clock } from '../model/clock.js';
import type { JobReport } from '../model/report.js';
import { isActive } from '../model/run.js';
import { recordReport } from './reporting.js';

/**
 * Holds runs that were left draining after a rollout had succeeded to `drain.timeout`: ended ones are struck off, overdue ones are
 * stopped where the manifest said `on-timeout: cancel`, else told. Null where there is nothing to tell.
 */
export async function closeTrailing(
  held: Held,
  session: Session,
  subject: Subject,
  ledger: Pick<Ledger, 'read' | 'write'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<JobReport | null> {
  const { record } = held;
  const runs = await session.look(subject);
  const byId = new Map(runs.map((run) => [run.id, run]));
  const left = record.trailing.filter((entry) => {
    const run = byId.get(entry.run);
    return run !== undefined && isActive(run);
  });
  let { head } = held;
  if (left.length < record.trailing.length) {
    const body = { ...record, counter: record.counter + 1, trailing: left };
    const swap = await ledger.write(body, held.head, `${record.trailing.length - left.length} trailing run(s) ended`);
    if (!swap.landed) return faster();
    head = swap.head;
  }
  const overdue = left.filter((entry) => Date.parse(entry.deadline) < clock.now());
  if (overdue.length === 0) return null;
  const names = overdue.map((entry) => entry.run).join(', ');
  const policy = record.plan?.job.drain.onTimeout ?? 'fail';
  if (policy === 'leave') return null;
  if (policy === 'cancel' && session.can.stop !== undefined) {
    for (const entry of overdue) {
      const run = byId.get(entry.run);
      if (run === undefined || run.state === 'stopping') continue;
      // The look may have taken long, and nobody holds a closed rollout: another one may have been opened since.
      if ((await ledger.read(record.environment, [record.job])).get(record.job)?.head !== head) return faster();
      const stopped = await session.can.stop({ subject, memo: null, signal, run });
      if (stopped.state === 'failed') {
        const message = `The drain of ${run.id} took too long and could not be cancelled: ${stopped.message}`;
        return recordReport(record, 'failed', 'drain-timeout', message, runs);
      }
    }
    return told('pending', `The drain of ${names} took too long and was cancelled`);
  }
  return told('failed', `The drain of ${names} did not end in time`);

  function faster(): JobReport {
    return recordReport(record, 'refused', 'rollout-held', 'Another process wrote to the ledger first');
  }

  /** The rollout itself succeeded: only its old run is the matter. */
  function told(outcome: 'pending' | 'failed', message: string): JobReport {
    const now = runs.filter(isActive).map((run) => `run ${run.id} of ${run.name} is ${run.state}`);
    const report = recordReport(record, outcome, 'drain-timeout', message, runs);
    return { ...report, message: `${message}. ${now.length === 0 ? 'Nothing runs now.' : `Now: ${now.join(', ')}.`}` };
  }
}
