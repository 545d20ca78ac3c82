import { type Stamp, stampFields, stampFromFields, stampToFields } from '../../model/stamp.js';

/** Every argument of the tool begins like this; no script option may, since argparse matches prefixes. */
const prefix = '--stream-rollout-';

/** The argument in a definition that notes what the tool laid over it (overlay.ts). Not part of a stamp. */
export const noteArgument = `${prefix}definition`;

export function isMark(argument: string): boolean {
  return argument.startsWith(prefix);
}

/** The stamp as run arguments, one per field. A run keeps its arguments for life, and GetJobRuns shows them. */
export function marksOf(stamp: Stamp): { readonly [argument: string]: string } {
  const fields = stampToFields(stamp);
  return Object.fromEntries(stampFields.map((field) => [`${prefix}${field}`, fields[field]]));
}

/** The stamp that a run's arguments carry; null if there is none. */
export function stampOf(args: { readonly [argument: string]: string } | undefined): Stamp | null {
  return stampFromFields((field) => args?.[`${prefix}${field}`]);
}
