import type { StrategyName } from '../model/job.js';
import { worstExitCode } from '../model/outcome.js';
import type { JobReport, Report } from '../model/report.js';
import { isActive, isEnding } from '../model/run.js';
import { type Order, rollOut } from '../rollout/fleet.js';
import { takeOverOrder } from '../rollout/order.js';
import { reportExitCode } from '../rollout/plain.js';
import { realTime } from '../rollout/real-time.js';
import { recordReport } from '../rollout/reporting.js';
import { settleSeconds } from '../rollout/settle.js';
import { text } from '../rollout/text.js';
import type { Bench } from './bench.js';
import { complete } from './complete.js';
import { connectTo, readLedger, targetOf } from './ledger-jobs.js';
import { isSecretMissing, needSecrets } from './secrets.js';
import { tellOn } from './tell-on.js';

/** Time that a takeover needs beside the settle: look, start, write (seconds). */
const slackSeconds = 60;
/** Kept for the report when the time is over (seconds). */
const reportSeconds = 15;

/** Strategies in which no run at all means that the job stands between its old run and its next one. */
const gaps: ReadonlySet<StrategyName> = new Set<StrategyName>([
  'restart',
  'savepoint-upgrade',
  'drain-and-resubmit',
  'in-place-update',
]);

/**
 * After the main step: rollouts that it still holds are taken over where the job stands between stop and start and the settle time
 * fits; the start is then finished or undone. Everything else is left to `resume`. Null where nothing was left open. `nonce` is the
 * main step's: other jobs of the same workflow run may still be at work on theirs.
 */
export async function postRun(bench: Bench, nonce: string): Promise<Report | null> {
  const jobs: JobReport[] = [];
  const orders: { environment: string; order: Order }[] = [];
  for (const { environment, held } of await readLedger(bench)) {
    for (const entry of held.values()) {
      const { record } = entry;
      if (record.closed !== null || record.plan === null || record.holder?.nonce !== nonce) continue;
      const left = (message: string, runs?: Parameters<typeof recordReport>[4]) =>
        recordReport(record, 'interrupted', 'rollout-interrupted', message, runs);
      try {
        const { engine, session, subject } = await connectTo(bench, record);
        const runs = await session.look(subject);
        const up = runs.some((run) => isActive(run) && !isEnding(run));
        const times = engine.timesOf?.(targetOf(record)) ?? engine.times;
        // Where the fence is the id that follows from the predecessor, nothing is waited for before the start.
        const settles = engine.fence === 'F1' ? 0 : settleSeconds({ times });
        const fits = bench.clock.now() + (settles + slackSeconds) * 1000 < bench.handOverAt;
        // The journal can't tell: what was called last may not have reached it.
        if (up || !gaps.has(record.plan.strategy)) jobs.push(left('Left as it is', runs));
        else if (!fits) jobs.push(left('The job stands between stop and start, and the time left is too short', runs));
        else {
          const parts = { engine, session, subject, superseding: null, findings: [] };
          const order = takeOverOrder(entry, parts, bench.holder, (bench.time ?? realTime).wall());
          needSecrets(bench, order);
          orders.push({ environment, order });
        }
      } catch (error) {
        const code = isSecretMissing(error) ? error.code : 'look-failed';
        jobs.push(recordReport(record, 'interrupted', code, text(error)));
      }
    }
  }
  jobs.push(...(await inTime(bench, orders)));
  if (jobs.length === 0) return null;
  const report: Report = {
    version: 1,
    kind: 'report',
    exitCode: worstExitCode(jobs.map(reportExitCode)),
    environment: null,
    commit: null,
    planHash: null,
    jobs,
  };
  return complete(report, bench.inputs);
}

/** Finishes what can be finished before the server ends the job; what still waits then is let go of, so that `resume` need not wait. */
async function inTime(
  bench: Bench,
  orders: readonly { environment: string; order: Order }[],
): Promise<readonly JobReport[]> {
  if (orders.length === 0) return [];
  const over = new AbortController();
  const done = new AbortController();
  const seconds = (bench.handOverAt - bench.clock.now()) / 1000 - reportSeconds;
  const watching = bench.clock.sleep(seconds, done.signal).then(() => over.abort());
  const ledger = await bench.ledger();
  try {
    const environments = [...new Set(orders.map((entry) => entry.environment))];
    const all = await Promise.all(
      environments.map((environment) =>
        rollOut(
          orders.flatMap((entry) => (entry.environment === environment ? [entry.order] : [])),
          {
            ledger,
            environment,
            clock: bench.clock,
            time: bench.time,
            signal: AbortSignal.any([bench.signal, over.signal]),
            // Accepted is enough: once a run is up again, the rest is for `resume`.
            handOverAt: bench.clock.now(),
            maxParallel: bench.inputs.maxParallel,
            failFast: false,
            last: true,
            outcomes: new Map(),
            tell: tellOn(bench.teller),
            measuring: bench.measuring,
          },
        ),
      ),
    );
    return all.flat();
  } finally {
    done.abort();
    await watching;
  }
}
