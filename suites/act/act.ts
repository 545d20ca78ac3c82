import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { cached, root } from '../support/paths.js';

/** One line of act's `--json`: a workflow command that it parsed, the result of a step, or a line that something printed. */
export interface Line {
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly kvPairs?: { readonly [key: string]: string };
  readonly stage?: 'Pre' | 'Main' | 'Post';
  readonly stepResult?: string;
  readonly stepID?: readonly string[];
  readonly step?: string;
  readonly jobID?: string;
  readonly jobResult?: string;
  readonly msg?: string;
  readonly raw_output?: boolean;
}

export interface Call {
  readonly event: string;
  readonly payload: object;
  readonly env: { readonly [name: string]: string };
  /** Who caused the event; default: act's own name for it. */
  readonly actor?: string;
  readonly secrets?: { readonly [name: string]: string };
  /** Only this job of the workflow, and what it needs. */
  readonly job?: string;
  readonly workflow: string;
  /** Stands for a remote action or reusable workflow: `owner/name@ref` to a folder. */
  readonly local?: { readonly [repository: string]: string };
}

/** A workflow run under act. */
export interface ActRun {
  readonly lines: readonly Line[];
  readonly code: number | null;
}

/** A workflow run that goes on. */
export interface Going {
  readonly lines: readonly Line[];
  /** What GitHub's cancel comes to under act: the running action is killed at once, then post steps run. */
  cancel(): void;
  readonly end: Promise<ActRun>;
}

/** Starts act in a repository, in host mode: no container engine, and `node` is Node 24, whatever `using` says. */
export function startAct(repository: string, call: Call): Going {
  const home = mkdtempSync(join(tmpdir(), 'stream-rollout-act-'));
  const event = join(home, 'event.json');
  const variables = join(home, 'variables');
  writeFileSync(event, JSON.stringify(call.payload));
  writeFileSync(
    variables,
    Object.entries(call.env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const child = spawn(cached('act', 'bin', 'act'), argumentsOf(call, event, variables), {
    cwd: repository,
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules', 'node', 'bin'), process.env['PATH']].join(delimiter),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_CONFIG_HOME: join(home, 'config'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (text.startsWith('{')) lines.push(JSON.parse(text) as Line);
    else said += `${text}\n`;
  });
  return { lines, cancel: () => void child.kill('SIGINT'), end: ended(child, lines, home, () => said) };
}

/** Runs a workflow to its end. */
export function act(repository: string, call: Call): Promise<ActRun> {
  return startAct(repository, call).end;
}

function argumentsOf(call: Call, event: string, variables: string): string[] {
  const labels = ['ubuntu-latest', 'ubuntu-24.04'];
  return [
    call.event,
    '--json',
    '--no-cache-server',
    '--eventpath',
    event,
    '--env-file',
    variables,
    '--workflows',
    call.workflow,
    ...(call.job === undefined ? [] : ['--job', call.job]),
    ...(call.actor === undefined ? [] : ['--actor', call.actor]),
    ...labels.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...Object.entries(call.secrets ?? {}).flatMap(([name, value]) => ['--secret', `${name}=${value}`]),
    ...Object.entries(call.local ?? {}).flatMap(([name, folder]) => ['--local-repository', `${name}=${folder}`]),
  ];
}

function ended(child: ChildProcess, lines: readonly Line[], home: string, said: () => string): Promise<ActRun> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      // act leaves its copy of the work tree behind after a failure.
      rmSync(home, { recursive: true, force: true });
      if (lines.length === 0) reject(new Error(`act ended with ${code}:\n${said()}`));
      else resolve({ lines, code });
    });
  });
}
