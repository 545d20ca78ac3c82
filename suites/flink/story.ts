import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/model/plan.js';
import type { JobRecord } from '../../src/model/record.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { type Checkout, makeCheckout } from '../support/checkout.js';
import { built, cached } from '../support/paths.js';
import { leftBehind, pushTrap } from '../support/push-trap.js';
import { tool } from '../support/tool.js';
import { until } from '../support/until.js';
import { type Line, linesOf } from './lines.js';
import { type JobLine, restOf } from './rest.js';
import type { Point, Tap } from './tap.js';

/** What of a job is otherwise than usual, in the manifest's shape. */
export interface Change {
  readonly target?: { readonly [field: string]: unknown };
  readonly job?: { readonly [field: string]: unknown };
  /** All calls with a fast clock, not the first one alone: who takes a killed process's rollout over waits for a minute. */
  readonly hurried?: boolean;
  /** The ledger is the git host's, so that a push to it can be held up; else it is a folder. */
  readonly hosted?: boolean;
}

/** The same for all commits of a story; some of it names the file that the job writes to. */
export type Usual = Change | ((output: string) => Change);

/** One job in a repository and on a cluster, rolled out by the built CLI. */
export interface Story {
  readonly name: string;
  /** What the job writes to. */
  readonly output: string;
  /** Commits the job with the jar of a version (`v1`, `v2-crash` …). */
  commit(version: string, change?: Change): Promise<void>;
  plan(): Promise<Plan>;
  /** Runs `apply`, `resume` … and gives what became of the job. Throws with what was printed if it is not told. */
  run(mode: string, ...args: readonly string[]): Promise<JobReport>;
  /**
   * Runs `apply` and kills it (SIGKILL) at a call to the cluster, or at a push to the ledger; false: it ended before. `meanwhile`: what else
   * happens while it is held up there; it is waited for.
   */
  killedAt(where: Tap | 'push', point: Point, meanwhile?: () => Promise<void>): Promise<boolean>;
  /** Runs `apply`; while it is held up at a call to the cluster something else happens, and then it goes on. */
  heldAt(tap: Tap, point: Point, meanwhile: () => Promise<void>): Promise<JobReport>;
  /** The job's record in the ledger of the git host. */
  record(): Promise<JobRecord>;
  lines(): readonly Line[];
  /** Waits until so many more numbers were processed, by that version. */
  processed(count: number, version?: string): Promise<void>;
  /** Runs on the cluster under the job's name, or that of its other slot, that have not ended. */
  active(): Promise<readonly JobLine[]>;
  close(): Promise<void>;
}

const rate = 100;

/**
 * The engine’s own gates, with the times of jobs that take a checkpoint a second. Flink shows a rate after some seconds only;
 * and restarts decide nothing here, since a busy machine misses a sample of one a second.
 */
const gates = [
  { signal: 'throughput', mode: 'converge', min: 0.001, for: '0s', deadline: '1s', advisory: true },
  { signal: 'checkpoints', mode: 'converge', min: 2, for: '0s', deadline: '5m', interval: '1s' },
  { signal: 'restarts', mode: 'budget', 'max-delta': 1, interval: '1s', advisory: true },
  { signal: 'lost-state-names', mode: 'converge', max: 0, for: '0s', deadline: '5m', interval: '1s' },
  { signal: 'new-state-names', mode: 'converge', max: 0, for: '0s', deadline: '5m', interval: '1s', advisory: true },
];

/** Opens a story. `url` is where the tool reaches the cluster, `direct` where the test does. */
export async function openStory(name: string, url: string, given: Usual = {}, direct = url): Promise<Story> {
  const checkout: Checkout = await makeCheckout();
  const folder = mkdtempSync(join(tmpdir(), 'story-'));
  const output = join(folder, 'lines');
  const usual = typeof given === 'function' ? given(output) : given;
  const rest = restOf(direct);
  const host = usual.hosted === true ? await hostOf(checkout, join(folder, 'origin.git')) : null;
  const pushes = host === null ? null : pushTrap(host, join(folder, 'held-push'));
  const ledger = host === null ? ['--ledger', `file:${join(folder, 'ledger')}`] : [];
  let started = false;

  const manifest = (change: Change) => ({
    version: 1,
    name: 'suite',
    environments: { production: {} },
    jobs: {
      [name]: {
        engine: 'flink',
        target: {
          url,
          jar: { file: 'job.jar' },
          arguments: [output, String(rate), name],
          parallelism: 2,
          ...usual.target,
          ...change.target,
        },
        sink: 'append',
        verify: { 'running-within': '30s', bake: '2s', gates },
        ...usual.job,
        ...change.job,
        ...(started && usual.hurried !== true ? {} : { verify: unhurried }),
      },
    },
  });
  const active = async () => {
    const ended = ['FINISHED', 'CANCELED', 'FAILED'];
    return (await rest.jobs()).filter((one) => [name, `${name}-b`].includes(one.name) && !ended.includes(one.state));
  };
  const environment = () => ({ ...compiled, ...(started && usual.hurried !== true ? {} : hurried(url)) });
  async function run(mode: string, ...args: readonly string[]): Promise<JobReport> {
    const { document, stderr } = await tool<Report>(checkout.path, environment(), mode, ...ledger, ...args);
    started = true;
    const found = document.jobs?.find(({ job }) => job === name);
    if (found === undefined)
      throw new Error(`${mode} told nothing of ${name}:\n${JSON.stringify(document)}\n${stderr}`);
    return found;
  }

  return {
    name,
    output,
    async commit(version, change = {}) {
      mkdirSync(join(checkout.path, '.github'), { recursive: true });
      copyFileSync(cached('flink', 'jobs', `${version}.jar`), join(checkout.path, 'job.jar'));
      writeFileSync(join(checkout.path, '.github/streaming-jobs.yml'), JSON.stringify(manifest(change), null, 2));
      await checkout.git('add', '-A');
      await checkout.git('commit', '-q', '--allow-empty', '-m', `${name}: ${version}`);
      if (host !== null) await checkout.git('push', '-q', 'origin', 'main');
    },
    plan: async () => (await tool<Plan>(checkout.path, {}, 'plan', ...ledger)).document,
    run,
    async killedAt(where, point, meanwhile = async () => {}) {
      const trap = where === 'push' ? pushes : where;
      if (trap === null) throw new Error('a push is held up at a git host');
      await trap.set(point);
      // A group of its own: what a killed process leaves behind is waited for.
      const child = spawn(process.execPath, [built('cli.js'), 'apply', ...ledger, '--json'], {
        cwd: checkout.path,
        env: { ...process.env, ...environment() },
        stdio: 'ignore',
        detached: true,
      });
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
      const what = `${name}: ${point.when} ${where === 'push' ? 'push' : 'change'} ${point.nth}`;
      await until(what, async () => (await trap.sprung()) || child.exitCode !== null, Boolean);
      const isThere = await trap.sprung();
      if (isThere) await meanwhile();
      child.kill('SIGKILL');
      await ended;
      await trap.release();
      if (child.pid !== undefined) await leftBehind(child.pid);
      return isThere;
    },
    async heldAt(tap, point, meanwhile) {
      await tap.set(point);
      const done = run('apply');
      await until(`${name}: ${point.when} change ${point.nth}`, () => tap.sprung(), Boolean);
      await meanwhile();
      await tap.release();
      return done;
    },
    async record() {
      if (host === null) throw new Error('the ledger is a folder');
      const ref = `refs/stream-rollout/production/${name}`;
      return JSON.parse(await checkout.git('--git-dir', host, 'show', `${ref}:rollout.json`)) as JobRecord;
    },
    lines: () => linesOf(output),
    async processed(count, version) {
      const of = () => linesOf(output).filter((line) => version === undefined || line.version === version).length;
      const before = of();
      await until(
        `${count} numbers by ${version ?? name}`,
        async () => of() - before,
        (more) => more >= count,
        20,
      );
    },
    active,
    async close() {
      for (const { jid } of await active()) await rest.cancel(jid);
      checkout.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A bare repository as the checkout's `origin`; gives its path. */
async function hostOf(checkout: Checkout, origin: string): Promise<string> {
  await checkout.git('init', '-q', '--bare', '-b', 'main', origin);
  await checkout.git('remote', 'add', 'origin', `file://${origin}`);
  return origin;
}

/** Where Node keeps what it compiled: start-up is most of what many of these calls cost. */
const compiled = { NODE_COMPILE_CACHE: cached('compiled') };

/** An empty ledger is met with a wait of more than a minute; the first call of a story makes it short, as it may on this machine alone. */
const unhurried = {
  'running-within': '10m',
  bake: '30s',
  // Its samples come so fast by that clock that a busy machine misses some.
  gates: [{ signal: 'restarts', mode: 'budget', 'max-delta': 1, advisory: true }],
};

function hurried(url: string): { readonly [name: string]: string } {
  return { STREAM_ROLLOUT_FLINK_URL: url, STREAM_ROLLOUT_CLOCK_RATE: '15' };
}
