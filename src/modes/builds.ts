import pLimit from 'p-limit';
import { findBuild } from '../artifacts/index.js';
import type { Manifest } from '../model/job.js';
import type { JobPlan, Plan } from '../model/plan.js';
import type { JobChange } from '../plan/input.js';
import type { Bench } from './bench.js';

/** Reads of build results under way at the same time. */
const reads = 8;

/** Tells of each changed job whether the ledger keeps a build of its code: `apply` reuses that one, and builds where there is none. */
export async function withBuilds(
  bench: Bench,
  plan: Plan,
  manifest: Manifest,
  changes: ReadonlyMap<string, JobChange>,
): Promise<Plan> {
  const building = new Set(manifest.jobs.filter((job) => job.build !== null).map((job) => job.key));
  const limit = pLimit(reads);
  const jobs = await Promise.all(
    plan.jobs.map(async (job) => {
      const code = changes.get(job.job)?.desired.codeDigest ?? null;
      if (!job.changed || code === null || !building.has(job.job)) return job;
      return await limit(async () => {
        const results = await (await bench.ledger()).readBuilds(job.job);
        return withBuilt(job, findBuild(results, code) !== null);
      });
    }),
  );
  return { ...plan, jobs };
}

function withBuilt(job: JobPlan, built: boolean): JobPlan {
  const { artifact } = job.desired;
  if (artifact?.kind !== 'build') return job;
  return { ...job, desired: { ...job.desired, artifact: { ...artifact, built } } };
}
