import type { JobRecord } from '../model/record.js';

/** What a report says of a rollout whose lock another process has. */
export interface Lost {
  readonly outcome: 'superseded' | 'interrupted';
  readonly code: 'superseded' | 'rollout-lost';
  readonly cause: string;
}

/**
 * What became of a rollout whose lock was lost (PROTOCOL 4): `superseded` if a newer commit has it now, else `interrupted`. `now` is what
 * stands in the ledger; null: nothing could be read.
 */
export function lostTo(own: JobRecord, now: JobRecord | null): Lost {
  const lost = (cause: string): Lost => ({ outcome: 'interrupted', code: 'rollout-lost', cause });
  if (now === null) return lost('what stands in the ledger now is not known');
  const who = now.holder?.name ?? now.workflowUrl;
  const by = who === null ? '' : ` (${who})`;
  if (now.n > own.n || (now.n === own.n && now.rollout !== own.rollout)) {
    const of = now.commit === null ? '' : ` of commit ${now.commit.slice(0, 12)}`;
    const cause = `rollout ${now.n}${of} has the job now${by}`;
    return now.n > own.n ? { outcome: 'superseded', code: 'superseded', cause } : lost(cause);
  }
  if (now.closed?.outcome === 'superseded')
    return { outcome: 'superseded', code: 'superseded', cause: `rollout ${own.n} was closed: ${now.closed.message}` };
  // Who closed it is not recorded: its workflow is the one that opened it, most likely this very process.
  if (now.closed !== null) return lost(`rollout ${own.n} was closed as ${now.closed.outcome}`);
  if (now.closingFor != null)
    return { outcome: 'superseded', code: 'superseded', cause: `${now.closingFor}${by}, and closes rollout ${own.n}` };
  return lost(now.holder === null ? `nobody holds rollout ${own.n} now` : `rollout ${own.n} is held by ${who}`);
}
