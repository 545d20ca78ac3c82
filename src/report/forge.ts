import type { RemoteRelation, RemoteTree, TreeSource } from '../changes/remote.js';
import type { EventFacts, Inputs } from '../inputs/inputs.js';
import type { Forge } from '../modes/bench.js';
import type { GitHub } from './github.js';

/** GitHub's client, loaded and connected when it is first asked for; null outside GitHub. */
export type LateGitHub = (() => Promise<GitHub | null>) | null;

/** Most calls end without a word from GitHub, so its client does not belong to the start. */
function lateGitHub(event: EventFacts, token: string | null, warn: (line: string) => void): LateGitHub {
  if (token === null || event.repository === null) return null;
  let connecting: Promise<GitHub | null> | null = null;
  return () => {
    connecting ??= import('./github.js').then(({ connectGitHub }) => connectGitHub(event, token, warn));
    return connecting;
  };
}

/** GitHub's client for the repository of a workflow run; null where that can't be asked. */
export type AskRuns = (workflow: Workflow) => Promise<GitHub | null>;
type Workflow = Parameters<Forge['attemptState']>[0];

/**
 * Who can be asked about a workflow run: its own repository, which a person at a terminal need not be in, with the token of this call.
 * The token is for one server, and is sent to no other.
 */
export function lateRuns(event: EventFacts, token: string | null, warn: (line: string) => void): AskRuns {
  return async ({ server, repository }) => {
    if (token === null || server !== event.serverUrl) return null;
    const { connectGitHub } = await import('./github.js');
    return connectGitHub({ ...event, repository }, token, warn);
  };
}

/** What GitHub can be asked below the entry points. Without GitHub every answer is "not known". */
export function forgeOf(github: LateGitHub, askRuns: AskRuns): Forge {
  return {
    attemptState: sharedAnswers((workflow) => attemptState(askRuns, workflow)),
    source: github === null ? null : treeSource(github),
  };
}

/** GitHub as an entry point uses it: the client for its reports, and what the modes ask. */
export function connectLate(
  { event, githubToken }: Pick<Inputs, 'event' | 'githubToken'>,
  warn: (line: string) => void,
): { readonly github: LateGitHub; readonly forge: Forge } {
  const github = lateGitHub(event, githubToken, warn);
  return { github, forge: forgeOf(github, lateRuns(event, githubToken, warn)) };
}

/** How long an answer is good for, in milliseconds: a whole fleet asks about the one run that holds it. */
const answerMs = 15_000;

function sharedAnswers(ask: Forge['attemptState']): Forge['attemptState'] {
  const known = new Map<string, { readonly at: number; readonly answer: ReturnType<Forge['attemptState']> }>();
  return (workflow) => {
    const key = `${workflow.server} ${workflow.repository} ${workflow.runId} ${workflow.attempt}`;
    const old = known.get(key);
    if (old !== undefined && performance.now() - old.at < answerMs) return old.answer;
    const answer = ask(workflow);
    known.set(key, { at: performance.now(), answer });
    return answer;
  };
}

async function attemptState(askRuns: AskRuns, workflow: Workflow): Promise<'completed' | 'active' | 'unknown'> {
  try {
    const github = await askRuns(workflow);
    if (github === null) return 'unknown';
    const { octokit, owner, repo } = github;
    const { data } = await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(workflow.runId) });
    if ((data.run_attempt ?? 1) > workflow.attempt) return 'completed';
    return data.status === 'completed' ? 'completed' : 'active';
  } catch {
    // Not allowed to read runs, or GitHub is down: the lease decides.
    return 'unknown';
  }
}

function treeSource(github: NonNullable<LateGitHub>): TreeSource {
  const troubles = new Set<string>();

  /** Null where GitHub does not tell; why is kept for the plan. */
  async function asked<T>(what: string, ask: (client: GitHub) => Promise<T>): Promise<T | null> {
    try {
      return await ask(await connected(github));
    } catch (error) {
      const { status } = error as { status?: number };
      const why = error instanceof Error ? error.message : String(error);
      troubles.add(`GitHub did not give ${what}: ${status === undefined ? '' : `${status}, `}${why}`);
      return null;
    }
  }

  return {
    get troubles() {
      return [...troubles];
    },
    readTree: (commit) =>
      asked(`the files of commit ${commit.slice(0, 12)}`, async ({ octokit, owner, repo }): Promise<RemoteTree> => {
        const { data } = await octokit.rest.git.getTree({ owner, repo, tree_sha: commit, recursive: '1' });
        const entries = data.tree.map(({ path, mode, type, sha }) => ({
          path: path ?? '',
          mode: mode ?? '',
          type: type ?? '',
          sha: sha ?? '',
        }));
        return { entries, truncated: data.truncated };
      }),
    readBlob: (oid) =>
      asked(`the file ${oid.slice(0, 12)}`, async ({ octokit, owner, repo }) => {
        const { data } = await octokit.rest.git.getBlob({ owner, repo, file_sha: oid });
        return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
      }),
    compare: (base, head) =>
      asked(`how ${head.slice(0, 12)} follows ${base.slice(0, 12)}`, async ({ octokit, owner, repo }) => {
        const basehead = `${base}...${head}`;
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 1 });
        return data.status satisfies RemoteRelation;
      }),
  };
}

async function connected(github: NonNullable<LateGitHub>): Promise<GitHub> {
  const client = await github();
  if (client === null) throw new TypeError('there is no repository on GitHub to ask about');
  return client;
}
