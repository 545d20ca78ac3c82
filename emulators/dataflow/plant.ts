import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import type { EmulatedRun } from '../service.js';
import type { Storage } from '../storage/index.js';
import { jobEnvironment } from './environment.js';
import { DataflowError } from './error.js';
import { type Fate, fateSchema, healthy } from './fate.js';
import { startDrain, startFate, startLife } from './lifecycle.js';
import { checkLabels, checkName } from './names.js';
import { type DataflowRun, type Launched, stateOf } from './run.js';
import { type Template, templateAt } from './template.js';
import { jobView } from './view.js';
import type { World } from './world.js';

const texts = z.record(z.string(), z.string()).default({});
const fateFields = fateSchema.partial().shape;

const plantSchema = z.strictObject({
  name: z.string(),
  project: z.string(),
  region: z.string(),
  labels: texts,
  state: z.string().default('JOB_STATE_RUNNING'),
  type: z.enum(['JOB_TYPE_STREAMING', 'JOB_TYPE_BATCH']).optional(),
  streamingEngine: z.boolean().default(true),
  /** Template in the emulated storage: gives image and fate. */
  template: z.string().optional(),
  parameters: texts,
  maxWorkers: z.int().min(1).optional(),
  runtimeUpdatableParams: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  startedSecondsAgo: z
    .number()
    .min(0)
    .max(30 * 86_400)
    .default(3600),
  ...fateFields,
});

const changeSchema = z.strictObject({ id: z.string(), state: z.string().optional(), ...fateFields });

/** `POST /runs`: a job as somebody else would have started it, or, with the id of a job, another fate for that one. Throws a ControlError. */
export function plant(world: World, storage: Storage, spec: JsonObject, now: number): EmulatedRun {
  try {
    return shown(spec['id'] === undefined ? add(world, storage, spec, now) : change(world, spec, now), now);
  } catch (error) {
    if (error instanceof z.ZodError) throw new ControlError(z.prettifyError(error));
    if (error instanceof DataflowError) throw new ControlError(error.message);
    throw error;
  }
}

/** A job in the words of the API, for `GET /runs`. */
export function shown(run: DataflowRun, now: number): EmulatedRun {
  const view = jobView(run, 'JOB_VIEW_ALL', now);
  return { service: 'dataflow', ...view, id: run.id, name: run.name, state: stateOf(run), project: run.project };
}

function add(world: World, storage: Storage, spec: JsonObject, now: number): DataflowRun {
  const sent = plantSchema.parse(spec);
  checkName(sent.name);
  checkLabels(sent.labels);
  const template = sent.template === undefined ? unknownTemplate : templateAt(storage, sent.template);
  const fate = fateOf(sent, template.fate);
  const streaming = fate.behaviour !== 'batch' && template.streaming;
  const place = { project: sent.project, location: sent.region };
  const runtime = {
    additionalExperiments: [],
    additionalUserLabels: sent.labels,
    ...(sent.maxWorkers === undefined ? {} : { maxWorkers: sent.maxWorkers }),
  };
  const launch = { jobName: sent.name, parameters: sent.parameters, environment: runtime };
  const job: Launched = {
    name: sent.name,
    ...place,
    type: sent.type ?? (streaming ? 'JOB_TYPE_STREAMING' : 'JOB_TYPE_BATCH'),
    carrier: template.kind,
    labels: sent.labels,
    environment: jobEnvironment(launch, place, template),
    streamingEngine: sent.streamingEngine,
    transformNameMapping: {},
    clientRequestId: null,
    createdFromSnapshotId: null,
    maxWorkers: sent.maxWorkers ?? null,
    fate,
  };
  const run = world.add(job, { mode: 'none' }, sent.state, now - sent.startedSecondsAgo * 1000);
  run.updatable = { ...sent.runtimeUpdatableParams };
  if (sent.state === 'JOB_STATE_DRAINING')
    world.schedule(run, 'drained', now, fate.drainSeconds ?? world.settings.drainSeconds);
  else if (sent.state === 'JOB_STATE_CANCELLING')
    world.schedule(run, 'cancelled', now, fate.cancelSeconds ?? world.settings.cancelSeconds);
  else startLife(world, run, now);
  return run;
}

function change(world: World, spec: JsonObject, now: number): DataflowRun {
  const sent = changeSchema.parse(spec);
  const run = world.runs.get(sent.id);
  if (!run) throw new ControlError(`no job ${sent.id}`);
  run.fate = fateOf(sent, run.fate);
  if (sent.state === 'JOB_STATE_DRAINING' && stateOf(run) === 'JOB_STATE_RUNNING') startDrain(world, run, now);
  else if (sent.state !== undefined) {
    if (sent.state === 'JOB_STATE_FAILED' && sent.message) world.say(run, 'JOB_MESSAGE_ERROR', sent.message, now);
    world.move(run, sent.state, now);
  }
  if (stateOf(run) === 'JOB_STATE_DRAINING')
    world.schedule(run, 'drained', now, run.fate.drainSeconds ?? world.settings.drainSeconds);
  if (sent.behaviour !== undefined && stateOf(run) === 'JOB_STATE_RUNNING') startFate(world, run, now);
  return run;
}

function fateOf(sent: Partial<Fate> | { readonly [key: string]: unknown }, base: Fate): Fate {
  const given = Object.entries(sent).filter(([key, value]) => key in fateFields && value !== undefined);
  return { ...base, ...(Object.fromEntries(given) as Partial<Fate>) };
}

const unknownTemplate: Template = {
  kind: 'flex',
  uri: 'gs://unknown/template.json',
  image: 'registry.example/unknown:latest',
  metadata: null,
  streaming: true,
  streamingEngine: true,
  environment: {},
  fate: healthy,
};
