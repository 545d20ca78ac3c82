import { join } from 'node:path';
import * as core from '@actions/core';
import { readEvent } from './event.js';
import { fieldNames } from './fields.js';
import type { Inputs } from './inputs.js';
import { parseInputs, type RawInputs } from './parse.js';

/** Reads the action's inputs and the event, once. Throws a RolloutError that names every bad input. */
export function readActionInputs(env: Inputs['env']): Inputs {
  const raw = Object.fromEntries(fieldNames.map((name) => [name, core.getInput(name)])) as RawInputs;
  const event = readEvent(env);
  const folder = `stream-rollout-${event.runId ?? process.pid}-${event.attempt}`;
  return parseInputs(raw, {
    event,
    workspace: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    outputDirectory: join(env['RUNNER_TEMP'] ?? '.', folder),
    env,
    wait: true,
  });
}
