import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24 } from '../../__tests__/e2e/harness/dist.js';
import type { Repo } from '../../__tests__/e2e/harness/repo.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { built, cached } from '../support/paths.js';
import type { Point } from './point.js';

/** What holds the n-th call of an engine up until it is released. */
export interface Trap {
  set(point: Point): Promise<void>;
  sprung(): Promise<boolean>;
  release(): Promise<void>;
}

/** What one process of the tool came to. */
export interface Told {
  readonly code: number | null;
  readonly report: Report | null;
  readonly stderr: string;
}

/** The tool as a child process that can be killed at a point, by SIGKILL. */
export interface Tool {
  run(args: readonly string[]): Promise<Told>;
  /** Runs until the point is reached, and kills there. Null: killed. Else it ended without reaching it. */
  killAt(args: readonly string[], point: Point): Promise<Told | null>;
  /** Holds pushes to the ledger up, as `Trap` holds calls up. */
  readonly pushes: Trap;
}

/** How often a trap is looked at, in milliseconds. */
const glance = 15;

export function toolIn(
  folder: string,
  checkout: string,
  repo: Repo,
  calls: Trap,
  env: { readonly [name: string]: string },
): Tool {
  const pushes = pushTrap(repo, join(folder, 'held-push'));

  function start(args: readonly string[]): { child: ChildProcess; told: Promise<Told> } {
    const child = spawn(node24, [built('cli.js'), ...args, '--json', '-C', checkout], {
      cwd: checkout,
      // Start-up is most of what a point costs.
      env: { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: cached('crash', 'compiled'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what a killed process leaves behind can be waited for.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const told = new Promise<Told>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, report: parse(stdout), stderr }));
      // What a killed process leaves behind may hold its pipes open.
      child.once('exit', (_, signal) => {
        if (signal !== null) resolve({ code: null, report: null, stderr });
      });
    });
    return { child, told };
  }

  return {
    pushes,
    run: (args) => start(args).told,
    async killAt(args, point) {
      const trap = point.what === 'call' ? calls : pushes;
      await trap.set(point);
      let group: number | undefined;
      try {
        const { child, told } = start(args);
        let ended: Told | null = null;
        told.then((now) => {
          ended = now;
        });
        while (ended === null && !(await trap.sprung())) await new Promise((resolve) => setTimeout(resolve, glance));
        if (ended !== null) return ended;
        child.kill('SIGKILL');
        group = child.pid;
        await told;
        return null;
      } finally {
        await trap.release();
        if (group !== undefined) await leftBehind(group);
      }
    },
  };
}

/** A push that was under way lands or fails by itself: the rerun comes after it, as it would on another machine. */
async function leftBehind(group: number): Promise<void> {
  for (;;) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, glance));
  }
}

/**
 * Hooks of the git host: they count pushes to the ledger, and hold the n-th one up until it is released: before the refs move (then it is
 * refused) or after.
 */
function pushTrap(repo: Repo, state: string): Trap {
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
  return {
    set: async ({ when, nth }) => writeFileSync(state, `${when} ${nth}\n`),
    sprung: async () => existsSync(`${state}.reached`),
    async release() {
      for (const file of [state, `${state}.reached`, `${state}.count`]) rmSync(file, { force: true });
    },
  };
}

function parse(text: string): Report | null {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return null;
  }
}

export function jobReport({ report, stderr }: Told, job: string): JobReport {
  const found = report?.jobs.find((candidate) => candidate.job === job);
  if (found === undefined) throw new Error(`no report of ${job}: ${JSON.stringify(report)}\n${stderr}`);
  return found;
}
