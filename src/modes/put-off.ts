/** A rollout that could begin now. */
export interface Ready {
  readonly job: string;
  /** False: it is open already, and is taken over. */
  readonly isNew: boolean;
  /** Jobs that have to be verified first, by its own plan. */
  readonly needs: readonly string[];
}

/**
 * New rollouts whose turn comes in a later round: they need, directly or through others, a job that another process holds or whose older
 * rollout is closed first. Also those that would wait in a circle, because the plan of an open rollout is older than the manifest.
 */
export function putOff(ready: readonly Ready[], blocked: ReadonlySet<string>): ReadonlySet<string> {
  const byJob = new Map(ready.map((one) => [one.job, one]));
  const off = new Set<string>();
  for (const one of ready) if (one.isNew && waits(one)) off.add(one.job);
  return off;

  /** True if the way along `needs` leads to a blocked job, or back to this one. */
  function waits(start: Ready): boolean {
    const seen = new Set<string>();
    const left = [...start.needs];
    for (let job = left.pop(); job !== undefined; job = left.pop()) {
      if (blocked.has(job) || job === start.job) return true;
      if (seen.has(job)) continue;
      seen.add(job);
      left.push(...(byJob.get(job)?.needs ?? []));
    }
    return false;
  }
}
