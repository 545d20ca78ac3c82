import { runProgram, runShell, type ShellEnd, type ShellOptions } from '../../artifacts/shell.js';
import { type Ambient, withSecrets } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import { isObject } from '../../model/json.js';
import type { Point } from '../../model/verification.js';
import { type Asked, numberOf, pointAt } from './asked.js';

/** Longest time of one command, in milliseconds of real time. */
const commandMs = 60_000;
/** The runner's own files and the action's inputs (a token is among them) are none of a probe's business. */
const withheld = /^(INPUT_|STATE_)|^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$|^ACTIONS_RUNTIME_TOKEN$/;

/** One run of a probe: its last line of output is the value. It starts in the checkout, with the ids of the run in its environment. */
export async function command(asked: Asked, ambient: Ambient): Promise<readonly Point[]> {
  const source = asked.sourced.declared?.command;
  if (source === undefined) return [];
  const timeout = AbortSignal.timeout(commandMs);
  let last = '';
  const end = await start(source.run, {
    cwd: process.cwd(),
    env: environmentOf(asked, source.env, ambient),
    signal: AbortSignal.any([ambient.signal, timeout]),
    onLine: (line) => {
      if (line.trim() !== '') last = line;
    },
    onErrorLine: (line) => ambient.log(`${asked.record.job}: ${asked.sourced.signal.name}: ${line}`),
  });
  if (end.kind !== 'exit' || end.code !== 0) {
    throw new RolloutError(
      'signal-unreadable',
      `signal ${asked.sourced.signal.name}: the command ${ended(end, timeout.aborted)}`,
      {
        class: 'transient',
      },
    );
  }
  return [pointAt(asked, valueIn(last))];
}

function start(run: string | readonly string[], options: ShellOptions): Promise<ShellEnd> {
  return typeof run === 'string' ? runShell(run, options) : runProgram(run, options);
}

function environmentOf(
  { run, record, sourced }: Asked,
  given: { readonly [name: string]: string } | undefined,
  ambient: Ambient,
): { readonly [name: string]: string } {
  const inherited = Object.entries(ambient.env).flatMap(([name, value]) =>
    value === undefined || withheld.test(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    STREAM_ROLLOUT_JOB: record.job,
    STREAM_ROLLOUT_ENVIRONMENT: record.environment,
    STREAM_ROLLOUT_REVISION: record.revision,
    STREAM_ROLLOUT_ROLLOUT: record.rollout,
    STREAM_ROLLOUT_RUN_ID: run.id,
    STREAM_ROLLOUT_RUN_NAME: run.name,
    STREAM_ROLLOUT_SIGNAL: sourced.signal.name,
    ...withSecrets({ ...given }, ambient.secret),
  };
}

function ended(end: ShellEnd, late: boolean): string {
  if (late) return `ran longer than ${commandMs / 1000} s and was ended`;
  return end.kind === 'exit' ? `ended with exit code ${end.code}` : `was ended (${end.kind})`;
}

/** A number, or `{"value": number}`. */
function valueIn(line: string): number | null {
  if (!line.trim().startsWith('{')) return numberOf(line);
  try {
    const document: unknown = JSON.parse(line);
    return isObject(document) ? numberOf(document['value']) : null;
  } catch {
    return null; // A line that only looks like JSON holds no value.
  }
}
