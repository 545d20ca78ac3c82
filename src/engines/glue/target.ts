import * as z from 'zod';
import type { Impact } from '../../model/impact.js';
import type { JsonObject } from '../../model/json.js';
import { accountNumber, assumeRole, location, scalar, text, uploadTo } from '../../platforms/aws/fields.js';

const upload = uploadTo('so that no object is ever overwritten');
const file = z.strictObject({ file: text, 'upload-to': upload });
const zip = z.strictObject({ zip: text, 'upload-to': upload });
const libraries = z.array(z.union([location, file, zip]));

const argumentName = z.string().regex(/^--[^\s=]+$/, 'expected a name that begins with --');
const values = z.record(argumentName, scalar);

/**
 * Members of Glue's `JobUpdate` that the manifest may give by Glue's own names. Left out: `AllocatedCapacity` (deprecated),
 * `CodeGenConfigurationNodes` and `JobMode` (generated scripts), and what has a field of the target for every launch.
 * https://docs.aws.amazon.com/glue/latest/webapi/API_JobUpdate.html
 */
const definition = z.strictObject({
  Command: z.strictObject({ PythonVersion: text.exactOptional(), Runtime: text.exactOptional() }).exactOptional(),
  Connections: z.strictObject({ Connections: z.array(text) }).exactOptional(),
  DefaultArguments: values.exactOptional(),
  Description: z.string().exactOptional(),
  ExecutionClass: z.enum(['STANDARD', 'FLEX']).exactOptional(),
  ExecutionProperty: z.strictObject({ MaxConcurrentRuns: z.int().min(1).exactOptional() }).exactOptional(),
  GlueVersion: text.exactOptional(),
  JobRunQueuingEnabled: z.boolean().exactOptional(),
  LogUri: text.exactOptional(),
  MaintenanceWindow: text.exactOptional(),
  MaxCapacity: z.number().positive().exactOptional(),
  MaxRetries: z.int().min(0).exactOptional(),
  NonOverridableArguments: values.exactOptional(),
  NotificationProperty: z.strictObject({ NotifyDelayAfter: z.int().min(1).exactOptional() }).exactOptional(),
  NumberOfWorkers: z.int().min(1).exactOptional(),
  Role: text.exactOptional(),
  SecurityConfiguration: text.exactOptional(),
  SourceControlDetails: z.record(z.string(), z.string()).exactOptional(),
  Timeout: z.int().min(0).max(10_080).exactOptional(),
  WorkerType: text.exactOptional(),
});

/** Settings of a Glue streaming job. Times in minutes, as Glue counts them. */
export const glueTarget = z.strictObject({
  name: text.exactOptional().describe('Exact name of the Glue job; default: the key of the job, or `was`'),
  region: text.describe('AWS region of the Glue job'),
  account: accountNumber.exactOptional().describe('AWS account of the Glue job; checked before anything is done'),
  'assume-role': assumeRole.exactOptional().describe('Role to assume for every call, with its external id'),
  script: z.union([location, file]).describe('The script: a file that is uploaded, an s3:// URI, or a build result'),
  'extra-py-files': libraries.exactOptional().describe('Python files and archives (--extra-py-files)'),
  'extra-jars': libraries.exactOptional().describe('Jars (--extra-jars)'),
  'extra-files': libraries.exactOptional().describe('Other files (--extra-files)'),
  arguments: values.exactOptional().describe('Job arguments, with their leading --'),
  'checkpoint-argument': argumentName.exactOptional().describe('The argument that holds the checkpoint location'),
  'worker-type': text.exactOptional().describe('WorkerType, for example G.1X'),
  workers: z.int().min(1).exactOptional().describe('NumberOfWorkers'),
  timeout: z.int().min(0).max(10_080).exactOptional().describe('Minutes after which Glue ends the run; 0: never'),
  'execution-class': z.enum(['STANDARD', 'FLEX']).exactOptional(),
  'security-configuration': text.exactOptional(),
  role: text.exactOptional().describe('IAM role that the run has'),
  connections: z.array(text).exactOptional().describe('Names of Glue connections'),
  tags: z.record(text, z.string()).exactOptional().describe('Tags of the Glue job; tags that are not named stay'),
  definition: z
    .union([z.literal('leave'), definition])
    .exactOptional()
    .describe(
      'More members of the definition by their names in UpdateJob; or `leave`: the definition is never written',
    ),
}) satisfies z.ZodType<JsonObject>;

/** The part of the definition that the manifest gives by Glue's own names. */
export type GlueDefinition = z.infer<typeof definition>;

/**
 * Glue has no call that changes a run that runs, so whatever a run executes with is an upgrade. Who calls, tags and the description
 * are no part of a run: they are written with the next rollout.
 */
export const glueImpacts = {
  name: 'recreate',
  region: 'recreate',
  account: 'none',
  'assume-role': 'none',
  tags: 'none',
  'definition.Description': 'none',
} as const satisfies { readonly [field: string]: Impact };

/** Target fields that hold artifacts, and the run argument that carries each. */
export const artifactArguments = {
  script: '--scriptLocation',
  'extra-py-files': '--extra-py-files',
  'extra-jars': '--extra-jars',
  'extra-files': '--extra-files',
} as const;
