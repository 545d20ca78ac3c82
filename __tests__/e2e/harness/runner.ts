import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FieldName, fieldNames, fields } from '../../../src/inputs/fields.js';
import { type Printed, takeApart } from './commands.js';
import { built, compiled, node24 } from './dist.js';
import type { WorkflowEvent } from './events.js';
import { runnerFiles, type Values } from './runner-files.js';

export type InputValues = { readonly [name in FieldName]?: string };

/** One step of a workflow that uses the action. */
export interface Step {
  readonly event: WorkflowEvent;
  readonly inputs: InputValues;
  readonly repository: string;
  /** Checkout that the step runs in. */
  readonly workspace: string;
  /** Empty folder for the runner's own files. */
  readonly temp: string;
  readonly token: string;
  /** The workflow's own environment: endpoints, secrets. */
  readonly env: { readonly [name: string]: string };
  /** Another build of the action. */
  readonly dist?: string;
  /**
   * `cancel`: signals as the runner sends them when a person cancels. `kill`: the machine is lost, and no post step runs.
   * `crash`: the process alone is killed, and the post step follows.
   */
  readonly interrupt?: { readonly how: 'cancel' | 'kill' | 'crash'; readonly when: () => Promise<void> };
}

/** The step came to its end before its moment to be interrupted. */
export class NotInterrupted extends Error {}

/** What one stage of the step (main or post) came to. */
export interface Stage extends Printed {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly outputs: Values;
  readonly state: Values;
  readonly summary: string;
  /** All output, as printed. */
  readonly raw: string;
}

/** Grace of the runner between its signals, in milliseconds. */
const untilTerm = 7500;
const untilKill = 2500;
/** A stage that hangs is ended after this, in milliseconds. */
const patience = 120_000;

/** Starts the built action as the runner does: main, then post with the state that main saved. `post` null: the machine was lost. */
export async function runStep(step: Step): Promise<{ main: Stage; post: Stage | null }> {
  mkdirSync(step.temp, { recursive: true });
  const eventPath = join(step.temp, 'event.json');
  writeFileSync(eventPath, JSON.stringify(step.event.payload));
  const env = { ...environmentOf(step), GITHUB_EVENT_PATH: eventPath };
  const main = await runStage('main.js', step, env, join(step.temp, 'main'), step.interrupt ?? null);
  if (step.interrupt?.how === 'kill') return { main, post: null };
  const saved = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]));
  const post = await runStage('post.js', step, { ...env, ...saved }, join(step.temp, 'post'), null);
  return { main, post };
}

async function runStage(
  entry: 'main.js' | 'post.js',
  step: Step,
  env: { readonly [name: string]: string },
  folder: string,
  interrupt: Step['interrupt'] | null,
): Promise<Stage> {
  const files = runnerFiles(folder);
  const child = spawn(node24, [built(entry, step.dist)], {
    cwd: step.workspace,
    env: { ...compiled, ...env, ...files.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let raw = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      raw += text;
    });
  }
  const timers: NodeJS.Timeout[] = [setTimeout(() => child.kill('SIGKILL'), patience)];
  let interrupted = interrupt === null;
  const signals = interrupt?.when().then(() => {
    interrupted = child.exitCode === null && child.signalCode === null;
    if (interrupt.how !== 'cancel') return void child.kill('SIGKILL');
    child.kill('SIGINT');
    timers.push(setTimeout(() => child.kill('SIGTERM'), untilTerm));
    timers.push(setTimeout(() => child.kill('SIGKILL'), untilTerm + untilKill));
  });
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.on('error', reject);
      child.on('close', (ended, by) => resolve({ code: ended, signal: by }));
    },
  );
  for (const timer of timers) clearTimeout(timer);
  if (!interrupted) throw new NotInterrupted(`${entry} ended with ${code} before it could be interrupted:\n${raw}`);
  await signals;
  return { code, signal, raw, ...takeApart(raw), ...files.read() };
}

/** Variables that the runner sets for a step, beside the files of a stage. */
export function environmentOf(step: Step): { [name: string]: string } {
  const { event, repository, env } = step;
  const { GITHUB_TOKEN: _, ...cloud } = env;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: step.temp,
    LANG: 'C.UTF-8',
    ...cloud,
    ...inputsOf(step),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__acme_stream-rollout',
    GITHUB_ACTOR: event.actor,
    GITHUB_TRIGGERING_ACTOR: event.actor,
    GITHUB_BASE_REF: event.baseRef ?? '',
    GITHUB_HEAD_REF: event.headRef ?? '',
    GITHUB_EVENT_NAME: event.name,
    GITHUB_JOB: 'rollout',
    GITHUB_REF: event.ref,
    GITHUB_REF_NAME: event.ref.replace(/^refs\/(heads|pull)\//, ''),
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: repository.split('/')[0] ?? '',
    GITHUB_RUN_ATTEMPT: String(event.attempt),
    GITHUB_RUN_ID: String(event.runId),
    GITHUB_RUN_NUMBER: '7',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: event.sha,
    GITHUB_WORKFLOW: 'Rollout',
    GITHUB_WORKSPACE: step.workspace,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'Hosted 1',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: step.temp,
    RUNNER_TOOL_CACHE: step.temp,
  };
}

/** All inputs, with their defaults where the workflow gives none. Blanks become underscores, hyphens stay. */
function inputsOf({ inputs, token }: Step): { [name: string]: string } {
  return Object.fromEntries(
    fieldNames.map((name) => {
      const byDefault = fields[name].default.replace('${{ github.token }}', token);
      return [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, inputs[name] ?? byDefault];
    }),
  );
}
