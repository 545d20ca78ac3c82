import { isObject, type JsonObject } from '../../model/json.js';
import type { Run, RunState, SeenRun } from '../../model/run.js';
import type { ApiJob } from './api.js';
import { type Facts, factsOf } from './facts.js';
import { stateOf } from './states.js';
import { fromTimestamp } from './struct.js';
import { readTarget } from './target.js';

export interface Home {
  readonly project: string;
  readonly region: string;
}

/** A run as the model knows it. `declared` is the manifest's target: of options and environment only what it names is shown. */
export function runOf(job: ApiJob, facts: Facts, home: Home, declared: JsonObject, detail: string | null): Run {
  const id = job.id ?? '';
  const state = stateOf(id, job.currentState);
  return {
    id,
    name: job.name ?? '',
    state,
    engineState: String(job.currentState),
    streaming: { JOB_TYPE_STREAMING: true, JOB_TYPE_BATCH: false }[String(job.type)] ?? null,
    startedAt: startOf(job, state),
    endedAt: hasEnded(state) ? fromTimestamp(job.currentStateTime) : null,
    stamp: facts.stamp,
    continues: null,
    replacedBy: job.replacedByJobId || null,
    scale: { workers: facts.workers },
    shows: showsOf(job, facts, home, declared),
    url: `https://console.cloud.google.com/dataflow/jobs/${home.region}/${id}?project=${home.project}`,
    detail,
  };
}

/**
 * A listed run that the ledger knows by its id. Its stamp was frozen at launch; worker bounds that were set on the running job since then
 * stand in the list.
 */
export function rememberedRun(job: ApiJob, seen: SeenRun, home: Home): Run {
  const run = runOf(job, factsOf(job), home, {}, null);
  const now = run.scale?.['workers'];
  const then = seen.scale?.['workers'];
  const workers = { ...(isObject(then) ? then : {}), ...(isObject(now) ? now : {}) };
  return { ...run, stamp: seen.stamp, scale: { workers }, shows: null, remembered: true };
}

export function hasEnded(state: RunState): boolean {
  return !['starting', 'running', 'draining', 'stopping'].includes(state);
}

/** Since when a running job runs; of others, when it was started. */
function startOf(job: ApiJob, state: RunState): string | null {
  if (state === 'running' && job.currentStateTime) return fromTimestamp(job.currentStateTime);
  return fromTimestamp(job.startTime) ?? fromTimestamp(job.createTime);
}

function showsOf(job: ApiJob, facts: Facts, home: Home, declared: JsonObject): JsonObject {
  const target = readTarget(declared);
  const parameters = alike(target.parameters ?? {}, facts.options);
  const { additionalUserLabels: labels, ...rest } = (target.environment ?? {}) as JsonObject;
  const environment: JsonObject = {
    ...alike(rest as JsonObject, facts.environment),
    ...(facts.streamingEngine !== null &&
      'enableStreamingEngine' in rest && { enableStreamingEngine: facts.streamingEngine }),
    ...(isObject(labels) && { additionalUserLabels: alike(labels, facts.labels) }),
  };
  return {
    project: home.project,
    region: home.region,
    name: job.name ?? '',
    ...alike(typeof target.template === 'string' ? { template: target.template } : {}, {
      template: facts.options['templateLocation'] ?? null,
    }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(Object.keys(environment).length > 0 && { environment }),
  };
}

/**
 * The seen values of the declared fields, as declared where only the type differs (options are text). A field whose declared value is a
 * reference is left out: the seen one may be a secret.
 */
function alike(declared: JsonObject, seen: JsonObject): JsonObject {
  const shown: [string, JsonObject[string]][] = [];
  for (const [field, value] of Object.entries(declared)) {
    const found = seen[field];
    if (found === undefined || found === null || (typeof value === 'string' && value.includes('${'))) continue;
    shown.push([field, String(found) === String(value) ? value : found]);
  }
  return Object.fromEntries(shown);
}
