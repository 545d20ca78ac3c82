import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Cloud, startCloud } from '../emulators/cloud.js';
import type { Plan } from '../src/model/plan.js';
import type { Report } from '../src/model/report.js';

/** The lines of the Jenkins, GitLab and Airflow examples, carried out over the command example: its job, a remote, a bucket. */
const home = mkdtempSync(join(tmpdir(), 'example-elsewhere-'));
const [origin, runs, tool] = [join(home, 'origin.git'), join(home, 'runs'), join(home, 'cli.mjs')];
const manifestPath = join('.github', 'streaming-jobs.yml');
const none = '0'.repeat(40);
let cloud: Cloud;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line as the CI system's shell does, with the function that the example defines before. */
function shell(cwd: string, line: string, more: { readonly [name: string]: string } = {}): Promise<Ended> {
  const script = `set -eo pipefail\nstream_rollout() { node "$TOOL" "$@"; }\n${line}\n`;
  return ended(spawn('bash', ['-c', script], { cwd, env: { ...environment(), TOOL: tool, ...more } }));
}

function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

function environment(): { [name: string]: string | undefined } {
  return {
    ...cloud.env,
    PATH: process.env['PATH'],
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    SENSORS_TOKEN: 'canary-token',
  };
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env: environment(), encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A checkout of one commit, as CI systems make it. */
function checkout(name: string): string {
  git(home, 'clone', '-q', '--depth', '1', `file://${origin}`, name);
  return join(home, name);
}

/** Pushes another version of what the job runs; `machine` is where it runs, so that each CI system has a fleet of its own. */
function commit(text: string, machine: string): void {
  const folder = checkout(`work-${text}`);
  writeFileSync(join(folder, 'streams', 'sensors.txt'), `${text}\n`);
  const manifest = readFileSync('examples/command/.github/streaming-jobs.yml', 'utf8');
  writeFileSync(join(folder, manifestPath), manifest.replace('/srv/runs', join(runs, machine)));
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', `Sensors ${text}`);
  git(folder, 'push', '-q', 'origin', 'main');
}

const documentAt = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
const outcomes = (report: Report) => report.jobs.map(({ outcome }) => outcome);

beforeAll(async () => {
  cloud = await startCloud({ clockRate: 10 });
  const { build } = await import('esbuild');
  await build({
    entryPoints: ['src/cli.ts'],
    ...{ outfile: tool, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
  git(home, 'init', '-q', '--bare', '-b', 'main', origin);
  const first = join(home, 'first');
  cpSync('examples/command', first, { recursive: true });
  git(first, 'init', '-q', '-b', 'main');
  git(first, 'add', '-A');
  git(first, 'commit', '-q', '-m', 'Sensors');
  git(first, 'push', '-q', `file://${origin}`, 'main');
  const bucket = await fetch(`${cloud.services['s3']}/acme-streams-ledger`, { method: 'PUT' });
  expect(bucket.status).toBe(200);
}, 120_000);

afterAll(async () => {
  for (const path of existsSync(runs) ? readdirSync(runs, { recursive: true, encoding: 'utf8' }) : []) {
    if (!path.endsWith('run.json') || existsSync(join(runs, path, '..', 'exit'))) continue;
    process.kill(-documentAt<{ pid: number }>(join(runs, path)).pid, 'SIGKILL');
  }
  rmSync(home, { recursive: true, force: true });
  await cloud.close();
});

describe('the lines of .gitlab-ci.yml', () => {
  interface Job {
    readonly script: readonly string[];
  }
  const jobs = parse(readFileSync('examples/gitlab/.gitlab-ci.yml', 'utf8')) as { [name: string]: Job };
  const line = (job: string) => jobs[job]?.script.join('\n') ?? '';

  it('plan the first push of a branch, roll out that plan, and have nothing to resume', async () => {
    commit('one', 'gitlab');
    const folder = checkout('gitlab');
    // GitLab's id for "no commit before this one".
    const planned = await shell(folder, line('plan'), { CI_COMMIT_BEFORE_SHA: none });
    expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining('base-not-found')]);
    const plan = documentAt<Plan>(join(folder, 'plan', 'plan.json'));
    expect(plan.base).toEqual({ how: 'unknown', commit: null });
    expect(plan.jobs).toMatchObject([{ job: 'sensors', action: 'roll-out', strategy: 'create' }]);

    const rolledOut = await shell(folder, line('rollout'));
    expect([rolledOut.code, rolledOut.stderr]).toEqual([0, expect.any(String)]);
    expect(outcomes(documentAt<Report>(join(folder, 'report', 'report.json')))).toEqual(['succeeded']);

    const resumed = await shell(folder, line('resume'));
    expect(resumed.code).toBe(0);
  }, 120_000);

  it('explain a merge request against its base', async () => {
    const base = git(origin, 'rev-parse', 'main');
    commit('two', 'gitlab');
    const folder = checkout('gitlab-merge');
    const planned = await shell(folder, line('plan'), {
      CI_COMMIT_BEFORE_SHA: none,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    });
    expect(planned.code).toBe(0);
    expect(documentAt<Plan>(join(folder, 'plan', 'plan.json')).base).toEqual({ how: 'input', commit: base });
  }, 120_000);
});

describe('the lines of the Jenkinsfile', () => {
  const text = readFileSync('examples/jenkins/Jenkinsfile', 'utf8');
  const script = /script: '''([\s\S]*?)'''/.exec(text)?.[1] ?? '';
  const ledger = /LEDGER = '([^']+)'/.exec(text)?.[1] ?? '';
  /** Groovy's `[command] + flags` for a call of the example's `rollout`. */
  function argumentsOf(command: string): string[] {
    const flags = /def flags = \[(.*)\]/.exec(text)?.[1] ?? '';
    const call = new RegExp(`rollout\\('${command}'(.*?)\\)\\)`).exec(text)?.[1] ?? 'missing';
    const words = (list: string) => [...list.matchAll(/'([^']*)'|env\.LEDGER/g)].map((match) => match[1] ?? ledger);
    return [command, ...words(flags), ...words(call)];
  }

  it('plan, roll out that plan over a ledger in a bucket, and resume', async () => {
    commit('three', 'jenkins');
    const folder = checkout('jenkins');
    const run = (command: string) =>
      shell(folder, script, { STREAM_ROLLOUT_ARGS: JSON.stringify(argumentsOf(command)) });
    expect(argumentsOf('apply')).toEqual(expect.arrayContaining(['--plan-file', 'report/plan.json', '--wait']));

    const planned = await run('plan');
    expect([planned.code, planned.stderr]).toEqual([0, expect.any(String)]);
    expect(documentAt<Plan>(join(folder, 'report', 'plan.json')).jobs).toMatchObject([{ strategy: 'create' }]);
    const applied = await run('apply');
    expect([applied.code, applied.stderr]).toEqual([0, expect.any(String)]);
    expect(outcomes(documentAt<Report>(join(folder, 'report', 'report.json')))).toEqual(['succeeded']);
    expect((await run('resume')).code).toBe(0);
  }, 180_000);
});

describe('the calls of the Airflow example', () => {
  const text = readFileSync('examples/airflow/stream_rollout_dag.py', 'utf8');
  const words = (list: string) => [...list.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  const common = words(/COMMON = \[(.*)\]/.exec(text)?.[1] ?? '');
  const calls = [...text.matchAll(/stream_rollout\("(\w+)", ([^*)]*)/g)].map(([, command = '', more = '']) => [
    command,
    ...common,
    ...words(more),
  ]);

  it('give the document that the task reads', async () => {
    expect(calls.map(([command]) => command)).toEqual(['apply', 'resume']);
    const folder = checkout('airflow');
    const told: unknown[] = [];
    for (const call of calls) {
      const { code, stdout } = await ended(spawn('node', [tool, ...call], { cwd: folder, env: environment() }));
      const report = JSON.parse(stdout) as Report;
      expect([report.kind, report.exitCode]).toEqual(['report', code]);
      told.push([code, outcomes(report)]);
    }
    // What Jenkins rolled out stands in the same bucket.
    expect(told).toEqual([
      [0, ['unchanged']],
      [0, []],
    ]);
  }, 180_000);
});
