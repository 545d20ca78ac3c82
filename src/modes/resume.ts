import type { Held } from '../ledger/ledger.js';
import type { RolloutError } from '../model/error.js';
import { worstExitCode } from '../model/outcome.js';
import type { JobRecord } from '../model/record.js';
import type { JobReport, Report } from '../model/report.js';
import { stillWaits } from '../rollout/backstop.js';
import { type Order, rollOut } from '../rollout/fleet.js';
import { heldMessage } from '../rollout/held.js';
import { byPerson, mayTakeOver } from '../rollout/holder.js';
import { takeOverOrder } from '../rollout/order.js';
import { reportExitCode } from '../rollout/plain.js';
import { realTime } from '../rollout/real-time.js';
import { recordReport, waitingReport } from '../rollout/reporting.js';
import { text } from '../rollout/text.js';
import { closeTrailing } from '../rollout/trailing.js';
import type { Bench } from './bench.js';
import { connectTo, type LedgerJobs, readKnown, readLedger, takesOver } from './ledger-jobs.js';
import { isSecretMissing, needSecrets } from './secrets.js';
import { tellOn } from './tell-on.js';

/** Goes on with every open rollout whose holder is gone, and holds draining runs to their time. Needs no manifest and no build. */
export async function resume(bench: Bench): Promise<Report> {
  const jobs: JobReport[] = [];
  const environments = await chosen(bench);
  for (const { environment, held, all } of environments) {
    const orders: Order[] = [];
    for (const entry of held.values()) {
      const made = await orderFor(bench, entry);
      if (made === null) continue;
      if ('report' in made) jobs.push(made.report);
      else orders.push(made.order);
    }
    if (orders.length === 0) continue;
    jobs.push(
      ...(await rollOut(orders, {
        ledger: await bench.ledger(),
        environment,
        clock: bench.clock,
        time: bench.time,
        signal: bench.signal,
        handOverAt: bench.handOverAt,
        maxParallel: bench.inputs.maxParallel,
        // What is open is finished: another job's failure is no reason to leave it half done.
        failFast: false,
        // An open one that is not taken over here goes on elsewhere: what needs it waits.
        outcomes: new Map([...all.values()].map(({ record }) => [record.job, record.closed?.outcome ?? 'pending'])),
        tell: tellOn(bench.teller),
        measuring: bench.measuring,
      })),
    );
  }
  return {
    version: 1,
    kind: 'report',
    exitCode: worstExitCode(jobs.map(reportExitCode)),
    environment: environments.length === 1 ? (environments[0]?.environment ?? null) : null,
    commit: null,
    planHash: null,
    jobs,
  };
}

/**
 * What the call asks for. What a person names, jobs or an environment, must be there, so that a typo is never "nothing to do"; a schedule
 * may come before the first rollout of what it names.
 */
async function chosen(bench: Bench): Promise<readonly LedgerJobs[]> {
  const { environment, jobs, event } = bench.inputs;
  const byName = jobs.length > 0 || environment !== null;
  const all = byName && event.name !== 'schedule' ? await readKnown(bench) : await readLedger(bench);
  if (environment !== null && all.every((one) => one.all.size === 0)) {
    const known = await (await bench.ledger()).environments();
    bench.teller.line(`the ledger has no environment ${environment}; it has: ${known.join(', ') || 'none'}`);
  }
  return all;
}

async function orderFor(bench: Bench, held: Held): Promise<{ order: Order } | { report: JobReport } | null> {
  const { record } = held;
  const wall = (bench.time ?? realTime).wall();
  try {
    if (record.closed !== null) {
      if (record.trailing.length === 0) return null;
      const { session, subject } = await connectTo(bench, record);
      const report = await closeTrailing(held, session, subject, await bench.ledger(), bench.clock, bench.signal);
      return report === null ? null : { report };
    }
    if (record.plan === null) return null;
    const may = takesOver(bench) ? byPerson : await mayTakeOver(record, bench.holder, bench.forge.attemptState, wall);
    if (!may.yes) return { report: heldReport(record, heldMessage(record, may, bench.clock.now())) };
    const { engine, session, subject } = await connectTo(bench, record);
    if (record.waitsUntil != null) {
      const runs = await session.look(subject);
      if (stillWaits(record, runs, bench.clock.now())) return { report: waitingReport(record, runs) };
    }
    const parts = { engine, session, subject, superseding: null, findings: [], deadHolder: may.dead };
    const order = takeOverOrder(held, parts, bench.holder, wall);
    needSecrets(bench, order);
    return { order };
  } catch (error) {
    if (isSecretMissing(error)) return { report: untouchedReport(record, error) };
    return { report: { ...recordReport(record, 'interrupted', 'look-failed', text(error)) } };
  }
}

/** The rollout stays open, for a resume that has what it needs. */
function untouchedReport(record: JobRecord, { code, message, next }: RolloutError): JobReport {
  const report = recordReport(
    record,
    'refused',
    code,
    `${message} Rollout ${record.n} stays open, and nothing was touched`,
  );
  return { ...report, next };
}

/** Another process is at work on it: that is no failure of a resume. */
function heldReport(record: JobRecord, message: string): JobReport {
  return recordReport(record, 'pending', 'rollout-held', message.replace(/\.$/, ''));
}
