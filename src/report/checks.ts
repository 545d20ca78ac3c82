import type { Plan } from '../model/plan.js';
import type { JobReport } from '../model/report.js';
import type { Annotation } from './annotations.js';
import { type Conclusion, conclusions, worstOf } from './conclusion.js';
import type { Group } from './groups.js';
import { withNext } from './text.js';

/** Check runs for single jobs, beside the one of the environment. */
const mostJobChecks = 20;

/** One check run as it should stand on a commit. */
export interface Check {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly conclusion: Conclusion;
  readonly annotations: readonly Annotation[];
}

/** The checks of one commit: those of the jobs, and the one of the environment, which is the worst of them. */
export interface CheckSet {
  readonly group: Pick<Group, 'sha' | 'environment' | 'own' | 'create'>;
  readonly whole: Check;
  readonly jobs: readonly Check[];
}

/** What the check of an environment says. */
export interface Said {
  readonly title: string;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

export function checkSetOf(group: Group, said: Said): CheckSet {
  const told = group.jobs.filter((job) => job.outcome !== 'unchanged').sort((a, b) => rank(a) - rank(b));
  return {
    group,
    whole: {
      ...said,
      name: environmentCheck(group.environment),
      conclusion: worstOf(group.jobs.map((job) => conclusions[job.outcome])),
    },
    jobs: told.slice(0, mostJobChecks).map((job) => jobCheck(group.environment, job)),
  };
}

/** The check of a plan. No job can have this name, so it is never taken for a job's check. */
export function planCheckSet(plan: Plan, sha: string, said: Said): CheckSet {
  const refused = plan.jobs.some((job) => job.action === 'refuse');
  const name = `${environmentCheck(plan.environment)} (plan)`;
  return {
    group: { sha, environment: plan.environment, own: true, create: true },
    whole: { ...said, name, conclusion: refused ? 'action_required' : 'success' },
    jobs: [],
  };
}

/** Unique enough that a check is found again whatever suite GitHub puts it into. */
export function environmentCheck(environment: string): string {
  return `stream-rollout / ${environment}`;
}

function jobCheck(environment: string, job: JobReport): Check {
  return {
    name: `${environmentCheck(environment)} / ${job.job}`,
    title: job.code === null ? job.outcome : `${job.outcome} (${job.code})`,
    summary: withNext(job.message, job.next),
    conclusion: conclusions[job.outcome],
    annotations: [],
  };
}

/** The worst first, so that the limit leaves out what matters least. */
function rank(job: JobReport): number {
  return ['failure', null, 'action_required', 'neutral', 'skipped', 'success'].indexOf(conclusions[job.outcome]);
}
