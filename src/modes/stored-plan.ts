import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RolloutError } from '../model/error.js';
import type { Plan } from '../model/plan.js';
import { planSchema } from '../plan/schema.js';
import { approvedOnly, staleJobs } from '../plan/stale.js';
import type { Bench } from './bench.js';

/** The plan that was approved (`plan-file`); null where none was given. */
export async function storedPlan(bench: Bench): Promise<Plan | null> {
  const file = bench.inputs.planFile;
  return file === null ? null : await readPlan(resolve(bench.inputs.workspace, file));
}

/**
 * With a stored plan: refuses to go on where a job of it is not as it was when the plan was made, and leaves out what it did not act on:
 * nobody has approved it. Without: the fresh plan as it is.
 */
export function approved(bench: Bench, stored: Plan | null, fresh: Plan): Plan {
  if (stored === null) return fresh;
  const file = bench.inputs.planFile ?? '';
  if (stored.environment !== fresh.environment) {
    throw new RolloutError('plan-stale', `The plan in ${file} is for the environment ${stored.environment}.`, {
      next: 'Make a new plan for this environment.',
    });
  }
  const { jobs } = bench.inputs;
  const stale = staleJobs(stored, fresh, jobs.length === 0 ? null : new Set(fresh.jobs.map((job) => job.job)));
  if (stale.length === 0) return approvedOnly(fresh, stored);
  throw new RolloutError('plan-stale', `The plan in ${file} is stale. ${stale.map((one) => one.message).join('; ')}.`, {
    next: 'Make a new plan, look at it, and apply that one.',
  });
}

async function readPlan(path: string): Promise<Plan> {
  const bad = (why: string, cause?: unknown) =>
    new RolloutError('plan-file-invalid', `The plan file ${path} cannot be used: ${why}.`, {
      class: 'input',
      next: 'Give the file that `plan` wrote (output `plan-file`).',
      cause,
    });
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw bad('it cannot be read', error);
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw bad('it is no JSON', error);
  }
  const checked = planSchema.safeParse(parsed);
  if (!checked.success) throw bad(checked.error.issues[0]?.message ?? 'it is no plan');
  return checked.data as unknown as Plan;
}
