import { afterAll, describe, expect, it } from '@jest/globals';
import { type Phase, type Played, play } from './play.js';
import { everyEffect, everyEngineState, everyPoint, everyState } from './point.js';
import { playPost } from './post.js';
import { gaps, stories } from './stories.js';
import { nameOf } from './story.js';

/**
 * `STREAM_ROLLOUT_CRASH_POINTS=all`: every phase and every point in it, equivalent or not. Without it, a process is killed after every call
 * and every push only, and late lists and a lost ledger are played on the way forward only, for the ways of starting a run that an engine
 * has: after a stop, in its place, and beside it.
 */
const all = process.env['STREAM_ROLLOUT_CRASH_POINTS'] === 'all';

const withLateLists: ReadonlySet<string> = new Set([
  'dataflow: in-place-update',
  'dataflow: drain-and-resubmit',
  'dataflow: parallel (slots)',
  'glue: restart',
  'glue: parallel (slots)',
  'flink: savepoint-upgrade',
  'managed-flink: in-place-update',
  'command: restart',
  'command: savepoint-upgrade',
]);

const phases: readonly Phase[] = [
  { name: 'killed', points: all ? everyPoint : everyState, lost: false, late: false },
  ...(all ? [{ name: 'ledger lost', points: everyPoint, lost: true, late: false }] : []),
  { name: 'late lists', points: all ? everyPoint : everyEffect, lost: false, late: true },
  { name: 'both', points: all ? everyPoint : everyEngineState, lost: true, late: true },
];

describe('killed at every point, a rerun converges to one run', () => {
  const played = new Map<string, readonly Played[]>();

  it('late lists are played for stories that there are', () => {
    const names = stories.filter(({ kind }) => kind === 'forward').map(nameOf);
    expect([...withLateLists].filter((name) => !names.includes(name))).toEqual([]);
  });

  // A rollback goes by the ledger alone: lost, there is nothing to go back to. An undo goes by its old settings, which are lost too.
  it.concurrent.each(stories.map((story) => [nameOf(story), story] as const))(
    '%s',
    async (name, story) => {
      const plain = !all && !withLateLists.has(name);
      const those = phases.filter(
        ({ lost, late }) => !(lost && story.kind === 'rollback') && !(plain && (lost || late)),
      );
      played.set(name, await play(story, those));
    },
    1_800_000,
  );

  it.concurrent.each(gaps.map((story) => [`${nameOf(story)}, post`, story] as const))(
    '%s',
    async (name, story) => {
      played.set(name, [{ phase: 'killed', points: await playPost(story, all ? everyPoint : everyState) }]);
    },
    1_800_000,
  );

  afterAll(() => {
    console.log(table(played));
  });
});

/** Points by pair and phase; in brackets those left out because another point is the same to a rerun. */
function table(played: ReadonlyMap<string, readonly Played[]>): string {
  const cell = (row: readonly Played[], { name }: Phase) => {
    const points = row.find((one) => one.phase === name)?.points;
    if (points === undefined) return '-';
    const left = (row[0]?.points ?? 0) - points;
    return left > 0 ? `${points} (${left})` : String(points);
  };
  const rows = [...played].map(([name, row]) => [name, ...phases.map((phase) => cell(row, phase))]);
  const sum = [...played.values()].flat().reduce((total, { points }) => total + points, 0);
  const lines = [['strategy on engine', ...phases.map((phase) => phase.name)], ...rows];
  const text = lines.map(([name, ...cells]) => (name ?? '').padEnd(46) + cells.map((one) => one.padStart(12)).join(''));
  return `Points at which the process was killed (left out as equivalent to another)\n${text.join('\n')}\n${sum} points`;
}
