import type { LogEntry } from '../ledger/ledger.js';
import type { JobRecord } from '../model/record.js';
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
      const lines: readonly (readonly [string, string | null])[] = [
        ['Date', entry.at],
        ['Actor', record.plan?.actor ?? null],
        ['Workflow', record.workflowUrl],
        ['Revision', `${record.revision}${record.commit === null ? '' : ` of commit ${record.commit.slice(0, 12)}`}`],
        ['Strategy', strategyOf(record)],
        ['Accepted', record.plan?.accepted.join(', ') || null],
        ['Outcome', outcomeOf(record)],
        ['Runs', runsOf(record)],
      ];
      const head = `rollout ${record.rollout} (${entry.environment}/${entry.job}, number ${record.n})`;
      const told = lines.flatMap(([name, value]) => (value === null ? [] : [`${`${name}:`.padEnd(10)}${value}`]));
      return `${[head, ...told].join('\n')}\n\n    ${entry.message}\n`;
    })
    .join('\n');
}

function strategyOf({ plan }: JobRecord): string | null {
  if (plan === null) return null;
  return plan.requestedRollback ? `${plan.strategy}, a rollback that was asked for` : plan.strategy;
}

/** What it came to, as far as it had come when the entry was written. */
function outcomeOf({ closed, direction, undoReason }: JobRecord): string {
  if (closed !== null) return closed.message === '' ? closed.outcome : `${closed.outcome}: ${closed.message}`;
  return direction === 'undo' ? `open, turned back: ${undoReason?.message ?? 'no reason is recorded'}` : 'open';
}

/** The run that was replaced, those that the rollout made, and what ran at its close. */
function runsOf({ predecessor, journal, closed }: JobRecord): string | null {
  const launches = new Set(['start', 'overlap', 'replace', 'roll']);
  const made = journal.flatMap(({ verb, state, run }) =>
    launches.has(verb) && state === 'succeeded' && run !== null ? [run] : [],
  );
  const parts = [
    predecessor === null ? '' : `replaces ${predecessor.run}`,
    made.length === 0 ? '' : `started ${[...new Set(made)].join(', ')}`,
    closed === null
      ? ''
      : closed.runs === null || (closed.outcome === 'skipped' && closed.runs.length === 0)
        ? 'what ran at the close was not looked at'
        : closed.runs.length === 0
          ? 'nothing ran at the close'
          : `ran at the close: ${closed.runs.join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join('; ');
}
