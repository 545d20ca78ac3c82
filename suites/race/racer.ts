import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { compiled } from '../../__tests__/e2e/harness/dist.js';
import { type RunnerFiles, runnerFiles } from '../../__tests__/e2e/harness/runner-files.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { built } from '../support/paths.js';

/** Which entry point a process is: a person's command, or a workflow's step. */
export type Kind = 'cli' | 'action';

/** What a process came to. */
export interface Finish {
  readonly code: number | null;
  /** Report of one job. Throws where there is none. */
  job(key: string): JobReport;
}

/** One real process of the tool, which can be made to stand still. */
export interface Racer {
  readonly kind: Kind;
  /** The holder's name that it writes into the ledger. */
  readonly holder: string;
  /** All that it has printed, without the document on the CLI's stdout. */
  said(): string;
  /** Waits until it has printed what is meant. Throws if it ends before. */
  shows(pattern: RegExp): Promise<void>;
  /** It stands still, in the middle of whatever it does. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once, where it has not ended yet: a test that fails leaves none behind. */
  end(): void;
  /** Tells GitHub that its attempt is completed, whatever it does; a command has none. */
  over?(): Promise<void>;
  readonly finish: Promise<Finish>;
}

interface Start {
  readonly checkout: string;
  readonly env: { readonly [name: string]: string | undefined };
}

export function startCli(args: readonly string[], { checkout, env }: Start): Racer {
  const child = started([built('cli.js'), ...args, '--json', '-C', checkout], checkout, env);
  const stdout = collected(child.stdout);
  return racerOf(child, 'cli', `${hostname()}/${child.pid}`, collected(child.stderr), stdout);
}

/** `node`: the Node that the runner brings. `url`: of the workflow run and its attempt. */
export function startAction(node: string, url: string, { checkout, env }: Start): Racer {
  const files: RunnerFiles = runnerFiles(join(checkout, '..', `runner-${process.hrtime.bigint()}`));
  const child = started([built('main.js')], checkout, { ...env, ...files.env }, node);
  const parts = [collected(child.stdout), collected(child.stderr)];
  const report = () => {
    const path = files.read().outputs['report-file'];
    return path ? readFileSync(path, 'utf8') : '';
  };
  return racerOf(child, 'action', url, () => parts.map((part) => part()).join('\n'), report);
}

function started(args: readonly string[], cwd: string, env: Start['env'], node = process.execPath): ChildProcess {
  return spawn(node, args, { cwd, env: { ...compiled, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

function collected(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text;
}

function racerOf(child: ChildProcess, kind: Kind, holder: string, said: () => string, report: () => string): Racer {
  let over = false;
  const finish = new Promise<Finish>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      over = true;
      resolve({ code, job: (key) => jobIn(report(), key, said) });
    });
  });
  return {
    kind,
    holder,
    said,
    async shows(pattern) {
      while (!pattern.test(said())) {
        if (over) throw new Error(`${holder} ended without ${pattern}:\n${said()}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    end: () => void child.kill('SIGKILL'),
    finish,
  };
}

function jobIn(text: string, key: string, said: () => string): JobReport {
  const report = text === '' ? null : (JSON.parse(text) as Report);
  const found = report?.jobs?.find(({ job }) => job === key);
  if (found === undefined) throw new Error(`nothing is told of ${key}: ${text}\n${said()}`);
  return found;
}
