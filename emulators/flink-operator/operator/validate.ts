import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { textAt } from '../api/value.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { Configuration } from './configuration.js';
import { jobOf } from './spec.js';

const forbidden = ['kubernetes.namespace', 'kubernetes.cluster-id'];

/** Why the operator does not take a spec, in its words; null: it does. `before`: the spec that was carried out last. */
export function refusal(spec: JsonObject, before: JsonObject | null, settings: FlinkOperatorSettings): string | null {
  const rules = [ofCluster, ofConfiguration, ofJob, ofChange];
  for (const rule of rules) {
    const found = rule(spec, before, settings);
    if (found !== null) return found;
  }
  return null;
}

type Rule = (spec: JsonObject, before: JsonObject | null, settings: FlinkOperatorSettings) => string | null;

const ofCluster: Rule = (spec) => {
  if (textAt(spec, 'flinkVersion') === '') return 'Flink Version must be defined.';
  for (const [name, field] of [
    ['JobManager', 'jobManager'],
    ['TaskManager', 'taskManager'],
  ] as const) {
    const part = spec[field];
    const resource: Json | undefined = isObject(part) ? part['resource'] : undefined;
    if (!isObject(resource)) return `${name} resource must be defined.`;
    if (textAt(resource, 'memory') === '') return `${name} resource memory must be defined.`;
    if (!/^\d+(\.\d+)?\s*[a-zA-Z]*$/.test(textAt(resource, 'memory')))
      return `${name} resource memory parse error: Could not parse value '${textAt(resource, 'memory')}'`;
  }
  return null;
};

const ofConfiguration: Rule = (spec, _before, settings) => {
  const own = isObject(spec['flinkConfiguration']) ? spec['flinkConfiguration'] : {};
  const key = forbidden.find((one) => one in own);
  if (key !== undefined) return `Forbidden Flink config key: ${key}`;
  const configuration = new Configuration(spec, settings);
  return configuration.rollsBack && !configuration.highlyAvailable ? 'HA must be enabled for rollback support.' : null;
};

const ofJob: Rule = (spec, _before, settings) => {
  const job = jobOf(spec);
  if (job === null) return null;
  const configuration = new Configuration(spec, settings);
  if (job.parallelism < 1) return 'Job parallelism must be larger than 0';
  if (job.upgradeMode === 'stateless') return null;
  if (job.upgradeMode === 'last-state' && !configuration.highlyAvailable && configuration.lastStateNeedsHa)
    return 'Job could not be upgraded with last-state while HA disabled';
  if (configuration.checkpoints === '')
    return 'Checkpoint directory[state.checkpoints.dir] must be defined for last-state and savepoint upgrade modes';
  return null;
};

const ofChange: Rule = (spec, before, settings) => {
  const job = jobOf(spec);
  if (before === null) return job?.state === 'suspended' ? 'Job must start in running state' : null;
  const old = jobOf(before);
  if (old !== null && job === null) return 'Cannot switch from job to session cluster';
  if (old === null && job !== null) return 'Cannot switch from session to job cluster';
  const [was, is] = [before['mode'] ?? 'native', spec['mode'] ?? 'native'];
  if (was === 'native' && is === 'standalone')
    return 'Cannot switch from native kubernetes to standalone kubernetes cluster';
  if (was === 'standalone' && is === 'native')
    return 'Cannot switch from standalone kubernetes to native kubernetes cluster';
  const needsSavepoint = job?.upgradeMode === 'savepoint' && old?.state === 'running';
  if (needsSavepoint && new Configuration(spec, settings).savepoints === '')
    return 'Job could not be upgraded with savepoint while config key[state.savepoints.dir] is not set';
  return null;
};
