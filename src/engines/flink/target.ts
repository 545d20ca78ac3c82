import * as z from 'zod';
import type { Impact } from '../../model/impact.js';
import type { JsonObject } from '../../model/json.js';

/** A value that another part fills in before the launch: a build result or a secret. */
const reference = /\$\{[a-z]+\.[^}]+\}/;
const text = z.string().min(1);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const location = z
  .string()
  .regex(
    new RegExp(`^(s3|gs)://|^file:///|${reference.source}`),
    'expected s3://…, gs://…, file:///…, a build result (${build.NAME}), or for a file of this repository a map {file, upload-to}',
  );
const uploadTo = z
  .string()
  .regex(/\$\{digest\}/, 'expected a URI with ${digest} in it, so that no object is ever overwritten');
const file = z.strictObject({
  file: text.describe('Path in this repository, or a build result'),
  'upload-to': uploadTo
    .exactOptional()
    .describe('Where the bytes are kept; needed for a build result, for a file of this repository git keeps them'),
});
const duration = z.union([
  z.number().positive(),
  z.string().regex(/^[0-9]+[smhd]$/, 'expected a duration such as 45s, 10m or 1h'),
]);

/** The target of a Flink job on a session or standalone cluster, by its REST API. */
export const flinkTarget = z.strictObject({
  url: z
    .string()
    .regex(new RegExp(`^https?://|${reference.source}`), 'expected http:// or https://')
    .describe('URL of the JobManager’s REST API, with a path prefix where a proxy needs one'),
  headers: z.record(text, z.string()).exactOptional().describe('Headers of every call, for example Authorization'),
  tls: z
    .strictObject({
      ca: text.exactOptional().describe('Certificates to trust'),
      cert: text.exactOptional().describe('Client certificate (mutual TLS)'),
      key: text.exactOptional().describe('Key of the client certificate'),
    })
    .exactOptional()
    .describe('Paths of PEM files, or PEM texts by `${secret.NAME}`'),
  name: text.exactOptional().describe('Exact name of the job on the cluster; default: the key of the job, or `was`'),
  jar: z
    .union([location, file])
    .describe('The jar: a file of this repository, a build result, or a URI of an object made elsewhere'),
  'entry-class': text.exactOptional().describe('Main class; default: the one in the jar’s manifest'),
  arguments: z.array(scalar).exactOptional().describe('Program arguments, one item each'),
  parallelism: z.int().min(1).exactOptional().describe('Parallelism of the job'),
  scheduler: z
    .enum(['default', 'adaptive'])
    .exactOptional()
    .describe('`jobmanager.scheduler` of the cluster; with `adaptive` the parallelism is changed in flight'),
  'savepoint-directory': text.exactOptional().describe('Directory of savepoints; default: the cluster’s'),
  'savepoint-format': z.enum(['native', 'canonical']).exactOptional().describe('Format of savepoints; default: native'),
  'allow-non-restored-state': z
    .boolean()
    .exactOptional()
    .describe('Drop state of operators that the new program does not have'),
  'start-from': text
    .exactOptional()
    .describe('Savepoint or retained checkpoint that a start begins from where no state of an earlier run is known'),
  'checkpoint-max-age': duration
    .exactOptional()
    .describe('Age of the last checkpoint up to which `restart` goes on from it; default: 10m'),
  configuration: z.record(text, scalar).exactOptional().describe('Flink configuration of the job, by Flink’s own keys'),
}) satisfies z.ZodType<JsonObject>;

/** How the tool reaches the cluster and where it keeps snapshots is no part of a run. */
export const flinkImpacts = {
  url: 'recreate',
  headers: 'none',
  tls: 'none',
  name: 'recreate',
  parallelism: 'scale',
  scheduler: 'none',
  'savepoint-directory': 'none',
  'savepoint-format': 'none',
  'allow-non-restored-state': 'none',
  'start-from': 'none',
  'checkpoint-max-age': 'none',
} as const satisfies { readonly [field: string]: Impact };

export type FlinkTarget = z.infer<typeof flinkTarget>;

/** Reads a target that the manifest's schema has accepted. */
export function readTarget(target: JsonObject): FlinkTarget {
  return target as unknown as FlinkTarget;
}

/** Exact job name of a target; `fallback` is the subject's first name. */
export function nameOf(target: JsonObject, fallback: string): string {
  return typeof target['name'] === 'string' ? target['name'] : fallback;
}

const unit = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const usualAgeSeconds = 600;

/** `checkpoint-max-age` in seconds. */
export function checkpointMaxAgeSeconds(target: JsonObject): number {
  const { 'checkpoint-max-age': given } = readTarget(target);
  if (typeof given === 'number') return given;
  const match = /^([0-9]+)([smhd])$/.exec(given ?? '');
  return match ? Number(match[1]) * unit[match[2] as keyof typeof unit] : usualAgeSeconds;
}
