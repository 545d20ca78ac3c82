import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { enumFrom, jobTypes } from './enums.js';
import { DataflowError } from './error.js';

// Requests with camelCase names. Unknown fields pass, so that clients of other versions work; proto3 sends nothing for a default.
const texts = z.record(z.string(), z.string()).default({});
const list = z.array(z.string()).default([]);
const count = z.coerce.number().int().min(0).optional();
const object = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

const environment = z
  .looseObject({
    numWorkers: count,
    maxWorkers: count,
    enableStreamingEngine: z.boolean().optional(),
    additionalExperiments: list,
    additionalUserLabels: texts,
  })
  .default({ additionalExperiments: [], additionalUserLabels: {} });

export const launchFlexSchema = z.looseObject({
  validateOnly: z.boolean().default(false),
  launchParameter: z.looseObject({
    jobName: z.string(),
    containerSpecGcsPath: z.string().optional(),
    containerSpec: object.optional(),
    parameters: texts,
    environment,
    update: z.boolean().default(false),
    transformNameMappings: texts,
  }),
});

export const launchClassicSchema = z.looseObject({
  jobName: z.string(),
  parameters: texts,
  environment,
  update: z.boolean().default(false),
  transformNameMapping: texts,
});

export const createFromTemplateSchema = z.looseObject({
  jobName: z.string(),
  gcsPath: z.string(),
  parameters: texts,
  environment,
  location: z.string().optional(),
});

export const createJobSchema = z.looseObject({
  name: z.string(),
  location: z.string().optional(),
  type: z.unknown().transform((value, context) => {
    const type = enumFrom(jobTypes, value);
    if (type === undefined) context.addIssue({ code: 'custom', message: `unknown job type ${String(value)}` });
    return type ?? 'JOB_TYPE_UNKNOWN';
  }),
  labels: texts,
  replaceJobId: z.string().default(''),
  clientRequestId: z.string().default(''),
  createdFromSnapshotId: z.string().default(''),
  transformNameMapping: texts,
  environment: z
    .looseObject({ experiments: list, serviceOptions: list, workerPools: z.array(object).default([]) })
    .default({ experiments: [], serviceOptions: [], workerPools: [] }),
});

export type RuntimeEnvironment = z.infer<typeof environment>;

/** Reads a request by its schema; throws 400 as the service does for a payload that does not fit. */
export function parseRequest<T>(schema: z.ZodType<T>, body: JsonObject): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new DataflowError(400, `Invalid JSON payload received. ${z.prettifyError(read.error)}`);
}
