import { commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import type { JobPlan } from '../model/plan.js';
import { count } from './words.js';

/** A rollout that only verifies what runs already changes nothing. */
function counts(plan: JobPlan): boolean {
  return plan.action === 'roll-out' && plan.changed;
}

/** Refuses all rollouts where more jobs would roll out than allowed: a mass change is meant, or it is a mistake. */
export function withLimit(
  plans: readonly JobPlan[],
  most: number,
  environment: string,
  jobs: readonly string[] | null,
): readonly JobPlan[] {
  const many = plans.filter(counts).length;
  if (many <= most) return plans;
  const finding: Finding = {
    code: 'too-many-changed-jobs',
    level: 'error',
    message: `${count(many, 'job')} would be rolled out, and max-changed-jobs is ${most}: nothing was done for any of them`,
    next: `if it is meant: ${commandOf('apply', { environment, job: jobs?.join(',') ?? null }, '--max-changed-jobs', String(many))}`,
  };
  return plans.map((plan) =>
    counts(plan) ? { ...plan, action: 'refuse', findings: [...plan.findings, finding] } : plan,
  );
}
