import * as z from 'zod';
import type { JsonObject } from '../../model/json.js';
import { environment } from './environment.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The target of a Dataflow job. Everything that a launch needs stands here: a launch inherits nothing from the running job. */
export const target = z.strictObject({
  project: z.string().min(1).describe('Google Cloud project'),
  region: z.string().min(1).describe('Region of the job, for example europe-west1'),
  name: z.string().min(1).optional().describe('Exact name of the job on Dataflow; default: the job’s key, or `was`'),
  template: z
    .union([z.string().min(1), z.strictObject({ file: z.string().min(1), 'upload-to': z.string().min(1) })])
    .describe('gs:// path of the template, or a template file of this repository and where to upload it'),
  'template-type': z.enum(['flex', 'classic']).optional().describe('Kind of template; default: flex'),
  parameters: z.record(z.string(), scalar).optional().describe('Parameters of the template'),
  workers: z
    .strictObject({
      min: z.int().min(1).optional().describe('Smallest number of workers; set on the running job after its start'),
      max: z.int().min(1).optional().describe('Largest number of workers'),
      'utilization-hint': z.number().min(0.1).max(0.9).optional().describe('Target CPU utilisation, 0.1 to 0.9'),
    })
    .optional()
    .describe('Worker bounds; changed on the running job'),
  'transform-name-mapping': z
    .record(z.string(), z.string())
    .optional()
    .describe('Old transform name to new one for an in-place update; an empty text: the transform was removed'),
  environment: environment.optional().describe('Runtime environment of the launch, by the API’s own names'),
  impersonate: z.string().min(1).optional().describe('Service account to act as'),
});

export type Target = z.infer<typeof target>;

/** A target whose template has been uploaded or named: what a launch works with. */
export type LaunchTarget = Omit<Target, 'template'> & { readonly template: string };

/** Reads a target that the manifest's schema has accepted. */
export function readTarget(value: JsonObject): Target {
  return value as unknown as Target;
}

/** Exact job name of a target; `fallback` is the subject's first name. */
export function nameOf(value: JsonObject, fallback: string): string {
  return typeof value['name'] === 'string' ? value['name'] : fallback;
}
