import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { compiled, node24 } from '../../__tests__/e2e/harness/dist.js';
import type { Repo } from '../../__tests__/e2e/harness/repo.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { built } from '../support/paths.js';
import { leftBehind, pushTrap, type Trap } from '../support/push-trap.js';
import type { Point } from './point.js';

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
  const pushes = pushTrap(repo.origin, join(folder, 'held-push'));

  function start(args: readonly string[]): { child: ChildProcess; told: Promise<Told> } {
    const child = spawn(node24, [built('cli.js'), ...args, '--json', '-C', checkout], {
      cwd: checkout,
      env: { ...compiled, PATH: process.env['PATH'], HOME: folder, ...env },
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
