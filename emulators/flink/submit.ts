import { randomBytes } from 'node:crypto';
import { parse } from 'yaml';
import { isObject, type JsonObject } from '../../src/model/json.js';
import { pathOf } from './disk.js';
import { FlinkError, restError, serverError } from './errors.js';
import { type Job, verticesOf } from './job.js';
import type { Operator, Program } from './program.js';
import { versionNumber } from './settings.js';
import type { Saved, SavedOperator } from './snapshot-file.js';
import type { Jar, World } from './world.js';

const claimModes = ['CLAIM', 'NO_CLAIM', 'LEGACY'];

/** Carries out `/jars/:id/run`; the id of the new job. Unknown fields are ignored. */
export function submit(world: World, jar: Jar, body: JsonObject, now: number): string {
  const version = versionNumber(world.settings);
  const id = typeof body['jobId'] === 'string' ? body['jobId'] : randomBytes(16).toString('hex');
  if (!/^[0-9a-fA-F]{32}$/.test(id)) {
    throw new FlinkError(
      400,
      `org.apache.flink.runtime.rest.handler.RestHandlerException: Request did not match expected format JarRunRequestBody.\nCaused by: The expected format is [0-9a-fA-F]{32}`,
    );
  }
  const mode = version >= 120 ? (body['claimMode'] ?? body['restoreMode']) : body['restoreMode'];
  if (mode !== undefined && !claimModes.includes(String(mode))) {
    throw restError(
      400,
      'Request did not match expected format JarRunRequestBody.',
      `not one of the values accepted for Enum class: ${claimModes}`,
    );
  }
  const program = world.programIn(jar);
  if (program.fate.mainFails !== null) {
    throw restError(
      400,
      'Could not execute application.',
      `org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: ${program.fate.mainFails}`,
      program.fate.mainFails,
    );
  }
  if (world.jobs.has(id)) throw duplicate(version);
  const configuration = isObject(body['flinkConfiguration']) ? body['flinkConfiguration'] : {};
  const path = typeof body['savepointPath'] === 'string' ? body['savepointPath'] : null;
  const parallelism = typeof body['parallelism'] === 'number' ? body['parallelism'] : 1;
  const maxParallelism = Number(configuration['pipeline.max-parallelism'] ?? 128);
  const make = (restored: Saved | null, failure: string | null): Job =>
    newJob(world, { id, program, configuration, parallelism, maxParallelism, path, restored, failure }, now);
  if (path === null) {
    world.jobs.set(id, make(null, null));
    return id;
  }
  const saved = world.disk.read(path);
  const refusal =
    saved === null
      ? noSnapshot(path)
      : mismatch(saved, program, path, configuration, body['allowNonRestoredState'] === true);
  if (refusal === null) {
    world.jobs.set(id, make(saved, null));
    return id;
  }
  // The job is listed as FAILED either way; only the default scheduler restores before the call is answered.
  world.jobs.set(id, make(null, refusal));
  if (world.settings.scheduler === 'adaptive') return id;
  throw restError(
    400,
    'Could not execute application.',
    'org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.',
    refusal,
  );
}

/** Carries out `/jars/:id/plan`. */
export function plan(world: World, jar: Jar, body: JsonObject, now: number): JsonObject {
  const program = world.programIn(jar);
  const configuration = isObject(body['flinkConfiguration']) ? body['flinkConfiguration'] : {};
  const { mainFails } = program.fate;
  if (mainFails !== null) {
    throw serverError(
      `org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: ${mainFails}`,
      mainFails,
    );
  }
  const without = program.operators.find(({ uid }) => uid === null);
  if (configuration['pipeline.auto-generate-uids'] === 'false' && without !== undefined) {
    throw serverError(
      'org.apache.flink.client.program.ProgramInvocationException: The main method caused an error',
      `java.lang.IllegalStateException: Auto generated UIDs have been disabled but no UID or hash has been assigned to operator ${without.name}`,
    );
  }
  const chained =
    configuration['pipeline.operator-chaining.enabled'] !== 'false' &&
    configuration['pipeline.operator-chaining'] !== 'false';
  const parallelism = typeof body['parallelism'] === 'number' ? body['parallelism'] : 1;
  return {
    plan: {
      jid: String(now).padStart(32, '0'),
      name: nameOf(program, configuration),
      type: program.batch ? 'BATCH' : 'STREAMING',
      nodes: verticesOf(program, chained).map(({ id, name }) => ({
        id,
        parallelism,
        operator: '',
        operator_strategy: '',
        description: name,
        optimizer_properties: {},
      })),
    },
  };
}

interface Submission {
  readonly id: string;
  readonly program: Program;
  readonly configuration: JsonObject;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly path: string | null;
  readonly restored: Saved | null;
  readonly failure: string | null;
}

function newJob(world: World, s: Submission, now: number): Job {
  const { program, restored, parallelism, maxParallelism } = s;
  const migration = restored === null ? null : incompatible(restored, program);
  const starved = s.failure === null && world.slots(now).free < parallelism;
  const job: Job = {
    id: s.id,
    name: nameOf(program, s.configuration),
    program,
    parameters: program.fate.ownParameters ? { own: 'parameters' } : parametersIn(world, s.configuration),
    createdAt: now,
    maxParallelism,
    operators: program.operators.map((operator) => saved(operator, restored, parallelism, maxParallelism)),
    restored: restored === null || s.path === null ? null : { id: restored.checkpointId, path: pathOf(s.path) },
    parallelism: [{ at: now, of: parallelism }],
    loops: migration ?? program.fate.loops,
    runningAt: starved || s.failure !== null ? Number.POSITIVE_INFINITY : now + world.settings.startSeconds * 1000,
    starved,
    cancelAt: null,
    end: s.failure === null ? null : { at: now, state: 'FAILED' },
    pauses: [],
    taken: [],
    failures: s.failure === null ? [] : [{ at: now, trace: s.failure }],
    written: 0,
    copiedAt: null,
  };
  if (starved)
    job.failures.push({
      at: now,
      trace:
        'org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum required resources.',
    });
  return job;
}

/** What an operator keeps: its own states, and those of the snapshot that nobody registers any more, which are carried along. */
function saved(operator: Operator, restored: Saved | null, parallelism: number, most: number): SavedOperator {
  const before = restored?.operators.find(({ id }) => id === operator.id);
  const carried = (before?.states ?? []).filter(({ name }) => !operator.states.some((state) => state.name === name));
  const maxParallelism = before?.maxParallelism ?? most;
  return { ...operator, states: [...operator.states, ...carried], parallelism, maxParallelism };
}

function mismatch(
  saved: Saved,
  { operators }: Program,
  path: string,
  configuration: JsonObject,
  drops: boolean,
): string | null {
  const prefix = `java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint ${pathOf(path)}. `;
  const missing = saved.operators.find(
    ({ id, states }) => states.length > 0 && !operators.some((operator) => operator.id === id),
  );
  if (missing !== undefined && !drops) {
    return `${prefix}Cannot map checkpoint/savepoint state for operator ${missing.id} to the new program, because the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI.`;
  }
  const wanted = Number(configuration['pipeline.max-parallelism'] ?? Number.NaN);
  const other = saved.operators.find(({ states, maxParallelism }) => states.length > 0 && maxParallelism !== wanted);
  if (Number.isNaN(wanted) || other === undefined) return null;
  return `${prefix}Max parallelism mismatch between checkpoint/savepoint state and new program. Cannot map operator ${other.id} with max parallelism ${other.maxParallelism} to new program with max parallelism ${wanted}.`;
}

/** A type that does not fit shows only when tasks read their state: then the job restarts for ever. */
function incompatible(saved: Saved, { operators }: Program): string | null {
  for (const operator of operators) {
    const before = saved.operators.find(({ id }) => id === operator.id)?.states ?? [];
    const other = operator.states.find((state) =>
      before.some(({ name, type }) => name === state.name && type !== state.type),
    );
    if (other !== undefined) {
      return `java.lang.RuntimeException: Error while getting state\nCaused by: org.apache.flink.util.StateMigrationException: For heap backends, the new state serializer (${other.type}) must not be incompatible with the old state serializer.`;
    }
  }
  return null;
}

function noSnapshot(path: string): string {
  return `java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '${path}' on file system '${pathOf(path).split(':')[0]}'.`;
}

function duplicate(version: number): FlinkError {
  const cause =
    version >= 203
      ? 'org.apache.flink.runtime.client.DuplicateApplicationSubmissionException: Application has already been submitted.'
      : 'org.apache.flink.runtime.client.DuplicateJobSubmissionException: Job has already been submitted.';
  return restError(400, 'Could not execute application.', cause);
}

function nameOf({ jobName }: Program, configuration: JsonObject): string {
  const given = configuration['pipeline.name'];
  return jobName ?? (typeof given === 'string' ? given : 'Flink Streaming Job');
}

/** A YAML map from 1.19 on, `key:value` pairs before. */
function parametersIn(world: World, configuration: JsonObject): { readonly [key: string]: string } {
  const text = configuration['pipeline.global-job-parameters'];
  if (typeof text !== 'string') return {};
  if (versionNumber(world.settings) < 119) {
    const pairs = text.split(',').map((pair) => pair.split(':').map((part) => part.replace(/^'(.*)'$/, '$1')));
    return Object.fromEntries(pairs.map(([key = '', ...value]) => [key, value.join(':')]));
  }
  const map = parse(text) as unknown;
  if (!isObject(map))
    throw restError(
      400,
      'Could not execute application.',
      'java.lang.IllegalArgumentException: pipeline.global-job-parameters is no map',
    );
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}
