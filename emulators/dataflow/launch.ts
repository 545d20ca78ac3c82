import * as z from 'zod';
import { isObject, type JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest } from '../service.js';
import type { Storage } from '../storage/index.js';
import { jobEnvironment } from './environment.js';
import { DataflowError } from './error.js';
import { fateOfLabels, healthy } from './fate.js';
import { checkLabels, checkName } from './names.js';
import { updateOptions } from './options.js';
import { checkParameters } from './parameters.js';
import type { UpdateRequest } from './replacement.js';
import {
  createFromTemplateSchema,
  createJobSchema,
  launchClassicSchema,
  launchFlexSchema,
  parseRequest,
  type RuntimeEnvironment,
} from './requests.js';
import type { Launched } from './run.js';
import { classicTemplate, flexTemplate, flexTemplateOf, type Template } from './template.js';

/** A checked request for a new job: what is created, and how it stands to an old one. */
export interface Wanted {
  readonly job: Launched;
  readonly request: UpdateRequest;
  readonly validateOnly: boolean;
}

interface Place {
  readonly project: string;
  readonly location: string;
}

/** `flexTemplates:launch`. */
export function flexLaunch(storage: Storage, place: Place, body: JsonObject): Wanted {
  const { launchParameter: launch, validateOnly } = parseRequest(launchFlexSchema, body);
  const uri = launch.containerSpecGcsPath ?? '';
  const template = launch.containerSpec
    ? flexTemplateOf(launch.containerSpec, 'in the request')
    : flexTemplate(storage, uri);
  const job = templateJob(template, place, launch, launch.transformNameMappings);
  return { job, request: requestOf(launch.update, launch.environment), validateOnly };
}

/** `templates:launch`. */
export function classicLaunch(
  storage: Storage,
  place: Place,
  body: JsonObject,
  query: EmulatedRequest['query'],
): Wanted {
  const launch = parseRequest(launchClassicSchema, body);
  const template = classicTemplate(storage, query.get('gcsPath') ?? query.get('gcs_path') ?? '');
  const job = templateJob(template, place, launch, launch.transformNameMapping);
  const validateOnly = (query.get('validateOnly') ?? query.get('validate_only')) === 'true';
  return { job, request: requestOf(launch.update, launch.environment), validateOnly };
}

/** `templates`: a classic template without an update. */
export function classicCreate(storage: Storage, place: Place, body: JsonObject): Wanted {
  const launch = parseRequest(createFromTemplateSchema, body);
  const located = { ...place, location: launch.location || place.location };
  const job = templateJob(classicTemplate(storage, launch.gcsPath), located, launch, {});
  return { job, request: requestOf(false, launch.environment), validateOnly: false };
}

/** `jobs`: a job graph that an SDK submits. */
export function jobCreate(place: Place, body: JsonObject): Wanted {
  const sent = parseRequest(createJobSchema, body);
  checkName(sent.name);
  checkLabels(sent.labels);
  const { experiments, serviceOptions, workerPools } = sent.environment;
  const scaling = workerPools.map((pool) => pool['autoscalingSettings']).find(isObject);
  const job: Launched = {
    name: sent.name,
    project: place.project,
    location: place.location,
    type: sent.type === 'JOB_TYPE_UNKNOWN' ? 'JOB_TYPE_BATCH' : sent.type,
    carrier: 'create',
    labels: sent.labels,
    environment: sent.environment as JsonObject,
    streamingEngine:
      sent.createdFromSnapshotId !== '' ||
      experiments.some((name) => name === 'enable_streaming_engine' || name === 'enable_windmill_service'),
    transformNameMapping: sent.transformNameMapping,
    clientRequestId: sent.clientRequestId || null,
    createdFromSnapshotId: sent.createdFromSnapshotId || null,
    maxWorkers: Number(scaling?.['maxNumWorkers'] ?? 0) || null,
    fate: labelled(sent.labels),
  };
  const options = updateOptions([...serviceOptions, ...experiments]);
  return { job, request: { update: false, replaceJobId: sent.replaceJobId || null, options }, validateOnly: false };
}

function templateJob(
  template: Template,
  place: Place,
  launch: { jobName: string; parameters: { [name: string]: string }; environment: RuntimeEnvironment },
  transformNameMapping: { readonly [old: string]: string },
): Launched {
  const { environment } = launch;
  const labels = environment.additionalUserLabels;
  checkName(launch.jobName);
  checkLabels(labels);
  checkParameters(template.metadata, launch.parameters);
  const asked = environment.additionalExperiments.includes('enable_streaming_engine');
  return {
    name: launch.jobName,
    ...place,
    type: template.streaming ? 'JOB_TYPE_STREAMING' : 'JOB_TYPE_BATCH',
    carrier: template.kind,
    labels,
    environment: jobEnvironment(launch, place, template),
    // `false` is proto3's default: it can not be told from an absent field and switches nothing off.
    streamingEngine: environment.enableStreamingEngine === true || asked || template.streamingEngine,
    transformNameMapping,
    clientRequestId: null,
    createdFromSnapshotId: null,
    maxWorkers: environment.maxWorkers ?? (Number(template.environment['maxWorkers'] ?? 0) || null),
    fate: template.fate === healthy ? labelled(labels) : template.fate,
  };
}

function requestOf(update: boolean, environment: RuntimeEnvironment): UpdateRequest {
  return { update, replaceJobId: null, options: updateOptions(environment.additionalExperiments) };
}

function labelled(labels: { readonly [key: string]: string }) {
  try {
    return fateOfLabels(labels);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new DataflowError(
      400,
      `The labels emulator-behaviour and emulator-seconds are malformed: ${z.prettifyError(error)}`,
    );
  }
}
