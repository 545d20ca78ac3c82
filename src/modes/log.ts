import type { LogEntry } from '../ledger/ledger.js';
import type { Bench } from './bench.js';
import { readKnown } from './ledger-jobs.js';

export interface Log {
  readonly version: 1;
  readonly kind: 'log';
  readonly entries: readonly LogEntry[];
}

/** The ledger's entries, newest first, over the chosen jobs. */
export async function log(bench: Bench, limit: number): Promise<Log> {
  const ledger = await bench.ledger();
  const entries: LogEntry[] = [];
  for (const { environment, held } of await readKnown(bench)) {
    for (const job of held.keys()) entries.push(...(await ledger.log(environment, job, limit)));
  }
  entries.sort((a, b) => b.at.localeCompare(a.at) || b.record.counter - a.record.counter);
  return { version: 1, kind: 'log', entries: entries.slice(0, limit) };
}

/** Reads like `git log`. */
export function renderLog(found: Log): string {
  if (found.entries.length === 0) return 'The ledger has no entries.';
  return found.entries
    .map((entry) => {
      const { record } = entry;
      const lines = [
        `rollout ${record.rollout} (${entry.environment}/${entry.job}, number ${record.n})`,
        `Date:     ${entry.at}`,
        `Revision: ${record.revision}${record.commit === null ? '' : ` of commit ${record.commit.slice(0, 12)}`}`,
      ];
      if (record.plan?.actor) lines.push(`Actor:    ${record.plan.actor}`);
      if (record.workflowUrl) lines.push(`Run:      ${record.workflowUrl}`);
      return `${lines.join('\n')}\n\n    ${entry.message}\n`;
    })
    .join('\n');
}
