import type { JsonObject } from '../../model/json.js';
import type { Stamp } from '../../model/stamp.js';
import type { Api, ApiJob, ClassicLaunch, FlexLaunch } from './api.js';
import { stampLabels } from './labels.js';
import { type LaunchTarget, readTarget } from './target.js';

/** How a launch treats a running job of the same name. */
export interface Mode {
  /** Replace the running job (in place, or in parallel if the experiments say so). */
  readonly update: boolean;
  readonly experiments: readonly string[];
}

/** A launch request as data: what will be sent, whole. */
export type Launch =
  | { readonly kind: 'flex'; readonly parameter: FlexLaunch }
  | { readonly kind: 'classic'; readonly gcsPath: string; readonly parameters: ClassicLaunch };

/**
 * The launch of a target. Nothing is inherited from a running job, so everything is given again. The smallest number of workers and the
 * utilisation hint have no field in a launch: they are set on the running job.
 */
export function launchOf(value: JsonObject, name: string, stamp: Stamp, mode: Mode): Launch {
  const target = readTarget(value) as LaunchTarget;
  const mapping = mode.update ? (target['transform-name-mapping'] ?? {}) : {};
  const environment = environmentOf(target, stamp, mode.experiments);
  const common = { jobName: name, parameters: texts(target.parameters ?? {}), environment, update: mode.update };
  if (target['template-type'] === 'classic') {
    return { kind: 'classic', gcsPath: target.template, parameters: { ...common, transformNameMapping: mapping } };
  }
  return {
    kind: 'flex',
    parameter: { ...common, containerSpecGcsPath: target.template, transformNameMappings: mapping },
  };
}

/** Sends a launch, exactly once; null: accepted, but no run was named. Throws what the client threw. */
export function send(api: Api, launch: Launch): Promise<ApiJob | null> {
  return launch.kind === 'flex'
    ? api.launchFlex(launch.parameter)
    : api.launchClassic(launch.gcsPath, launch.parameters);
}

function environmentOf(target: LaunchTarget, stamp: Stamp, experiments: readonly string[]) {
  const { additionalUserLabels, additionalExperiments = [], ...given } = target.environment ?? {};
  const max = target.workers?.max;
  return {
    ...(given as FlexLaunch['environment'] & ClassicLaunch['environment']),
    ...(max !== undefined && { maxWorkers: max }),
    additionalExperiments: [...new Set([...additionalExperiments, ...experiments])],
    additionalUserLabels: { ...additionalUserLabels, ...stampLabels(stamp) },
  };
}

function texts(parameters: { readonly [name: string]: string | number | boolean }): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
