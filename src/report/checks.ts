import type { Outcome } from '../model/outcome.js';
import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import type { Annotation } from './annotations.js';
import type { GitHub } from './github.js';
import { cut } from './text.js';

/** GitHub's limits (REST description of check runs). */
const annotationsPerRequest = 50;
const mostText = 65_000;
const mostTitle = 250;
/** Check runs for single jobs, beside the one of the environment. */
const mostJobChecks = 20;

type Conclusion = 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled' | 'skipped';

/** One check run as it should stand on the commit. */
export interface Check {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Null: still in progress, `resume` completes it. */
  readonly conclusion: Conclusion | null;
  readonly annotations: readonly Annotation[];
}

const conclusions: Readonly<Record<Outcome, Conclusion | null>> = {
  unchanged: 'success',
  adopted: 'success',
  succeeded: 'success',
  quarantined: 'neutral',
  superseded: 'neutral',
  skipped: 'skipped',
  failed: 'failure',
  'rolled-back': 'failure',
  stuck: 'failure',
  refused: 'action_required',
  pending: null,
  interrupted: null,
};

/** The check of the environment and one per job that had something done, in the order of the report. */
export function reportChecks(
  report: Report,
  summary: string,
  title: string,
  annotations: readonly Annotation[],
): Check[] {
  const environment = report.environment ?? 'default';
  const told = report.jobs.filter((job) => job.outcome !== 'unchanged');
  const whole: Check = {
    name: `stream-rollout / ${environment}`,
    title,
    summary,
    conclusion: worst(report.jobs),
    annotations,
  };
  return [whole, ...told.slice(0, mostJobChecks).map((job) => jobCheck(environment, job))];
}

/** The check of a plan: neutral news, or action required where this commit would be refused. */
export function planCheck(plan: Plan, summary: string, title: string, annotations: readonly Annotation[]): Check {
  const refused = plan.jobs.some((job) => job.action === 'refuse');
  return {
    name: `stream-rollout / ${plan.environment} / plan`,
    title,
    summary,
    conclusion: refused ? 'action_required' : 'success',
    annotations,
  };
}

function jobCheck(environment: string, job: JobReport): Check {
  return {
    name: `stream-rollout / ${environment} / ${job.job}`,
    title: job.code === null ? job.outcome : `${job.outcome} (${job.code})`,
    summary: job.next === null ? job.message : `${job.message}\n\nNext: ${job.next}`,
    conclusion: conclusions[job.outcome],
    annotations: [],
  };
}

function worst(jobs: readonly JobReport[]): Conclusion | null {
  const all = jobs.map((job) => conclusions[job.outcome]);
  if (all.includes('failure')) return 'failure';
  if (all.includes(null)) return null;
  if (all.includes('action_required')) return 'action_required';
  return all.every((one) => one === 'neutral') && all.length > 0 ? 'neutral' : 'success';
}

/** Writes check runs: one of the same name and external id is updated, annotations are appended in batches. */
export async function writeCheck(
  { octokit, owner, repo }: GitHub,
  check: Check,
  sha: string,
  externalId: string,
  url: string | null,
): Promise<void> {
  const first = check.annotations.slice(0, annotationsPerRequest).map(wire);
  const output = { title: cut(check.title, mostTitle), summary: cut(check.summary, mostText), annotations: first };
  const state =
    check.conclusion === null
      ? ({ status: 'in_progress' } as const)
      : ({ status: 'completed', conclusion: check.conclusion } as const);
  const found = await octokit.rest.checks.listForRef({
    owner,
    repo,
    ref: sha,
    check_name: check.name,
    filter: 'latest',
    per_page: 100,
  });
  const own = found.data.check_runs.find((run) => run.external_id === externalId || run.status !== 'completed');
  const details = url === null ? {} : { details_url: url };
  const common = { owner, repo, name: check.name, external_id: externalId, output, ...details, ...state };
  const id =
    own === undefined
      ? (await octokit.rest.checks.create({ ...common, head_sha: sha })).data.id
      : (await octokit.rest.checks.update({ ...common, check_run_id: own.id })).data.id;
  for (let at = annotationsPerRequest; at < check.annotations.length; at += annotationsPerRequest) {
    const annotations = check.annotations.slice(at, at + annotationsPerRequest).map(wire);
    await octokit.rest.checks.update({ owner, repo, check_run_id: id, output: { ...output, annotations } });
  }
}

function wire(one: Annotation) {
  return {
    path: one.file,
    start_line: one.line,
    end_line: one.line,
    annotation_level: one.level,
    message: cut(one.message, 60_000),
    title: cut(one.title, mostTitle),
  };
}
