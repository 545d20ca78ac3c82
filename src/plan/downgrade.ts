import type { Relation } from '../changes/relation.js';
import { type About, commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Consent } from './input.js';
import { short } from './words.js';

/**
 * The commit of the newest rollout of a job, open or closed, by the ledger and by stamps of runs that are ours; null where none
 * is known. Callers ask how it relates to the plan's commit before they plan.
 */
export function deployedCommit(record: JobRecord | null, ours: readonly Run[]): string | null {
  const stamped = ours.flatMap((run) => (run.stamp === null ? [] : [run.stamp])).sort((a, b) => b.n - a.n)[0];
  if (record === null) return stamped?.commit ?? null;
  return stamped !== undefined && stamped.n > record.n ? stamped.commit : record.commit;
}

export interface Direction {
  readonly finding: Finding | null;
  readonly used: Consent | null;
}

/** An ancestor never replaces its descendant unless accepted; where the relation is not clear, that is told. */
export function directionOf(
  about: About,
  relation: Relation,
  deployed: string,
  accept: ReadonlySet<Consent>,
): Direction {
  switch (relation) {
    case 'descendant':
    case 'same':
      return { finding: null, used: null };
    case 'ancestor':
      if (accept.has('downgrade')) return { finding: null, used: 'downgrade' };
      return {
        finding: {
          code: 'downgrade',
          level: 'error',
          message: `the newer commit ${short(deployed)} is deployed, and this one is its ancestor`,
          next: `apply it all the same with \`accept: downgrade\`, or go back by: ${commandOf('rollback', about)}`,
        },
        used: null,
      };
    default: {
      const why = relation === 'diverged' ? 'the two diverged' : 'the history is not there to tell';
      const message = `whether this commit comes after the deployed ${short(deployed)} is not known: ${why}`;
      return { finding: { code: 'relation-unknown', level: 'notice', message }, used: null };
    }
  }
}
