import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manifest, manifestPath } from '../../__tests__/e2e/harness/fleet.js';
import { newRepo, type Repo } from '../../__tests__/e2e/harness/repo.js';
import type { JobRecord } from '../../src/model/record.js';
import type { CrashEngine, Seen } from './engine/engine.js';
import type { Declared, Story } from './story.js';
import { type Told, type Tool, toolIn } from './tool.js';

const run = promisify(execFile);

/** A repository with its host, an engine, and a fleet of equal jobs that points are tried on, one on each. */
export interface World {
  readonly engine: CrashEngine;
  readonly repo: Repo;
  readonly tool: Tool;
  readonly jobs: readonly string[];
  /** Commits what every job is declared as. */
  commit(declare: (job: string) => Declared): Promise<void>;
  /** Applies to some jobs, without a kill. */
  apply(jobs: readonly string[]): Promise<Told>;
  runsOf(job: string): Promise<readonly Seen[]>;
  /** The run of the job beside ours, as it is now. */
  readonly sibling: CrashEngine['sibling'];
  /** The record of a job as the git host has it; null where there is none. */
  record(job: string): Promise<Omit<JobRecord, 'good'> | null>;
  close(): Promise<void>;
}

/** A tool that has to wait for a slow machine must not run out of its time, which goes by the local cloud's clock. */
export const patient = ['--wait-for-minutes', '100000', '--max-parallel', '100'];
/** The same for `apply`, of as many jobs as there are. */
export const applying = ['apply', ...patient, '--max-changed-jobs', '1000'];

/** Opens a world in which version 0 of every job runs. Throws if it does not come up. */
export async function openWorld(story: Story, count: number): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const repo = await newRepo(folder);
  const engine = await story.open(folder);
  const jobs = Array.from({ length: count }, (_, i) => `orders-${i + 1}`);
  const tool = toolIn(folder, join(folder, 'clone'), repo, engine.calls, engine.env);
  const world: World = {
    engine,
    repo,
    tool,
    jobs,
    async commit(declare) {
      const all = jobs.map((job) => ({ name: job, ...declare(job) }));
      const files = Object.assign({}, ...all.map((one) => one.files)) as { [path: string]: string };
      const text = manifest(Object.fromEntries(all.map((one) => [one.name, one.job])));
      await repo.commit({ [manifestPath]: text, ...files });
    },
    apply: (some) => tool.run([...applying, ...choosing(some), ...story.flags]),
    runsOf: async (job) => (await engine.runs()).filter((seen) => seen.name === job || slotOf(seen.name) === job),
    sibling: engine.sibling,
    async record(job) {
      const ref = `refs/stream-rollout/production/${job}`;
      if ((await repo.ledger())[ref] === undefined) return null;
      const { stdout } = await run('git', ['-C', repo.origin, 'show', `${ref}:rollout.json`], { maxBuffer: 2 ** 24 });
      return JSON.parse(stdout) as Omit<JobRecord, 'good'>;
    },
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await engine.setUp(jobs);
    await engine.plantSibling();
    await world.commit((job) => story.declare(job, 0));
    const first = await world.apply(jobs);
    if (first.code !== 0) throw new Error(`version 0 does not run: ${JSON.stringify(first.report)}\n${first.stderr}`);
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

export function choosing(jobs: readonly string[]): readonly string[] {
  return ['--environment', 'production', '--jobs', jobs.join(',')];
}

/** Slots with names of their own are called `JOB-slot-a` and `JOB-slot-b`. */
function slotOf(name: string): string {
  return name.replace(/-slot-[ab]$/, '');
}
