import type { RemoteRelation, RemoteTree, TreeSource } from '../changes/remote.js';
import type { Forge } from '../modes/bench.js';
import type { GitHub } from './github.js';

/** What GitHub can be asked below the entry points. Without GitHub every answer is "not known". */
export function forgeOf(github: GitHub | null): Forge {
  if (github === null) return { attemptState: async () => 'unknown', source: null };
  return { attemptState: (workflow) => attemptState(github, workflow), source: treeSource(github) };
}

async function attemptState(
  { octokit }: GitHub,
  workflow: { repository: string; runId: string; attempt: number },
): Promise<'completed' | 'active' | 'unknown'> {
  const [owner = '', repo = ''] = workflow.repository.split('/');
  try {
    const { data } = await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(workflow.runId) });
    if ((data.run_attempt ?? 1) > workflow.attempt) return 'completed';
    return data.status === 'completed' ? 'completed' : 'active';
  } catch {
    // Not allowed to read runs, or GitHub is down: the lease decides.
    return 'unknown';
  }
}

function treeSource({ octokit, owner, repo }: GitHub): TreeSource {
  return {
    async readTree(commit): Promise<RemoteTree | null> {
      try {
        const { data } = await octokit.rest.git.getTree({ owner, repo, tree_sha: commit, recursive: '1' });
        const entries = data.tree.map(({ path, mode, type, sha }) => ({
          path: path ?? '',
          mode: mode ?? '',
          type: type ?? '',
          sha: sha ?? '',
        }));
        return { entries, truncated: data.truncated };
      } catch {
        return null;
      }
    },
    async readBlob(oid) {
      try {
        const { data } = await octokit.rest.git.getBlob({ owner, repo, file_sha: oid });
        return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
      } catch {
        return null;
      }
    },
    async compare(base, head): Promise<RemoteRelation | null> {
      try {
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
          owner,
          repo,
          basehead: `${base}...${head}`,
          per_page: 1,
        });
        return data.status;
      } catch {
        return null;
      }
    },
  };
}
