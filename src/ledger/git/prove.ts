import { RolloutError } from '../../model/error.js';
import { makeCommits } from './commits.js';
import { push } from './push.js';
import { root } from './refs.js';
import type { Scratch } from './scratch.js';

/** Asks the host for the right to push without changing anything. What a rule or hook says is only known by a real push. */
export async function provePush(scratch: Scratch, atMs: number): Promise<void> {
  const [oid] = await makeCommits(scratch, [{ parent: null, message: 'probe', files: {} }], atMs);
  const ref = `${root}/probe`;
  const answer = (await push(scratch, [{ ref, expected: null, oid: oid ?? '' }], true)).get(ref);
  if (answer?.state === 'landed') return;
  if (answer?.state === 'unknown') {
    throw new RolloutError('ledger-unreachable', `The ledger could not be proven writable: ${answer.reason}.`, {
      class: 'transient',
      next: 'Check the network between the runner and the git host if this goes on, and run the same command again.',
    });
  }
  const why = answer?.state === 'refused' ? answer.reason : 'the probe was refused';
  throw new RolloutError('ledger-not-writable', `The ledger is not writable: ${why}.`, {
    next: 'Give the job `permissions: contents: write`.',
  });
}
