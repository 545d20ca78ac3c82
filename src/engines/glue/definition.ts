import { createHash } from 'node:crypto';
import type { Job, JobUpdate } from '@aws-sdk/client-glue';

export type Member = keyof JobUpdate;

/**
 * What becomes of each member of `JobUpdate` when a definition is written back. UpdateJob overwrites: a member that is absent is
 * removed or set to its default, so everything that GetJob shows is sent again, falsy values too (`Timeout: 0` is "never").
 * Members of `Job` that are not listed (Name, CreatedOn, LastModifiedOn, ProfileName, AutoUpgradeMetadata) are read-only.
 */
const members = {
  JobMode: 'keep',
  JobRunQueuingEnabled: 'keep',
  Description: 'keep',
  LogUri: 'keep',
  Role: 'keep',
  ExecutionProperty: 'keep',
  Command: 'keep',
  DefaultArguments: 'keep',
  NonOverridableArguments: 'keep',
  Connections: 'keep',
  MaxRetries: 'keep',
  // Deprecated; Glue fills it in from the other capacity members and refuses it beside them.
  AllocatedCapacity: 'drop',
  Timeout: 'keep',
  // Glue fills it in for jobs with workers, too, and then refuses to take it back.
  MaxCapacity: 'unless-workers',
  WorkerType: 'keep',
  NumberOfWorkers: 'keep',
  SecurityConfiguration: 'keep',
  NotificationProperty: 'keep',
  GlueVersion: 'keep',
  CodeGenConfigurationNodes: 'keep',
  ExecutionClass: 'keep',
  SourceControlDetails: 'keep',
  MaintenanceWindow: 'keep',
} as const satisfies { readonly [member in Member]: 'keep' | 'drop' | 'unless-workers' };

export const memberNames = Object.keys(members) as readonly Member[];

/** The definition as UpdateJob would have to be sent to change nothing. */
export function updateOf(job: Job): JobUpdate {
  const copied = memberNames
    .filter((member) => job[member] !== undefined && members[member] !== 'drop')
    .map((member) => [member, job[member]]);
  return withOneCapacity(Object.fromEntries(copied) as JobUpdate);
}

/** Glue takes either workers or a maximum capacity. Workers win: a job that has them only shows the capacity that they make. */
export function withOneCapacity(update: JobUpdate): JobUpdate {
  if (update.WorkerType === undefined && update.NumberOfWorkers === undefined) return update;
  const { MaxCapacity: _, ...rest } = update;
  return rest;
}

/** Names of the members that differ, in Glue's order; values are never named, since they may hold secrets. */
export function differing(a: JobUpdate, b: JobUpdate, among: readonly Member[] = memberNames): readonly Member[] {
  return among.filter((member) => canonical(a[member]) !== canonical(b[member]));
}

/** Digests of the members that a definition has, by name: what was written can be remembered without its values. */
export function memberDigests(update: JobUpdate): { readonly [member: string]: string } {
  const present = memberNames.filter((member) => clean(update[member]) !== undefined);
  return Object.fromEntries(
    present.map((member) => [member, createHash('sha256').update(canonical(update[member])).digest('hex')]),
  );
}

function canonical(value: unknown): string {
  return JSON.stringify(clean(value)) ?? 'absent';
}

/** Keys in order; empty lists and maps, absent members and undefined values are one and the same to Glue. */
function clean(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(clean);
  const entries = Object.entries(value)
    .map(([key, item]) => [key, clean(item)] as const)
    .filter(([, item]) => item !== undefined)
    .sort(([x], [y]) => (x < y ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
