import { worstExitCode } from '../model/outcome.js';
import type { JobReport, Report } from '../model/report.js';
import { isActive, isEnding } from '../model/run.js';
import { type Order, rollOut } from '../rollout/fleet.js';
import { takeOverOrder } from '../rollout/order.js';
import { reportExitCode } from '../rollout/plain.js';
import { recordReport } from '../rollout/reporting.js';
import { settleSeconds } from '../rollout/settle.js';
import { text } from '../rollout/text.js';
import type { Bench } from './bench.js';
import { connectTo, readLedger, targetOf } from './ledger-jobs.js';

/** Time that a takeover needs beside the settle: look, start, write (seconds). */
const slackSeconds = 60;

/**
 * After the main step: rollouts that it still holds are taken over where the job stands between stop and start and the settle time
 * fits; the start is then finished or undone. Everything else is left to `resume`. Null where nothing was left open.
 */
export async function postRun(bench: Bench, nonce: string): Promise<Report | null> {
  const jobs: JobReport[] = [];
  for (const { environment, held } of await readLedger(bench)) {
    const orders: Order[] = [];
    for (const entry of held.values()) {
      const { record } = entry;
      if (record.closed !== null || record.plan === null || !mine(record.holder?.nonce, record.holder?.workflow?.runId))
        continue;
      try {
        const { engine, session, subject } = await connectTo(bench, record);
        const runs = await session.look(subject);
        const up = runs.some((run) => isActive(run) && !isEnding(run));
        const gap =
          !up && record.journal.length > 0 && record.plan.strategy !== 'create' && record.plan.strategy !== 'stop';
        const fits =
          bench.clock.now() +
            (settleSeconds({ times: engine.timesOf?.(targetOf(record)) ?? engine.times }) + slackSeconds) * 1000 <
          bench.handOverAt;
        if (!gap || !fits)
          jobs.push(
            recordReport(
              record,
              'interrupted',
              'rollout-interrupted',
              gap ? 'The job stands between stop and start, and the time left is too short' : 'Left as it is',
              runs,
            ),
          );
        else
          orders.push(
            takeOverOrder(entry, { engine, session, subject, superseding: null, findings: [] }, bench.holder),
          );
      } catch (error) {
        jobs.push(recordReport(record, 'interrupted', 'look-failed', text(error)));
      }
    }
    if (orders.length === 0) continue;
    jobs.push(
      ...(await rollOut(orders, {
        ledger: await bench.ledger(),
        environment,
        clock: bench.clock,
        signal: bench.signal,
        // Accepted is enough: once a run is up again, the rest is for `resume`.
        handOverAt: bench.clock.now(),
        maxParallel: bench.inputs.maxParallel,
        failFast: false,
        outcomes: new Map(),
        tell: (progress) => bench.teller.line(`${progress.job}: ${progress.text}`),
      })),
    );
  }
  if (jobs.length === 0) return null;
  return {
    version: 1,
    kind: 'report',
    exitCode: worstExitCode(jobs.map(reportExitCode)),
    environment: null,
    commit: null,
    planHash: null,
    jobs,
  };

  /** Held by the main step's process, or handed over by it when it was cancelled. */
  function mine(holderNonce: string | undefined, runId: string | undefined): boolean {
    return holderNonce === nonce || (runId !== undefined && runId === bench.inputs.event.runId);
  }
}
