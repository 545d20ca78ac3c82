import type { JobPlan, Plan } from '../model/plan.js';
import { waitingFor } from '../plan/index.js';

/** Most shards of a matrix. */
const mostShards = 50;

/** A matrix for `strategy: matrix:`; `jobs` fits the input of that name. */
export interface Matrix {
  readonly include: readonly { readonly shard: number; readonly jobs: string }[];
}

/** Splits the jobs that a plan touches into shards of about the same size; jobs that wait for each other stay together. */
export function matrixOf(plan: Plan | null): Matrix {
  const acting = plan?.jobs.filter((job) => ['roll-out', 'adopt', 'resume'].includes(job.action)) ?? [];
  const shards: string[][] = [];
  for (const group of [...groupsOf(acting, waitingFor(plan?.jobs ?? []))].sort((a, b) => b.length - a.length)) {
    if (shards.length < mostShards) shards.push([...group]);
    else smallest(shards).push(...group);
  }
  return { include: shards.map((jobs, shard) => ({ shard, jobs: jobs.join(',') })) };
}

/** Jobs that wait for each other, in the order of the plan. The first instance of a `for-each` is among the needs of the others. */
function groupsOf(
  acting: readonly JobPlan[],
  needs: (job: string) => readonly string[],
): readonly (readonly string[])[] {
  const parents = new Map(acting.map(({ job }) => [job, job]));
  const root = (job: string): string => {
    const parent = parents.get(job) ?? job;
    return parent === job ? job : root(parent);
  };
  for (const { job } of acting)
    for (const need of needs(job)) if (parents.has(need)) parents.set(root(job), root(need));
  const groups = new Map<string, string[]>();
  for (const { job } of acting) groups.set(root(job), [...(groups.get(root(job)) ?? []), job]);
  return [...groups.values()];
}

function smallest(shards: readonly string[][]): string[] {
  return shards.reduce((least, shard) => (shard.length < least.length ? shard : least));
}
