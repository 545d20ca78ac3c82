import { worstExitCode } from '../model/outcome.js';
import { jobExitCode } from '../model/report.js';
import type { GitHub } from './github.js';
import type { Group } from './groups.js';
import { cut } from './text.js';

const task = 'deploy:streams';
/** GitHub's limit of a status' description. */
const mostDescription = 140;

/** Exit code of the jobs to the state of the deployment. */
const states: { readonly [exitCode: number]: 'success' | 'in_progress' | 'failure' | 'error' } = {
  0: 'success',
  1: 'failure',
  2: 'failure',
  3: 'error',
  5: 'in_progress',
};

/**
 * Records one GitHub Deployment for an environment with the state that the jobs ended in; one that an earlier call left in
 * progress on the same commit is completed. Nothing that changed: no record.
 */
export async function writeDeployment(github: GitHub, group: Group, url: string | null, text: string): Promise<void> {
  const told = group.jobs.filter((job) => job.outcome !== 'unchanged');
  if (told.length === 0) return;
  const { octokit, owner, repo } = github;
  const open = await openDeployment(github, group);
  if (open === null && !group.create) return;
  const id = open ?? (await created(github, group, text));
  const exitCode = worstExitCode(told.map(jobExitCode));
  await octokit.rest.repos.createDeploymentStatus({
    owner,
    repo,
    deployment_id: id,
    state: states[exitCode] ?? 'failure',
    description: cut(text, mostDescription),
    // Other tools may record deployments to an environment of the same name.
    auto_inactive: false,
    ...(url === null ? {} : { log_url: url }),
  });
}

async function created({ octokit, owner, repo }: GitHub, group: Group, text: string): Promise<number> {
  const made = await octokit.rest.repos.createDeployment({
    owner,
    repo,
    ref: group.sha,
    task,
    environment: group.environment,
    auto_merge: false,
    required_contexts: [],
    description: cut(text, mostDescription),
  });
  if ('id' in made.data) return made.data.id;
  throw new TypeError(made.data.message ?? 'the deployment was not created');
}

/** The newest deployment of ours on the commit, if it still says that it is under way. */
async function openDeployment({ octokit, owner, repo }: GitHub, group: Group): Promise<number | null> {
  const { sha, environment } = group;
  const { data } = await octokit.rest.repos.listDeployments({ owner, repo, sha, environment, task, per_page: 1 });
  const [latest] = data;
  if (latest === undefined) return null;
  const statuses = await octokit.rest.repos.listDeploymentStatuses({
    owner,
    repo,
    deployment_id: latest.id,
    per_page: 1,
  });
  const state = statuses.data[0]?.state;
  return state === undefined || state === 'in_progress' ? latest.id : null;
}
