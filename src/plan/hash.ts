import { digestOf } from '../artifacts/digest.js';
import type { Json } from '../model/json.js';
import type { JobPlan, Plan } from '../model/plan.js';

/** What an approval of a job's plan is given for. Another value means another plan. */
export function stakes(plan: JobPlan): { readonly [name: string]: Json } {
  return {
    job: plan.job,
    action: plan.action,
    run: plan.current?.run ?? null,
    running: plan.current?.revision ?? null,
    desired: plan.desired.revision,
    scale: plan.scale,
    strategy: plan.strategy,
    slot: plan.slot,
    steps: plan.steps.map(({ id, verb, undo, final }) => ({ id, verb, undo, final })),
  };
}

/** Hash of a plan: over its environment and what is at stake in each job, whatever the order. */
export function planHash(plan: Pick<Plan, 'environment' | 'name' | 'jobs'>): string {
  const jobs = [...plan.jobs].sort((a, b) => (a.job < b.job ? -1 : 1)).map(stakes);
  return digestOf({ version: 1, environment: plan.environment, name: plan.name, jobs }).slice(0, 16);
}

/** The plan with its hash made anew, after jobs were changed. */
export function rehashed(plan: Plan): Plan {
  return { ...plan, hash: planHash(plan) };
}
