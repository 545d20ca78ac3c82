import type { JsonObject } from '../../src/model/json.js';
import type { Call } from './call.js';
import { git } from './git.js';
import { encodePath } from './shapes.js';

const statuses: { readonly [letter: string]: string } = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

/** Files between two commits (`base` null: against nothing), renames found as GitHub finds them. Without patches. */
export async function changedFiles(call: Call, base: string | null, head: string): Promise<JsonObject[]> {
  const range = base === null ? ['--root', head] : [base, head];
  const args = ['diff-tree', '-r', '-M', '-z', '--no-commit-id', '--no-abbrev'];
  const [raw, numbers] = await Promise.all([
    git(call.repository, ...args, '--raw', ...range),
    git(call.repository, ...args, '--numstat', ...range),
  ]);
  const lines = linesOf(numbers);
  return records(raw).map(({ status, before, after, path, from }) => {
    const { additions, deletions } = lines.get(path) ?? { additions: 0, deletions: 0 };
    const gone = status === 'D';
    const at = encodePath(path);
    const commit = gone ? (base ?? head) : head;
    return {
      sha: gone ? before : after,
      filename: path,
      status: statuses[status] ?? 'changed',
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${call.html}/blob/${commit}/${at}`,
      raw_url: `${call.html}/raw/${commit}/${at}`,
      contents_url: `${call.api}/contents/${at}?ref=${commit}`,
      ...(from === null ? {} : { previous_filename: from }),
    };
  });
}

/** `:<mode> <mode> <sha> <sha> <status>NUL<path>NUL`, with a second path for renames and copies. */
function records(raw: string) {
  const fields = raw.split('\0');
  const found: { status: string; before: string; after: string; path: string; from: string | null }[] = [];
  for (let at = 0; (fields[at] ?? '').startsWith(':'); ) {
    const [, , before = '', after = '', status = ''] = (fields[at] ?? '').split(' ');
    const two = /^[RC]/.test(status);
    const first = fields[at + 1] ?? '';
    found.push({
      status: status.slice(0, 1),
      before,
      after,
      path: two ? (fields[at + 2] ?? '') : first,
      from: two ? first : null,
    });
    at += two ? 3 : 2;
  }
  return found;
}

/** `<added>TAB<deleted>TAB<path>NUL`; a rename has an empty path, then both paths. Binary files have dashes. */
function linesOf(numbers: string): Map<string, { additions: number; deletions: number }> {
  const fields = numbers.split('\0');
  const found = new Map<string, { additions: number; deletions: number }>();
  for (let at = 0; at < fields.length; at += 1) {
    const [added, deleted, ...rest] = (fields[at] ?? '').split('\t');
    if (added === undefined || deleted === undefined) continue;
    const path = rest.join('\t') || (fields[at + 2] ?? '');
    if (rest.join('') === '') at += 2;
    found.set(path, { additions: Number(added) || 0, deletions: Number(deleted) || 0 });
  }
  return found;
}
