import type { JobPlan } from '../model/plan.js';

/** Jobs that act: a job that needs one of them waits for it; one that is as declared already need not be waited for. */
function acts(plan: JobPlan): boolean {
  return plan.action === 'roll-out' || plan.action === 'resume' || plan.action === 'refuse';
}

/** Wave of each job: one later than the latest of the jobs that it needs, directly or through jobs that do not act themselves. */
export function withWaves(plans: readonly JobPlan[]): readonly JobPlan[] {
  const byKey = new Map(plans.map((plan) => [plan.job, plan]));
  const waves = new Map<string, number>();
  return plans.map((plan) => ({ ...plan, wave: acts(plan) ? wave(plan.job) : 0 }));

  /** Earliest wave in which everything that this job needs is done. The manifest has refused circles. */
  function wave(key: string): number {
    const known = waves.get(key);
    if (known !== undefined) return known;
    waves.set(key, 0);
    const before = (byKey.get(key)?.needs ?? []).flatMap((need) => {
      const plan = byKey.get(need);
      return plan === undefined ? [] : [wave(need) + (acts(plan) ? 1 : 0)];
    });
    const found = Math.max(0, ...before);
    waves.set(key, found);
    return found;
  }
}

/** Neither done nor left out: there is nothing that could be waited for, but what they need themselves counts. */
const passed: ReadonlySet<JobPlan['action']> = new Set(['none', 'list']);

/** What each job of a plan waits for: the jobs that it needs, and where such a one has nothing to do, what that one needs. */
export function waitingFor(plans: readonly JobPlan[]): (job: string) => readonly string[] {
  const byKey = new Map(plans.map((plan) => [plan.job, plan]));
  const known = new Map<string, ReadonlySet<string>>();
  return (job) => [...before(job)];

  function before(key: string): ReadonlySet<string> {
    const found = known.get(key);
    if (found !== undefined) return found;
    const all = new Set<string>();
    known.set(key, all);
    for (const need of byKey.get(key)?.needs ?? []) {
      const plan = byKey.get(need);
      if (plan === undefined) continue;
      for (const one of passed.has(plan.action) ? before(need) : [need]) all.add(one);
    }
    return all;
  }
}
