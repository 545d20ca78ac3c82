import type { Report } from '../model/report.js';
import type { GitHub } from './github.js';
import { resultOf } from './outputs.js';
import { cut } from './text.js';

/** GitHub's limit of a status' description. */
const mostDescription = 140;

/** Records one GitHub Deployment for the environment with the state that the report ended in. Nothing that changed: no record. */
export async function writeDeployment(
  { octokit, owner, repo }: GitHub,
  report: Report,
  ref: string,
  url: string | null,
  text: string,
): Promise<void> {
  if (report.environment === null || report.jobs.every((job) => job.outcome === 'unchanged')) return;
  const created = await octokit.rest.repos.createDeployment({
    owner,
    repo,
    ref,
    task: 'deploy:streams',
    environment: report.environment,
    auto_merge: false,
    required_contexts: [],
    description: cut(text, mostDescription),
  });
  if (!('id' in created.data)) return;
  const state = report.exitCode === 0 ? 'success' : report.exitCode === 5 ? 'in_progress' : 'failure';
  await octokit.rest.repos.createDeploymentStatus({
    owner,
    repo,
    deployment_id: created.data.id,
    state,
    description: cut(`${resultOf(report)}: ${text}`, mostDescription),
    auto_inactive: false,
    ...(url === null ? {} : { log_url: url }),
  });
}
