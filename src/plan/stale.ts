import { sameJson } from '../changes/settings.js';
import type { JobPlan, Plan } from '../model/plan.js';
import { rehashed, stakes } from './hash.js';

/** One way in which a job is not as it was when the plan was made. */
export interface Stale {
  readonly job: string;
  readonly what: 'missing' | 'action' | 'run' | 'running' | 'desired' | 'scale' | 'strategy' | 'slot' | 'steps';
  readonly message: string;
}

const acting: ReadonlySet<JobPlan['action']> = new Set(['roll-out', 'adopt', 'resume']);

const words: Readonly<Record<Exclude<Stale['what'], 'missing' | 'steps'>, string>> = {
  run: 'the run was',
  running: 'the running revision was',
  desired: 'the desired revision was',
  scale: 'the desired scale was',
  action: 'it was to',
  strategy: 'the strategy was',
  slot: 'the slot was',
};

/**
 * Compares a stored plan with one made now from the same commit. Only jobs that the stored plan acts on count, the first
 * difference of each is told, and none means that it may be carried out. `jobs`: only these (a shard of the plan).
 */
export function staleJobs(stored: Plan, fresh: Plan, jobs: ReadonlySet<string> | null = null): readonly Stale[] {
  const now = new Map(fresh.jobs.map((plan) => [plan.job, plan]));
  return stored.jobs
    .filter((plan) => acting.has(plan.action) && (jobs === null || jobs.has(plan.job)))
    .flatMap((plan) => difference(plan, now.get(plan.job)) ?? []);
}

/**
 * The fresh plan of a later round, where something was waited for or closed first: a job that is not as it was approved is refused by
 * itself. Of one in `closedFirst` an older rollout was closed, as the plan said, so its run and the way may be others.
 */
export function withStale(fresh: Plan, stored: Plan, closedFirst: ReadonlySet<string>): Plan {
  const before = new Map(stored.jobs.map((plan) => [plan.job, plan]));
  const jobs = fresh.jobs.map((plan): JobPlan => {
    const approved = before.get(plan.job);
    if (!acting.has(plan.action) || approved === undefined) return plan;
    const stale = difference(approved, plan, closedFirst.has(plan.job) ? ['desired', 'scale'] : compared);
    if (stale === null) return plan;
    const finding = { code: 'plan-stale', level: 'error', message: stale.message } as const;
    return { ...plan, action: 'refuse', findings: [...plan.findings, finding] };
  });
  return rehashed({ ...fresh, jobs });
}

/** The fresh plan without what the stored one did not ask for: nobody approved it, so it is left for the next plan. */
export function approvedOnly(fresh: Plan, stored: Plan): Plan {
  const approved = new Set(stored.jobs.filter((plan) => acting.has(plan.action)).map((plan) => plan.job));
  const message = 'it is not part of the plan that is carried out';
  const jobs = fresh.jobs.map((plan): JobPlan => {
    if (!acting.has(plan.action) || approved.has(plan.job)) return plan;
    return {
      ...plan,
      action: 'none',
      changed: false,
      reasons: [{ kind: 'unchanged', message }],
      strategy: null,
      steps: [],
    };
  });
  return rehashed({ ...fresh, jobs });
}

const compared = ['run', 'running', 'desired', 'scale', 'action', 'strategy', 'slot', 'steps'] as const;

function difference(
  stored: JobPlan,
  fresh: JobPlan | undefined,
  about: readonly (typeof compared)[number][] = compared,
): Stale | null {
  const { job } = stored;
  if (fresh === undefined) return { job, what: 'missing', message: `${job} is not declared or not selected any more` };
  const [before, after] = [stakes(stored), stakes(fresh)];
  for (const what of about) {
    if (sameJson(before[what], after[what])) continue;
    const message =
      what === 'steps'
        ? `${job}: the steps are others now`
        : `${job}: ${words[what]} ${text(before[what])}, and is ${text(after[what])} now`;
    return { job, what, message };
  }
  return null;
}

function text(value: unknown): string {
  return value == null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
