import { join } from 'node:path';
import { install } from '../suites/flink/install.mjs';
import { median, run } from './processes.mjs';

const root = join(import.meta.dirname, '..');
/** An upgrade of each way in each round; each takes some seconds. */
const mostRounds = 9;
/** The lines of Flink, with the size of the jar in megabytes: the least there is, and one with its libraries inside. */
const worlds = [
  ['1.20.5', 0],
  ['2.3.0', 0],
  ['2.3.0', 30],
];

/**
 * The processing gap of an upgrade on real clusters: ours against raw requests that were prepared (the engine's floor), and against the usual
 * script (stop, then upload, then run). From the records that the job wrote.
 */
export async function flinkGap({ node, dist, rounds, row, log }) {
  install();
  for (const [version, megabytes] of worlds) {
    const count = String(Math.min(rounds, mostRounds));
    const args = [join(root, 'scripts', 'run.mjs'), 'bench/flink-gap.ts', version, count, String(megabytes)];
    const { stdout } = await run(node, args, { cwd: root, env: { STREAM_ROLLOUT_DIST: dist } });
    const { gaps, told } = JSON.parse(stdout);
    const floor = median(gaps.floor);
    const where = `${version}, ${megabytes === 0 ? 'a jar of 8 kB' : `a jar of ${megabytes} MB`}`;
    const compared = (what, ms, budget = null) =>
      row({ what: `${where}: ${what}`, ms, ratio: ms / floor, of: 'the floor', budget });
    compared('prepared stop and run by raw requests, the floor', floor);
    compared('our upgrade', median(gaps.ours), 1.2);
    compared('the usual script: stop, upload, run', median(gaps.usual));
    compared('our upgrade, by the report', median(told));
    const spread = Object.entries({ ...gaps, report: told }).map(
      ([name, all]) => `${name} ${Math.min(...all)} to ${Math.max(...all)}`,
    );
    log(`${where}; ${gaps.ours.length} upgrades each, in ms, least and most: ${spread.join('; ')}.`);
  }
}
