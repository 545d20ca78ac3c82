import * as z from 'zod';
import type { Impact } from '../../model/impact.js';
import type { JsonObject } from '../../model/json.js';
import { accountNumber, assumeRole, location, scalar, text, uploadTo } from '../../platforms/aws/fields.js';

const upload = uploadTo('since the service never reads a key a second time');
const code = z.union([
  location,
  z.strictObject({ file: text, 'upload-to': upload }),
  z.strictObject({ zip: text, 'upload-to': upload }),
]);

const milliseconds = z.int().min(1);

/** Settings of an application of Amazon Managed Service for Apache Flink. */
export const managedFlinkTarget = z.strictObject({
  name: text.exactOptional().describe('Exact name of the application; default: the key of the job, or `was`'),
  region: text.describe('AWS region of the application'),
  account: accountNumber.exactOptional().describe('AWS account of the application; checked before anything is done'),
  'assume-role': assumeRole.exactOptional().describe('Role to assume for every call, with its external id'),
  code: code.describe('The jar or zip: a file that is uploaded, an s3:// URI, or a build result'),
  properties: z
    .record(text, z.record(text, scalar))
    .exactOptional()
    .describe('All property groups of the application, by group; left out: they stay as they are'),
  parallelism: z.int().min(1).exactOptional().describe('Parallelism; a change restarts the job from its own snapshot'),
  'parallelism-per-kpu': z.int().min(1).exactOptional(),
  'auto-scaling': z.boolean().exactOptional().describe('Whether the service may change the parallelism'),
  runtime: text.exactOptional().describe('RuntimeEnvironment, for example FLINK-1_20'),
  role: text.exactOptional().describe('IAM role that the application has'),
  checkpoints: z
    .union([
      z.literal('default'),
      z.strictObject({
        enabled: z.boolean().exactOptional(),
        interval: milliseconds.exactOptional().describe('Milliseconds'),
        'min-pause': milliseconds.exactOptional().describe('Milliseconds'),
      }),
    ])
    .exactOptional()
    .describe('Checkpoint settings; `default`: every minute, whatever the code says'),
  'metrics-level': z.enum(['APPLICATION', 'OPERATOR', 'PARALLELISM', 'TASK']).exactOptional(),
  'log-level': z.enum(['DEBUG', 'ERROR', 'INFO', 'WARN']).exactOptional(),
  'system-rollback': z
    .boolean()
    .exactOptional()
    .describe('Whether the service itself goes back to the version before when an update fails'),
  'allow-non-restored-state': z
    .boolean()
    .exactOptional()
    .describe('Drop state of operators that the new program does not have'),
}) satisfies z.ZodType<JsonObject>;

/** Who calls, and what only matters when a run is launched, is no part of a run. */
export const managedFlinkImpacts = {
  name: 'recreate',
  region: 'recreate',
  account: 'none',
  'assume-role': 'none',
  'system-rollback': 'none',
  'allow-non-restored-state': 'none',
  parallelism: 'scale',
} as const satisfies { readonly [field: string]: Impact };
