import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { type Workload, workloadsSchema } from '../workload/index.js';

const seconds = z.number().min(0).max(86_400);

const schema = z.strictObject({
  /** Time from a sample to its showing in answers. */
  visibleAfterSeconds: seconds,
  /** Time between two samples of a series. */
  sampleSeconds: seconds.min(1),
  /** Time from RUNNING in which a run is not sampled yet. */
  firstSampleAfterSeconds: seconds,
  /** Metrics that are not sampled any more: their types behind `dataflow.googleapis.com/`, `*` for all. */
  missing: z.array(z.string()),
  /** Labels on which a filter has no effect, so that series come back that were not asked for. */
  ignoredFilterLabels: z.array(z.string()),
  /** Most points of one page. */
  pageSize: z.int().min(1),
});

export type MonitoringSettings = z.infer<typeof schema>;

export function defaultSettings(): MonitoringSettings {
  return {
    visibleAfterSeconds: 120,
    sampleSeconds: 60,
    firstSampleAfterSeconds: 0,
    missing: [],
    ignoredFilterLabels: [],
    pageSize: 100_000,
  };
}

const changeSchema = schema.partial().extend({ workloads: workloadsSchema.optional() });

/** Changes settings in place; the rest of a change is about workloads. Throws a ControlError for an unknown or malformed one. */
export function changeSettings(
  settings: MonitoringSettings,
  change: JsonObject,
): { [name: string]: Partial<Workload> } {
  const read = changeSchema.safeParse(change);
  if (!read.success) throw new ControlError(z.prettifyError(read.error));
  const { workloads, ...rest } = read.data;
  Object.assign(settings, rest);
  return (workloads ?? {}) as { [name: string]: Partial<Workload> };
}
