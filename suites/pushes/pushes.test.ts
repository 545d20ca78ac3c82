import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openCloud } from '../../__tests__/e2e/harness/cloud.js';
import {
  dataflowJob,
  glueJob,
  location,
  manifest,
  manifestPath,
  project,
  region,
  script,
  template,
} from '../../__tests__/e2e/harness/fleet.js';
import { newRepo, type Repo } from '../../__tests__/e2e/harness/repo.js';
import type { Report } from '../../src/model/report.js';
import { command } from '../support/command.js';
import { built } from '../support/paths.js';

/**
 * Most pushes of one rollout: the design's budget is 12 for 500 jobs. `rate`: how many times as fast as the real one the local cloud's clock
 * runs. The faster it is, and the more else the machine does, the further the tool's own work spreads the ends of the rollouts, and with them
 * the pushes: the fleets take turns, and want the machine for themselves.
 */
const fleets = [
  { jobs: 1, most: 5, rate: 20 },
  { jobs: 50, most: 12, rate: 8 },
  { jobs: 500, most: 12, rate: 4 },
];

/** Five minutes of throughput that nobody here asks about would only be waited for. */
const verify = { 'running-within': '2h', bake: '2m', gates: [{ signal: 'throughput', min: 0.001, advisory: true }] };
const isGlue = (index: number) => index % 2 === 1;
const nameOf = (index: number) => `stream-${index}`;

describe('pushes to the ledger', () => {
  it.each(fleets)(
    '$jobs jobs: one to adopt them, at most $most to roll all of them out at once, none when nothing changed',
    async ({ jobs, most, rate }) => {
      const folder = mkdtempSync(join(tmpdir(), 'pushes-'));
      const repo = await newRepo(folder);
      const cloud = await openCloud(rate);
      const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', ...cloud.env };
      const pushes = pushesTo(repo, join(folder, 'pushes'));
      const apply = async (outcome: string) => {
        const all = ['--max-changed-jobs', String(jobs), '--max-parallel', String(jobs)];
        const args = [built('cli.js'), 'apply', '--environment', 'production', ...all, '--json'];
        const done = await command(process.execPath, args, { cwd: join(folder, 'clone'), env, timeoutSeconds: 500 });
        const told = (JSON.parse(done.stdout) as Report).jobs.map(
          (job) => `${job.outcome} ${job.code}: ${job.message}`,
        );
        const others = told.filter((text) => !text.startsWith(`${outcome} `));
        expect([told.length, others]).toEqual([jobs, []]);
        return pushes();
      };
      try {
        await cloud.set({ service: 'dataflow', concurrentJobs: 2 * jobs + 10 });
        await cloud.set({ service: 'glue', runQuota: 2 * jobs + 10 });
        for (let index = 0; index < jobs; index += 1) await cloud.plant(startedByHand(index));
        await repo.commit(filesOf(jobs, 1));
        expect((await apply('adopted')).length).toBe(1);
        await repo.commit(filesOf(jobs, 2));
        const rolled = await apply('succeeded');
        console.log(`${jobs} jobs: ${rolled.length} pushes, of ${rolled.join(', ')} refs`);
        expect(rolled.length).toBeLessThanOrEqual(most);
        // All are opened by the first one, and each is closed by one of the others.
        expect(rolled[0]).toBe(jobs);
        expect(rolled.slice(1).reduce((sum, refs) => sum + refs, 0)).toBeGreaterThanOrEqual(jobs);
        expect(await apply('unchanged')).toEqual([]);
      } finally {
        await cloud.close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    900_000,
  );
});

/** Notes at the git host how many of the ledger's refs each push moves; the answer takes what it gives away. */
function pushesTo(repo: Repo, log: string): () => readonly number[] {
  const hook = join(repo.origin, 'hooks', 'pre-receive');
  mkdirSync(join(repo.origin, 'hooks'), { recursive: true });
  writeFileSync(
    hook,
    `#!/bin/sh\ncount=$(grep -c refs/stream-rollout/)\n[ "$count" = 0 ] || echo "$count" >> '${log}'\n`,
  );
  chmodSync(hook, 0o755);
  return () => {
    const all = existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number) : [];
    rmSync(log, { force: true });
    return all;
  };
}

function filesOf(jobs: number, version: number): { readonly [path: string]: string } {
  const indexes = Array.from({ length: jobs }, (_, index) => index);
  const declared = indexes.map((index) => {
    const name = nameOf(index);
    return [name, isGlue(index) ? glueJob(name, {}, { verify }) : dataflowJob(name, {}, { verify })] as const;
  });
  return {
    [manifestPath]: manifest(Object.fromEntries(declared)),
    ...Object.fromEntries(
      indexes.map((index) => {
        const name = nameOf(index);
        return isGlue(index)
          ? [`glue/${name}.py`, script(`${name} ${version}`)]
          : [`templates/${name}.json`, template(`${name}-${version}`.padEnd(20 + version, 'x'))];
      }),
    ),
  };
}

function startedByHand(index: number) {
  const name = nameOf(index);
  if (!isGlue(index)) return { service: 'dataflow', name, project, region: location };
  const definition = {
    Role: 'arn:aws:iam::123456789012:role/streams',
    Command: { Name: 'gluestreaming', ScriptLocation: `s3://planted/${name}.py`, PythonVersion: '3' },
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    Timeout: 0,
    ExecutionProperty: { MaxConcurrentRuns: 1 },
  };
  return { service: 'glue', jobName: name, region, definition };
}
