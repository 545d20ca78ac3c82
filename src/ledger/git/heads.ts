import { RolloutError } from '../../model/error.js';
import { said } from './failures.js';
import { isLedgerRef, root } from './refs.js';
import { remoteName, type Scratch } from './scratch.js';

/** Commits that the remote's refs point to now, by ref. `patterns` are refs or end in `/*`; `git` says how patiently it is asked. */
export async function heads(git: Scratch['git'], patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const result = await git('Reading the ledger', ['ls-remote', '--quiet', remoteName, ...patterns]);
  const found = new Map<string, string>();
  for (const line of result.stdout.toString('utf8').split('\n')) {
    const [oid, ref] = line.split('\t');
    if (oid && ref && isLedgerRef(ref)) found.set(ref, oid);
  }
  return found;
}

/** Inside `scratch.alone`: fetches refs at a depth into a namespace of the scratch repository; answers with what was got, by ref. */
export async function fetchRefs(
  scratch: Scratch,
  refs: readonly string[],
  depth: number,
): Promise<ReadonlyMap<string, string>> {
  const options = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--force',
    `--depth=${depth}`,
  ];
  const specs = refs.map((ref) => `+${ref}:${fetched(ref)}\n`).join('');
  await scratch.ask('Reading the ledger', ['fetch', ...options, '--stdin', remoteName], specs);
  const wanted = new Set(refs);
  const listed = await scratch.git('Reading the ledger', [
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/fetched/',
  ]);
  const found = new Map<string, string>();
  for (const line of listed.stdout.toString('utf8').split('\n')) {
    const [oid, name] = line.split(' ');
    const ref = name?.replace('refs/fetched/', `${root}/`);
    if (oid && ref && wanted.has(ref)) found.set(ref, oid);
  }
  const missing = refs.find((ref) => !found.has(ref));
  if (missing === undefined) return found;
  throw new RolloutError('ledger-unreachable', `Reading the ledger: ${missing} was not sent: ${said(listed.stderr)}`, {
    class: 'transient',
  });
}

function fetched(ref: string): string {
  return ref.replace(`${root}/`, 'refs/fetched/');
}
