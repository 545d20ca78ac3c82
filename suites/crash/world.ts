import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCloud } from '../../__tests__/e2e/harness/cloud.js';
import type { Repo } from '../../__tests__/e2e/harness/repo.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { built } from '../support/paths.js';

/** Where a process is killed: at the n-th write to an engine or a store, or at the n-th push to the ledger, before or after its effect. */
export interface Point {
  readonly what: 'call' | 'push';
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** The tool as a child process that can be killed at a point, by SIGKILL. */
export interface Tool {
  /** Runs to the end. */
  run(args: readonly string[]): Promise<{ code: number | null; report: Report | null; stderr: string }>;
  /** Runs until the point is reached, and kills there. False: it ended without reaching it. */
  killAt(args: readonly string[], point: Point): Promise<boolean>;
}

export function toolIn(folder: string, checkout: string, repo: Repo, cloud: LocalCloud): Tool {
  const state = join(folder, 'kill');
  installHooks(repo, state);

  function start(args: readonly string[]): {
    child: ChildProcess;
    stdout: () => string;
    stderr: () => string;
    ended: Promise<number | null>;
  } {
    const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', ...cloud.env };
    const child = spawn(process.execPath, [built('cli.js'), ...args, '--json', '-C', checkout], {
      cwd: checkout,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: string[] = [];
    const err: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => err.push(String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    return { child, stdout: () => out.join(''), stderr: () => err.join(''), ended };
  }

  return {
    async run(args) {
      const { ended, stdout, stderr } = start(args);
      const code = await ended;
      return { code, report: parse(stdout()), stderr: stderr() };
    },
    async killAt(args, point) {
      if (point.what === 'call') await hold(cloud, point);
      else writeFileSync(state, `${point.when} ${point.nth}`);
      const { child, ended } = start(args);
      const reached = () => (point.what === 'call' ? fired(cloud) : Promise.resolve(existsSync(`${state}.reached`)));
      let over = false;
      ended.then(() => {
        over = true;
      });
      while (!over && !(await reached())) await new Promise((resolve) => setTimeout(resolve, 15));
      const killed = !over;
      if (killed) child.kill('SIGKILL');
      await ended;
      await control(cloud, 'DELETE', '/faults');
      for (const file of [state, `${state}.reached`, `${state}.count`]) rmSync(file, { force: true });
      return killed;
    },
  };
}

/**
 * Hooks of the git host: they count pushes to the ledger, and hold the n-th one up until the test has killed the pusher: before the
 * refs move (then it is refused) or after.
 */
function installHooks(repo: Repo, state: string): void {
  const hook = (when: string, after: string) => `#!/bin/sh
refs=$(cat)
case "$refs" in *refs/stream-rollout*) ;; *) exit 0 ;; esac
[ -f '${state}' ] || exit 0
read -r wanted nth < '${state}'
[ "$wanted" = '${when}' ] || exit 0
count=$(( $(cat '${state}.count' 2>/dev/null || echo 0) + 1 ))
echo $count > '${state}.count'
[ "$count" = "$nth" ] || exit 0
: > '${state}.reached'
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -f '${state}' ] || break; sleep 0.1; done
${after}
`;
  const hooks = join(repo.origin, 'hooks');
  mkdirSync(hooks, { recursive: true });
  for (const [name, text] of [
    ['pre-receive', hook('before', 'exit 1')],
    ['post-receive', hook('after', 'exit 0')],
  ] as const) {
    writeFileSync(join(hooks, name), text);
    chmodSync(join(hooks, name), 0o755);
  }
}

/** Holds up the n-th write to an engine or a store; requests to GitHub are reports. */
async function hold(cloud: LocalCloud, { nth, when }: Point): Promise<void> {
  await control(cloud, 'DELETE', '/faults');
  await cloud.fault({ service: '*', operation: '*', writes: true, nth, when, effect: 'hang' });
}

async function fired(cloud: LocalCloud): Promise<boolean> {
  const faults = (await control(cloud, 'GET', '/faults')) as readonly { fired: number }[];
  return faults.some((fault) => fault.fired > 0);
}

async function control(cloud: LocalCloud, method: string, path: string): Promise<unknown> {
  return (await fetch(`${cloud.control}${path}`, { method })).json();
}

function parse(text: string): Report | null {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return null;
  }
}

export function jobReport(report: Report | null, job: string): JobReport {
  const found = report?.jobs.find((candidate) => candidate.job === job);
  if (found === undefined) throw new Error(`no report of ${job}: ${JSON.stringify(report)}`);
  return found;
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
