import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { checkCapacity, shownCapacity, versionNumber } from './capacity.js';
import { invalid } from './errors.js';

const texts = z.record(z.string(), z.string());

/** Members of JobUpdate (SDK types). Role and Command are required by the service, not by the client. */
export const jobUpdateSchema = z.object({
  JobMode: z.string().optional(),
  JobRunQueuingEnabled: z.boolean().optional(),
  Description: z.string().max(2048).optional(),
  LogUri: z.string().optional(),
  Role: z.string().optional(),
  ExecutionProperty: z.object({ MaxConcurrentRuns: z.int().optional() }).optional(),
  Command: z
    .object({
      Name: z.string().optional(),
      ScriptLocation: z.string().optional(),
      PythonVersion: z.string().optional(),
      Runtime: z.string().optional(),
    })
    .optional(),
  DefaultArguments: texts.optional(),
  NonOverridableArguments: texts.optional(),
  Connections: z.object({ Connections: z.array(z.string()).optional() }).optional(),
  MaxRetries: z.int().optional(),
  AllocatedCapacity: z.int().optional(),
  Timeout: z.int().optional(),
  MaxCapacity: z.number().optional(),
  WorkerType: z.string().optional(),
  NumberOfWorkers: z.int().optional(),
  SecurityConfiguration: z.string().optional(),
  NotificationProperty: z.object({ NotifyDelayAfter: z.int().optional() }).optional(),
  GlueVersion: z.string().optional(),
  CodeGenConfigurationNodes: z.record(z.string(), z.json()).optional(),
  ExecutionClass: z.string().optional(),
  SourceControlDetails: z.record(z.string(), z.json()).optional(),
  MaintenanceWindow: z.string().optional(),
});

export type JobUpdate = z.infer<typeof jobUpdateSchema>;

/** A job as the emulator keeps it. Times in milliseconds. */
export interface Definition {
  readonly name: string;
  readonly update: JobUpdate & { readonly GlueVersion: string };
  readonly createdOn: number;
  readonly modifiedOn: number;
  readonly tags: { readonly [key: string]: string };
}

export const versions = ['0.9', '1.0', '2.0', '3.0', '4.0', '5.0', '5.1', 'auto'];

/** Version of a job that names none (SDK types, Job.GlueVersion). */
export const defaultVersion = '5.1';

/** Longest Timeout, in minutes. */
const longestTimeout = 10_080;

/** Longest text of all arguments together, in bytes. */
const longestArguments = 260 * 1024;

const commands = ['glueetl', 'pythonshell', 'gluestreaming', 'glueray'];

export function isStreaming(update: JobUpdate): boolean {
  return update.Command?.Name === 'gluestreaming';
}

/** Refuses a definition that the service would refuse. Throws InvalidInputException. */
export function checkDefinition(update: JobUpdate, version: string): void {
  const { Role, Command, ExecutionProperty, MaintenanceWindow } = update;
  if (!Role) throw invalid('Role is required.');
  if (!Command?.Name) throw invalid('Command is required.');
  if (!commands.includes(Command.Name)) throw invalid(`Command name ${Command.Name} is not supported.`);
  if (!/^s3:\/\/[^/]+\/.+/.test(Command.ScriptLocation ?? ''))
    throw invalid(`Script location ${Command.ScriptLocation ?? ''} is not a valid S3 path.`);
  if (!versions.includes(version)) throw invalid(`Invalid Glue version: ${version}`);
  if ((ExecutionProperty?.MaxConcurrentRuns ?? 1) < 1) throw invalid('MaxConcurrentRuns must be at least 1.');
  if ((update.MaxRetries ?? 0) < 0 || (update.MaxRetries ?? 0) > 10)
    throw invalid('MaxRetries must be between 0 and 10.');
  if (MaintenanceWindow && !/^(Sun|Mon|Tue|Wed|Thu|Fri|Sat):(?:[01]?\d|2[0-3])$/.test(MaintenanceWindow))
    throw invalid(`Maintenance window ${MaintenanceWindow} is not valid.`);
  if (update.ExecutionClass === 'FLEX' && Command.Name !== 'glueetl')
    throw invalid('Execution class FLEX is only supported for glueetl jobs.');
  checkTimeout(update.Timeout);
  checkCapacity(update, version, isStreaming(update));
  checkArguments(update.DefaultArguments);
}

export function checkTimeout(timeout: number | undefined): void {
  if (timeout !== undefined && (timeout < 0 || timeout > longestTimeout))
    throw invalid(`Timeout must be between 0 and ${longestTimeout} minutes.`);
}

export function checkArguments(given: { readonly [name: string]: string } | undefined): void {
  const size = Object.entries(given ?? {}).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > longestArguments) throw invalid('The total size of the arguments exceeds 260 KB.');
}

/** Minutes until a run times out, or null. Blank: none for streaming (unless set otherwise), else the default of the version. */
export function timeoutOf(
  timeout: number | undefined,
  version: string,
  streaming: boolean,
  blankStreaming: 'none' | 'version-default',
): number | null {
  if (timeout !== undefined) return timeout === 0 ? null : timeout;
  if (streaming && blankStreaming === 'none') return null;
  return versionNumber(version) >= 5 ? 480 : 2880;
}

/** A job as GetJob shows it: with the members that the service adds. */
export function shownJob(definition: Definition): JsonObject {
  const { name, update, createdOn, modifiedOn } = definition;
  const { MaxCapacity: _, AllocatedCapacity: __, ...rest } = update;
  return {
    Name: name,
    JobMode: 'SCRIPT',
    MaxRetries: 0,
    ExecutionProperty: { MaxConcurrentRuns: 1 },
    ExecutionClass: 'STANDARD',
    ...(definedOnly(rest) as JsonObject),
    ...(definedOnly(shownCapacity(update, update.GlueVersion)) as JsonObject),
    CreatedOn: createdOn / 1000,
    LastModifiedOn: modifiedOn / 1000,
  };
}

export function definedOnly(object: object): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
