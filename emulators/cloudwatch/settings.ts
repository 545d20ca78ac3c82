import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { type Workload, workloadsSchema } from '../workload/index.js';

const seconds = z.number().min(0).max(86_400);

const schema = z.strictObject({
  /** Time from a sample to its showing in GetMetricData. */
  visibleAfterSeconds: seconds,
  /** Time from a metric's first sample to its showing in ListMetrics; AWS says up to 15 minutes. */
  listedAfterSeconds: seconds,
  /** How often a run sends its metrics. */
  sampleSeconds: seconds.min(1),
  /** Metrics that nobody sends any more, by name; `*` for all. */
  missing: z.array(z.string()),
  /** Dimensions that a request names in vain: it gets another metric that fits otherwise. */
  ignoredDimensions: z.array(z.string()),
  /** Not documented on AWS: the dimension `Type` of each metric. */
  types: z.record(z.string(), z.enum(['count', 'gauge'])),
  /** Most data points of an answer, whatever MaxDatapoints says. */
  pageSize: z.int().min(1),
  /** What an answer of status 200 says of each query; with anything but `Complete` it gives no values. */
  statusCode: z.enum(['Complete', 'InternalError', 'Forbidden']),
});

export type CloudwatchSettings = z.infer<typeof schema>;

export function defaultSettings(): CloudwatchSettings {
  return {
    visibleAfterSeconds: 60,
    listedAfterSeconds: 300,
    sampleSeconds: 30,
    missing: [],
    ignoredDimensions: [],
    types: {},
    pageSize: 100_800,
    statusCode: 'Complete',
  };
}

const changeSchema = schema.partial().extend({ workloads: workloadsSchema.optional() });

/** Changes settings in place; the rest of a change is about workloads. Throws a ControlError for an unknown or malformed one. */
export function changeSettings(
  settings: CloudwatchSettings,
  change: JsonObject,
): { [name: string]: Partial<Workload> } {
  const read = changeSchema.safeParse(change);
  if (!read.success) throw new ControlError(z.prettifyError(read.error));
  const { workloads, ...rest } = read.data;
  Object.assign(settings, rest);
  return (workloads ?? {}) as { [name: string]: Partial<Workload> };
}
