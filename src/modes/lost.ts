import { oursOf } from '../rollout/order.js';
import { settleSeconds } from '../rollout/settle.js';
import type { Bench } from './bench.js';
import { type Gathered, gather } from './gather.js';

/**
 * Reads and plans. Where runs bear our stamps and the ledger has no record of their job, it was lost: then it settles and looks once more
 * before it plans (PROTOCOL 6), for what the last holder did may not show yet, and the numbers of its rollouts with it.
 */
export async function gatherSettled(bench: Bench): Promise<Gathered> {
  const first = await gather(bench, { jobs: null });
  const seconds = Math.max(0, ...lostJobs(first).map((job) => settleOf(first, job)));
  if (seconds === 0) return first;
  bench.teller.line(
    `the ledger has no record of runs that bear our stamps: settling for ${seconds} s, then looking again`,
  );
  await bench.clock.sleep(seconds, bench.signal);
  return bench.signal.aborted ? first : gather(bench, { jobs: null });
}

function lostJobs(g: Gathered): readonly Gathered['manifest']['jobs'][number][] {
  return g.manifest.jobs.filter((job) => {
    if (g.held.has(job.key) || (job.was !== null && g.held.has(job.was))) return false;
    return g.observed?.get(job.key)?.some(oursOf(g.name, g.manifest.environment, job)) ?? false;
  });
}

function settleOf({ engines }: Gathered, job: Gathered['manifest']['jobs'][number]): number {
  const engine = engines.get(job.engine);
  if (engine === undefined) return 0;
  return settleSeconds({ times: engine.timesOf?.(job.target) ?? engine.times });
}
