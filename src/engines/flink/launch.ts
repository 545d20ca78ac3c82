import type { JsonObject } from '../../model/json.js';
import type { Stamp } from '../../model/stamp.js';
import type { Version } from '../../platforms/flink/api.js';
import { parametersKey, parametersWith } from '../../platforms/flink/marks.js';
import { readTarget } from './target.js';

/** Keys of the configuration that the tool sets itself, and the field of the target that stands for each. */
export const reservedKeys: { readonly [key: string]: string } = {
  'pipeline.name': 'name',
  'parallelism.default': 'parallelism',
  'execution.savepoint.path': 'start-from',
  'execution.state-recovery.path': 'start-from',
  'execution.savepoint.ignore-unclaimed-state': 'allow-non-restored-state',
  'execution.state-recovery.ignore-unclaimed-state': 'allow-non-restored-state',
};

/** What a launch needs beside its target. */
export interface Launching {
  readonly jobId: string;
  readonly name: string;
  readonly stamp: Stamp;
  readonly snapshot: string | null;
  readonly version: Version;
}

/** The body of `/jars/:id/run`. Unknown fields are ignored by Flink, so that what it did is read back after the start. */
export function runBody(target: JsonObject, { jobId, name, stamp, snapshot, version }: Launching): JsonObject {
  const common = planBody(target, name);
  const configuration = common['flinkConfiguration'] as { readonly [key: string]: string };
  const parameters = parametersWith(stamp, configuration[parametersKey] ?? '', version, snapshot);
  return {
    ...common,
    jobId,
    flinkConfiguration: { ...configuration, [parametersKey]: parameters },
    ...(snapshot === null ? {} : { savepointPath: snapshot, ...claim(version) }),
    ...(snapshot !== null &&
      readTarget(target)['allow-non-restored-state'] === true && { allowNonRestoredState: true }),
  };
}

/** The body of `/jars/:id/plan`; `more`: configuration for this plan alone. */
export function planBody(target: JsonObject, name: string, more: { readonly [key: string]: string } = {}): JsonObject {
  const { 'entry-class': entryClass, arguments: args = [], parallelism, configuration = {} } = readTarget(target);
  const texts = Object.entries(configuration).map(([key, value]) => [key, String(value)] as const);
  return {
    ...(entryClass !== undefined && { entryClass }),
    programArgsList: args.map(String),
    ...(parallelism !== undefined && { parallelism }),
    flinkConfiguration: { ...Object.fromEntries(texts), 'pipeline.name': name, ...more },
  };
}

/** The snapshot stays ours: whoever has to go back starts from it again. The field was renamed in 1.20. */
function claim({ major, minor }: Version): JsonObject {
  return major > 1 || minor >= 20 ? { claimMode: 'NO_CLAIM' } : { restoreMode: 'NO_CLAIM' };
}
