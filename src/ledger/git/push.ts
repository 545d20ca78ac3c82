import { failure, said } from './failures.js';
import type { GitResult } from './run.js';
import { remoteName, type Scratch } from './scratch.js';

/** One ref to move: from exactly `expected` (null: it must not exist) to `oid`. */
export interface Move {
  readonly ref: string;
  readonly expected: string | null;
  readonly oid: string;
}

/**
 * Answer for one ref. `stale`: the ref is not where the move expects it. `refused`: the host said no, with its words.
 * `unknown`: no clear answer came.
 */
export type Answer =
  | { readonly state: 'landed' | 'stale' }
  | { readonly state: 'unknown' | 'refused'; readonly reason: string };

/** Words of git and of hosts for "somebody else was faster" or "somebody is at it now"; anything else is a rule's refusal. */
const conflict =
  /cannot lock ref|failed to update ref|failed to lock|reference already exists|already exists|stale|non-fast-forward|fetch first|incorrect old value|Unable to create .*\.lock/i;

/**
 * One push of many refs, each accepted or refused by itself. The lease makes it compare-and-swap, for creation too; as the
 * new commit's parent is the expected one, no push ever rewinds a ref. Throws only if the push as a whole was refused.
 */
export async function push(
  scratch: Scratch,
  moves: readonly Move[],
  dryRun = false,
): Promise<ReadonlyMap<string, Answer>> {
  const leases = moves.map(({ ref, expected }) => `--force-with-lease=${ref}:${expected ?? ''}`);
  const specs = moves.map(({ ref, oid }) => `${oid}:${ref}`);
  const options = ['--porcelain', '--no-verify', '--no-signed', '--no-progress', ...(dryRun ? ['--dry-run'] : [])];
  const result = await scratch.attempt(['push', ...options, ...leases, remoteName, ...specs]);
  const answers = parse(result);
  if (answers.size === 0 && result.code !== 0) {
    const error = failure('Writing the ledger', result);
    // Of these it is certain that nothing was changed; after a lost connection it is not.
    if (error.class !== 'transient' && error.code !== 'ledger-git-failed') throw error;
  }
  const words = toldBy(result);
  for (const [ref, answer] of answers) {
    // The line of a ref says only that a hook declined it; why stands in what the hook wrote.
    if (answer.state === 'refused' && words !== '')
      answers.set(ref, { ...answer, reason: `${answer.reason}; it said: ${words}` });
  }
  const reason = result.ended === null ? said(result.stderr) : `git was ended (${result.ended})`;
  return new Map(moves.map(({ ref }) => [ref, answers.get(ref) ?? { state: 'unknown', reason }] as const));
}

/** Most that is told of what a host wrote, in characters. */
const mostWords = 500;

/** What the host's hooks and rules wrote for people, on one line. */
function toldBy({ stderr }: GitResult): string {
  const lines = stderr.split('\n').flatMap((line) => /^remote: ?(.*\S)\s*$/.exec(line)?.[1]?.trim() ?? []);
  return lines
    .join(' ')
    .replace(/:\/\/[^/@\s]+@/g, '://***@')
    .slice(0, mostWords);
}

/** Lines `<flag>\t<from>:<to>\t<summary>`: the exit code says nothing about a single ref. */
function parse(result: GitResult): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const line of result.stdout.toString('utf8').split('\n')) {
    const [, flag, ref, summary] = /^([ +\-*!=])\t[^\t]*:([^\t:]+)\t(.*)$/.exec(line) ?? [];
    if (flag && ref) answers.set(ref, answerOf(flag, summary ?? ''));
  }
  return answers;
}

function answerOf(flag: string, summary: string): Answer {
  if (flag !== '!') return { state: 'landed' };
  if (summary.startsWith('[rejected]')) return { state: 'stale' };
  if (!summary.startsWith('[remote rejected]')) return { state: 'unknown', reason: summary };
  const reason = /\((.*)\)$/.exec(summary)?.[1] ?? summary;
  return conflict.test(reason) ? { state: 'stale' } : { state: 'refused', reason };
}
