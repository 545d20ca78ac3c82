import type { JobRun } from '@aws-sdk/client-glue';
import { isObject, type Json, type JsonObject } from '../../model/json.js';
import type { Run } from '../../model/run.js';
import type { Stamp } from '../../model/stamp.js';
import type { Subject } from '../engine.js';
import { chain } from './continuation.js';
import { isMark, stampOf } from './marks.js';
import { consoleUrl } from './place.js';
import { stateOf } from './states.js';
import { artifactArguments } from './target.js';
import { type Arguments, texts } from './wanted.js';

/** Tells the value of `${secret.NAME}`, or null where it is not set. */
export type Reveal = (text: string) => string | null;

/** Job runs of one job as runs of the model, with the chains that Glue's own restarts make. */
export function runsOf(found: readonly JobRun[], subject: Subject, region: string, reveal: Reveal): readonly Run[] {
  const byId = new Map(found.flatMap((run) => (run.Id === undefined ? [] : [[run.Id, run] as const])));
  const { continues, replacedBy } = chain([...byId.keys()]);
  return [...byId].map(([id, run]) => {
    const name = run.JobName ?? subject.names[0] ?? subject.job;
    return {
      id,
      name,
      state: stateOf(run.JobRunState, run.CompletedOn !== undefined),
      engineState: run.JobRunState ?? 'UNKNOWN',
      // A run does not show its command; by-hand.ts and pre-flight read the definition.
      streaming: null,
      startedAt: run.StartedOn?.toISOString() ?? null,
      endedAt: run.CompletedOn?.toISOString() ?? null,
      stamp: inherited(id, byId, continues),
      continues: continues.get(id) ?? null,
      replacedBy: replacedBy.get(id) ?? null,
      scale: {},
      shows: shows(run, subject.target, reveal),
      url: consoleUrl(region, name, id),
      detail: run.ErrorMessage || run.StateDetail || null,
    };
  });
}

/** The stamp of the run, else of the run that it continues: that Glue's own restart keeps the arguments is not documented. */
function inherited(
  id: string,
  byId: ReadonlyMap<string, JobRun>,
  continues: ReadonlyMap<string, string>,
): Stamp | null {
  for (let at: string | undefined = id; at !== undefined; at = continues.get(at)) {
    const stamp = stampOf(byId.get(at)?.Arguments);
    if (stamp !== null) return stamp;
  }
  return null;
}

function shows(run: JobRun, target: JsonObject, reveal: Reveal): JsonObject {
  const args = run.Arguments ?? {};
  const artifacts = Object.entries(artifactArguments).flatMap(([field, argument]) => {
    const value = args[argument];
    if (!value) return [];
    return [[field, field === 'script' ? value : value.split(',').map((item) => item.trim())] as const];
  });
  const carried: ReadonlySet<string> = new Set(Object.values(artifactArguments));
  const own = Object.entries(args).filter(([name]) => !isMark(name) && !carried.has(name) && name !== '--JOB_NAME');
  const plain = {
    arguments: withoutSecrets(Object.fromEntries(own), target, reveal),
    'worker-type': run.WorkerType,
    workers: run.NumberOfWorkers,
    timeout: run.Timeout,
    'execution-class': run.ExecutionClass,
    'security-configuration': run.SecurityConfiguration,
    definition:
      run.GlueVersion === undefined || target['definition'] === 'leave' ? undefined : { GlueVersion: run.GlueVersion },
  };
  const present = Object.entries(plain).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...artifacts, ...present]) as JsonObject;
}

/** Names whose values are left out unless the manifest gives them openly: what is shown may be stored in the ledger. */
const secretive = /pass(word|wd|phrase)?$|secret|token|credential|private[-_]?key|api[-_]?key/i;

/** Arguments as they may be stored: a secret of the manifest stands as its reference again, and what looks like one is left out. */
function withoutSecrets(args: Arguments, target: JsonObject, reveal: Reveal): JsonObject {
  const raw = isObject(target['arguments']) ? target['arguments'] : {};
  const declared = texts(raw);
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(args)) {
    const given = declared[name];
    if (given?.includes('${secret.')) {
      if (reveal(given) === value) kept[name] = given;
      continue;
    }
    // A number of the manifest stays a number: 5 and "5" are the same argument.
    if (given !== undefined || !secretive.test(name)) kept[name] = given === value ? (raw[name] ?? value) : value;
  }
  return kept;
}
