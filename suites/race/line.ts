import type { LogEntry } from '../../src/ledger/ledger.js';
import type { Finish, Kind, Racer } from './racer.js';

/** How many of a race are workflow steps; the others are commands of people. */
const actions: { readonly [processes: number]: number } = { 2: 1, 10: 3 };

export function kindsOf(processes: number): readonly Kind[] {
  const steps = actions[processes] ?? 0;
  return Array.from({ length: processes }, (_, index) => (index < steps ? 'action' : 'cli'));
}

/** Both entry points tell of their plan before they open anything. */
const planned = /plan(?: hash:)? [0-9a-f]{16}/i;

/** Lets all go on together once each has made its plan: what they then write is against the same record. `off` is called before. */
export async function offTogether(racers: readonly Racer[], off: () => Promise<void>): Promise<readonly Finish[]> {
  await Promise.all(
    racers.map(async (racer) => {
      await racer.shows(planned);
      racer.freeze();
    }),
  );
  await off();
  for (const racer of racers) racer.thaw();
  return Promise.all(racers.map(({ finish }) => finish));
}

/** What a history of compare-and-swaps can't hide: an entry that is missing, or one of somebody who did not hold the rollout. */
export function flawsOf(history: readonly LogEntry[]): readonly string[] {
  const flaws: string[] = [];
  for (const [index, { record, message }] of history.entries()) {
    const before = history[index - 1]?.record ?? null;
    if (record.counter !== index + 1) flaws.push(`entry ${index + 1} has the counter ${record.counter}: ${message}`);
    if (before === null || before.rollout !== record.rollout) continue;
    if (before.closed !== null) flaws.push(`written after the close of rollout ${record.n}: ${message}`);
    const [was, is] = [before.holder?.nonce, record.holder?.nonce];
    const tookOver = message.includes('take over rollout');
    if (is !== undefined && was !== undefined && is !== was && !tookOver) flaws.push(`another holder: ${message}`);
    if (!startsWith(record.journal, before.journal)) flaws.push(`steps were lost: ${message}`);
  }
  return flaws;
}

/** Entries are added behind those that are there. */
function startsWith(all: readonly unknown[], start: readonly unknown[]): boolean {
  return JSON.stringify(all.slice(0, start.length)) === JSON.stringify(start);
}
