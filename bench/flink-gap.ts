// Upgrades one job on a real cluster in three ways, in turn; prints JSON. usage: flink-gap.mjs VERSION ROUNDS MEGABYTES
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../suites/flink/cluster.js';
import { type Line, linesOf } from '../suites/flink/lines.js';
import { restOf } from '../suites/flink/rest.js';
import { openStory } from '../suites/flink/story.js';
import { cached } from '../suites/support/paths.js';
import { until } from '../suites/support/until.js';

/** Records a second: a gap is known to a fifth of a hundredth of a second. */
const rate = 500;
/** Time between two polls of a savepoint by hand, in milliseconds. */
const everyMs = 20;
/** Both versions' own savepoints and checkpoints are quiet for so long before the next upgrade, in milliseconds. */
const restMs = 1500;

const soon = { mode: 'converge', for: '0s', interval: '1s', deadline: '1m' };
const verify = {
  'running-within': '1m',
  bake: '1s',
  gates: [
    { signal: 'checkpoints', ...soon, min: 1 },
    { signal: 'restarts', mode: 'budget', 'max-delta': 1, interval: '1s', advisory: true },
    { signal: 'throughput', ...soon, min: 0.001, advisory: true },
    { signal: 'lost-state-names', ...soon, max: 0, advisory: true },
    { signal: 'new-state-names', ...soon, max: 0, advisory: true },
  ],
};

/** One way to upgrade: it starts the job, and brings the other version up; what it knows of the gap, in milliseconds. */
interface Way {
  readonly output: string;
  upgrade(version: 'v1' | 'v2'): Promise<number | null>;
  close(): Promise<void>;
}

const [version = '2.3.0', rounds = '9', megabytes = '0'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'bench-flink-gap-'));
for (const name of ['v1', 'v2']) fatten(name);
const cluster = await startCluster({ version: version as Cluster['version'], slots: 12 });
const rest = restOf(cluster.url);
const ways = { floor: await byHand('floor', true), ours: await ours(), usual: await byHand('usual', false) };
const gaps: { readonly [way: string]: number[] } = { floor: [], ours: [], usual: [] };
const told: number[] = [];
try {
  // The first round warms classes and connections up.
  for (let round = 0; round <= Number(rounds); round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const next = round % 2 === 0 ? 'v2' : 'v1';
      const reported = await way.upgrade(next);
      const found = await gapBefore(way.output, next);
      if (round === 0) continue;
      gaps[name]?.push(found);
      if (reported !== null) told.push(reported);
    }
  }
  console.log(JSON.stringify({ gaps, told }));
} finally {
  for (const way of Object.values(ways)) await way.close();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The jar of a version beside the one of the suite: larger, as by libraries inside, of which nothing is used. */
function fatten(name: string): void {
  const [from, to] = [cached('flink', 'jobs', `${name}.jar`), cached('flink', 'jobs', `fat-${name}.jar`)];
  copyFileSync(from, to);
  writeFileSync(join(folder, 'libraries'), randomBytes(Number(megabytes) * 1024 * 1024));
  const done = spawnSync('jar', ['--update', '--file', to, '--no-compress', '-C', folder, 'libraries']);
  if (done.status !== 0) throw new Error(`jar: ${done.stderr}`);
}

/** The time between the last record of the old version and the first one of the new, when that one is well under way. */
async function gapBefore(output: string, next: string): Promise<number> {
  const after = () => {
    const lines = linesOf(output);
    const last = lines.findLastIndex((line) => line.version !== next);
    return { before: lines[last], lines: lines.slice(last + 1) };
  };
  const { before, lines } = await until(
    `records of ${next}`,
    async () => after(),
    (seen) => seen.lines.length > rate / 10,
  );
  await new Promise((resolve) => setTimeout(resolve, restMs));
  return (lines[0] as Line).at - (before as Line).at;
}

/** Raw requests: the floor has its jars on the cluster and their graphs made before it stops anything; the usual script uploads in between. */
async function byHand(name: string, prepared: boolean): Promise<Way> {
  const output = join(folder, name);
  const common = { programArgsList: [output, String(rate), name], parallelism: 2 };
  const jar = (which: string) => rest.upload(cached('flink', 'jobs', `fat-${which}.jar`));
  const jars = { v1: await jar('v1'), v2: await jar('v2') };
  for (const id of Object.values(jars)) await rest.done('POST', `/jars/${id}/plan`, common);
  let run = await rest.run(jars.v1, common);
  await rest.running(run, 2);
  return {
    output,
    async upgrade(next) {
      const location = await rest.savepoint(run, 'NATIVE', 'stop', everyMs);
      const id = prepared ? jars[next] : await jar(next);
      run = await rest.run(id, { ...common, savepointPath: location, claimMode: 'NO_CLAIM' });
      await rest.running(run, 1);
      return null;
    },
    close: () => rest.cancel(run),
  };
}

/** The built CLI, with everything that it does before and after. */
async function ours(): Promise<Way> {
  const story = await openStory('ours', cluster.url, (output) => ({
    target: { arguments: [output, String(rate), 'ours'] },
    job: { verify },
  }));
  await story.commit('fat-v1');
  const first = await story.run('apply');
  if (first.outcome !== 'succeeded') throw new Error(JSON.stringify(first));
  return {
    output: story.output,
    async upgrade(next) {
      await story.commit(`fat-${next}`);
      const done = await story.run('apply');
      if (done.outcome !== 'succeeded') throw new Error(JSON.stringify(done));
      return done.gapSeconds === null ? null : done.gapSeconds * 1000;
    },
    close: () => story.close(),
  };
}
