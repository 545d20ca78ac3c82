import type { Json, JsonObject } from '../../model/json.js';
import { isObject } from '../../model/json.js';
import type { Stamp } from '../../model/stamp.js';
import type { ApiJob } from './api.js';
import { stampOf, stampPrefix } from './labels.js';
import { fromStruct } from './struct.js';

/** What a run's description tells beside its state. All but `workers` is frozen at launch. */
export interface Facts {
  readonly stamp: Stamp | null;
  /** Labels that are neither ours nor Google's (`goog-`). */
  readonly labels: { readonly [key: string]: string };
  /** Pipeline options that are plain values. */
  readonly options: JsonObject;
  /** Environment by the names of a launch; only what the service shows. */
  readonly environment: JsonObject;
  /** Worker bounds in the manifest's shape; only those that the run shows. */
  readonly workers: JsonObject;
  /** Null: it does not show. */
  readonly streamingEngine: boolean | null;
  readonly transforms: readonly string[];
}

export function factsOf(job: ApiJob): Facts {
  const labels = job.labels ?? {};
  const own = Object.entries(labels).filter(([key]) => !key.startsWith(stampPrefix) && !key.startsWith('goog-'));
  const options = optionsOf(job);
  return {
    stamp: stampOf(labels),
    labels: Object.fromEntries(own),
    options,
    environment: environmentOf(job),
    workers: workersOf(job),
    streamingEngine: streamingEngineOf(job, options),
    transforms: (job.pipelineDescription?.originalPipelineTransform ?? []).flatMap(({ name }) => (name ? [name] : [])),
  };
}

/** Java and Python runners put the options under `options`; lists and objects in it are the runner's own. */
function optionsOf(job: ApiJob): JsonObject {
  const struct = fromStruct(job.environment?.sdkPipelineOptions);
  const options: Json = isObject(struct['options']) ? struct['options'] : {};
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && typeof value !== 'object'));
}

/** Bounds set on the running job, else those of its launch. The smallest number is shown only once it was set. */
function workersOf(job: ApiJob): JsonObject {
  const set = job.runtimeUpdatableParams;
  const max = set?.maxNumWorkers ?? job.environment?.workerPools?.[0]?.autoscalingSettings?.maxNumWorkers;
  return shown({ min: set?.minNumWorkers, max, 'utilization-hint': set?.workerUtilizationHint });
}

function environmentOf(job: ApiJob): JsonObject {
  const from = job.environment;
  const pool = from?.workerPools?.[0];
  return shown({
    serviceAccountEmail: from?.serviceAccountEmail,
    kmsKeyName: from?.serviceKmsKeyName,
    workerRegion: from?.workerRegion,
    workerZone: from?.workerZone,
    machineType: pool?.machineType,
    diskSizeGb: pool?.diskSizeGb,
    network: pool?.network,
    subnetwork: pool?.subnetwork,
    ipConfiguration: named(pool?.ipConfiguration),
    streamingMode: named(from?.streamingMode),
  });
}

/** Missing fields come as empty text or zero, missing enums as their zero value. */
function shown(fields: { readonly [name: string]: string | number | null | undefined }): JsonObject {
  const kept = Object.entries(fields).filter(
    ([, value]) => value !== null && value !== undefined && value !== '' && value !== 0,
  );
  return Object.fromEntries(kept) as JsonObject;
}

function named(value: unknown): string | null {
  return typeof value === 'string' && !value.endsWith('_UNSPECIFIED') ? value : null;
}

function streamingEngineOf(job: ApiJob, options: JsonObject): boolean | null {
  const experiments = job.environment?.experiments ?? [];
  const signs = ['enable_streaming_engine', 'enable_windmill_service'];
  if (experiments.some((text) => signs.includes(text))) return true;
  if (job.environment?.useStreamingEngineResourceBasedBilling) return true;
  const option = options['enableStreamingEngine'] ?? options['enable_streaming_engine'];
  // An explicit false proves nothing: gcloud always sends it, and Python and Go jobs use the engine all the same.
  return option === true || option === 'true' ? true : null;
}
