import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Inputs } from '../inputs/inputs.js';
import { openFolder } from './folder.js';
import { localCloud } from './local-cloud.js';
import { writePage } from './page.js';
import { makeRepository } from './repository.js';
import type { DemoDocument, DemoStep } from './step.js';
import { chapters, type Scene, type Stage, type Told } from './story.js';
import { teller } from './telling.js';
import { childEnvironment, openTool } from './tool.js';

/** The local cloud's clock: minutes of a launch pass in a second, and no deadline is so short that a slow machine misses it. */
const clockRate = 100;
const repositoryName = 'acme/streams';
/** Exit code of a program that was interrupted. */
const interrupted = 130;

/**
 * Plays the demo: a temporary repository, the local cloud in this process, and the shipped tool as child processes. Answers
 * with 0 only if everything that the story promises was so.
 */
export async function demo(
  options: { readonly [name: string]: unknown },
  env: Inputs['env'],
  signal: AbortSignal,
): Promise<number> {
  const json = options['json'] === true;
  const tell = teller(json ? null : (line) => void process.stdout.write(`${line}\n`));
  const startedAt = Date.now();
  const folder = await openFolder();
  const steps: DemoStep[] = [];
  let page: string | null = null;
  try {
    const told = await play(folder.work, env, signal, tell);
    steps.push(...told.map(stepOf));
    page = join(folder.root, 'summary.html');
    await writePage(page, told);
  } catch (error) {
    if (!signal.aborted) throw error;
    return interrupted;
  } finally {
    await folder.clear({ page: page !== null, work: options['keep'] === true });
  }
  const broken = steps.flatMap((step) => step.checks.filter((check) => !check.held));
  const exitCode = broken.length === 0 ? 0 : 1;
  const seconds = Math.round((Date.now() - startedAt) / 100) / 10;
  const kept = options['keep'] === true ? folder.work : null;
  const document: DemoDocument = { version: 1, kind: 'demo', exitCode, seconds, page, kept, steps };
  if (json) process.stdout.write(`${JSON.stringify(document)}\n`);
  else tell.end(document);
  return exitCode;
}

async function play(
  work: string,
  env: Inputs['env'],
  signal: AbortSignal,
  tell: ReturnType<typeof teller>,
): Promise<readonly Scene[]> {
  const { startCloud } = await import('../../emulators/cloud.js');
  const cloud = await startCloud({
    clockRate,
    github: { repositories: { [repositoryName]: join(work, 'origin.git') } },
    log: tell.line,
  });
  try {
    const calls = join(work, 'calls');
    const relayRuns = join(work, 'relay-runs');
    await mkdir(calls);
    const environment = { ...(await childEnvironment(env, cloud.env, work)), RELAY_RUNS: relayRuns };
    const repository = await makeRepository(work, { env: environment, signal });
    const tool = openTool({
      dist: dirname(await realpath(process.argv[1] ?? '')),
      clone: repository.clone,
      folder: calls,
      repository: repositoryName,
      env: environment,
      signal,
      onLine: tell.line,
    });
    const stage: Stage = {
      repository,
      tool,
      cloud: localCloud(cloud),
      name: repositoryName,
      relayRuns,
      typed: tell.typed,
    };
    const told: Told = { head: '', runs: {} };
    const scenes: Scene[] = [];
    for (const [index, chapter] of chapters.entries()) {
      const { title, text } = chapter;
      tell.chapter(index + 1, title, text);
      const scene = { title, text, ...(await chapter.play(stage, told)) };
      tell.outcome(scene);
      scenes.push(scene);
    }
    return scenes;
  } finally {
    await cloud.close();
  }
}

function stepOf({ title, text, calls, annotations, checks }: Scene): DemoStep {
  const commands = calls.map(({ command, exitCode, output }) => ({ command, exitCode, output }));
  return { title, text, commands, annotations, checks };
}
