import { RolloutError } from '../model/error.js';
import { type Git, gitFailed } from './git.js';

/** Reads blobs by their ids with one process. Throws where one is missing: identities are never made of guesses. */
export async function readBlobs(git: Git, oids: readonly string[]): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(oids)];
  const blobs = new Map<string, Buffer>();
  if (wanted.length === 0) return blobs;
  const answer = await git.stream(['cat-file', '--batch'], { input: wanted.map((oid) => `${oid}\n`).join('') });
  if (answer.code !== 0) throw gitFailed(answer, 'read file contents');
  let at = 0;
  for (const oid of wanted) {
    const endOfLine = answer.stdout.indexOf(0x0a, at);
    const [, type, size] = answer.stdout.toString('latin1', at, endOfLine).split(' ');
    if (type !== 'blob') throw missing(oid);
    at = endOfLine + 1;
    blobs.set(oid, answer.stdout.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

export function missing(oid: string): RolloutError {
  return new RolloutError('git-object-missing', `The object ${oid} is not in this checkout and could not be fetched.`, {
    class: 'input',
    next: 'check the commit out again (actions/checkout with fetch-depth: 0 fetches all of the history)',
  });
}
