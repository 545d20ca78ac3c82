import type { Job } from '../model/job.js';
import type { JobPlan } from '../model/plan.js';
import { changedSince, targetField } from './impact.js';
import type { PlanInput } from './input.js';
import { leftAlone } from './left.js';
import { undecided } from './undecided.js';

/**
 * The first changed instance of a `for-each` rolls out alone; the others need it. Where an instance failed with the change that
 * is still waiting for the others, they are left alone too: else each later commit would try it on one more of them.
 */
export function withCanaries(plans: readonly JobPlan[], input: PlanInput): readonly JobPlan[] {
  const jobs = new Map(input.manifest.jobs.map((job) => [job.key, job]));
  const groups = new Map<string, JobPlan[]>();
  for (const plan of plans) {
    const of = jobs.get(plan.job)?.instance?.of;
    if (of !== undefined) groups.set(of, [...(groups.get(of) ?? []), plan]);
  }
  const all = new Map(plans.map((plan) => [plan.job, plan]));
  for (const group of groups.values()) for (const plan of ordered(group, input, jobs, all)) all.set(plan.job, plan);
  return plans.map((plan) => all.get(plan.job) ?? plan);
}

function ordered(
  group: readonly JobPlan[],
  input: PlanInput,
  jobs: ReadonlyMap<string, Job>,
  all: ReadonlyMap<string, JobPlan>,
): readonly JobPlan[] {
  const failed = group.filter((plan) => plan.action === 'leave');
  const plans = group.map((plan) => {
    const like = changes(plan) ? failed.find((other) => sameChange(plan, other, input, jobs)) : undefined;
    return like === undefined ? plan : held(plan, like, input.manifest.environment);
  });
  const others = new Set(plans.filter(changes).map((plan) => plan.job));
  // One that needs another instance can't go first.
  const canary = plans.find((plan) => changes(plan) && !reaches(plan, others, all));
  return plans.map((plan) =>
    canary === undefined || plan === canary || !changes(plan)
      ? plan
      : { ...plan, needs: [...new Set([...plan.needs, canary.job])] },
  );
}

/** True if the job needs one of these, directly or through other jobs. */
function reaches(plan: JobPlan, others: ReadonlySet<string>, all: ReadonlyMap<string, JobPlan>): boolean {
  const seen = new Set<string>([plan.job]);
  const left = [...plan.needs];
  for (let need = left.pop(); need !== undefined; need = left.pop()) {
    if (seen.has(need)) continue;
    if (others.has(need)) return true;
    seen.add(need);
    left.push(...(all.get(need)?.needs ?? []));
  }
  return false;
}

function changes(plan: JobPlan): boolean {
  return plan.action === 'roll-out' && plan.changed;
}

/** The instance would get the code, or a change of the same fields, that the other one failed with. */
function sameChange(plan: JobPlan, failed: JobPlan, input: PlanInput, jobs: ReadonlyMap<string, Job>): boolean {
  const [old, code] = codes(plan.job, input, jobs);
  const [failedOld, failedCode] = codes(failed.job, input, jobs);
  if (code !== null && code === failedCode && old !== code && failedOld !== failedCode) return true;
  const fields = new Set(changedFields(failed.job, input, jobs));
  return plan.reasons.some((reason) => reason.kind === 'setting' && fields.has(targetField(reason.field ?? '')));
}

function codes(
  key: string,
  input: PlanInput,
  jobs: ReadonlyMap<string, Job>,
): readonly [running: string | null, desired: string | null] {
  const running = recordOf(key, input, jobs)?.good?.codeDigest ?? null;
  return [running, input.changes.get(key)?.desired.codeDigest ?? null];
}

function changedFields(key: string, input: PlanInput, jobs: ReadonlyMap<string, Job>): readonly string[] {
  const [job, change, record] = [jobs.get(key), input.changes.get(key), recordOf(key, input, jobs)];
  const engine = job === undefined ? undefined : input.engines.get(job.engine);
  if (job === undefined || change === undefined || record === undefined || engine === undefined) return [];
  return changedSince(job, change.desired, change.explanation, engine, record, null, record.good?.revision ?? null)
    .fields;
}

function recordOf(key: string, input: PlanInput, jobs: ReadonlyMap<string, Job>) {
  const was = jobs.get(key)?.was ?? null;
  return input.records.get(key) ?? (was === null ? undefined : input.records.get(was));
}

function held(plan: JobPlan, failed: JobPlan, environment: string): JobPlan {
  const message = `${failed.job}, of the same for-each, failed with this change, so it is left alone`;
  const { reasons, findings } = leftAlone({ run: null, revision: null }, message, { environment, job: plan.job });
  return {
    ...plan,
    action: 'leave',
    changed: false,
    impact: 'none',
    reasons,
    findings: [...plan.findings, ...findings],
    ...undecided,
  };
}
