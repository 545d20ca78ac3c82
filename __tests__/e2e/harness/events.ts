import { account, commitPart, type Part, type PullEnd, pullPart, repositoryPart } from './payload-parts.js';

/** A workflow event with the variables that the runner derives from it. */
export interface WorkflowEvent {
  readonly name: string;
  /** Name of the payload in GitHub's schemas; null where they have none. */
  readonly schema: string | null;
  readonly payload: Part;
  /** What is checked out. */
  readonly sha: string;
  readonly ref: string;
  readonly headRef?: string;
  readonly baseRef?: string;
  readonly actor: string;
  readonly runId: number;
  readonly attempt: number;
}

export const noCommit = '0'.repeat(40);

let lastRun = 7000;

interface Base {
  readonly repository: string;
  readonly sha: string;
  readonly branch?: string;
}

function common({ repository, sha, branch = 'main' }: Base, actor = 'ada') {
  lastRun += 1;
  return { sha, ref: `refs/heads/${branch}`, actor, runId: lastRun, attempt: 1, repository };
}

/** `before` null: the branch is new. */
export function pushed(at: Base & { before: string | null; forced?: boolean }): WorkflowEvent {
  const { repository, ...event } = common(at);
  const before = at.before ?? noCommit;
  const payload = {
    ref: event.ref,
    before,
    after: at.sha,
    created: at.before === null,
    deleted: false,
    forced: at.forced ?? false,
    base_ref: null,
    compare: `https://github.com/${repository}/compare/${before.slice(0, 12)}...${at.sha.slice(0, 12)}`,
    commits: [commitPart(repository, at.sha)],
    head_commit: commitPart(repository, at.sha),
    ...from(repository, event.actor),
    pusher: { name: event.actor, email: 'ada@example.test' },
  };
  return { name: 'push', schema: 'push$event', payload, ...event };
}

/** `sha` is the merge commit that the runner checks out. `author`: who opened it. */
export function pullRequested(
  at: Base & { number: number; head: PullEnd; base: PullEnd; author?: string },
): WorkflowEvent {
  const { repository, ...event } = common(at, at.author);
  const bot = event.actor.endsWith('[bot]');
  const author = account(event.actor, bot ? 'Bot' : 'User');
  const payload = {
    action: 'synchronize',
    number: at.number,
    before: at.base.sha,
    after: at.head.sha,
    pull_request: pullPart(at.number, at.head, at.base, at.sha, author),
    ...from(repository, event.actor),
  };
  const refs = { ref: `refs/pull/${at.number}/merge`, headRef: at.head.ref, baseRef: at.base.ref };
  return { name: 'pull_request', schema: 'pull_request$synchronize', payload, ...event, ...refs };
}

export function mergeQueued(at: Base & { baseSha: string }): WorkflowEvent {
  const { repository, ...event } = common(at);
  const ref = `refs/heads/gh-readonly-queue/main/pr-7-${at.baseSha}`;
  const { id, tree_id, message, timestamp } = commitPart(repository, at.sha);
  const person = { name: 'Ada', email: 'ada@example.test' };
  const payload = {
    action: 'checks_requested',
    merge_group: {
      head_sha: at.sha,
      head_ref: ref,
      base_sha: at.baseSha,
      base_ref: 'refs/heads/main',
      head_commit: { id, tree_id, message, timestamp, author: person, committer: person },
    },
    ...from(repository, event.actor),
  };
  return { name: 'merge_group', schema: 'merge_group$checks_requested', payload, ...event, ref };
}

export function dispatched(at: Base): WorkflowEvent {
  const { repository, ...event } = common(at);
  const payload = {
    inputs: {},
    ref: event.ref,
    workflow: '.github/workflows/rollout.yml',
    ...from(repository, event.actor),
  };
  return { name: 'workflow_dispatch', schema: 'workflow_dispatch$event', payload, ...event };
}

/** GitHub publishes no schema of this payload. */
export function scheduled(at: Base): WorkflowEvent {
  const { repository, ...event } = common(at);
  return {
    name: 'schedule',
    schema: null,
    payload: { schedule: '17 * * * *', ...from(repository, event.actor) },
    ...event,
  };
}

/** The same workflow run once more: same id and payload, next attempt. */
export function rerun(event: WorkflowEvent): WorkflowEvent {
  return { ...event, attempt: event.attempt + 1 };
}

function from(repository: string, actor: string): Part {
  return { repository: repositoryPart(repository), sender: account(actor, actor.endsWith('[bot]') ? 'Bot' : 'User') };
}
