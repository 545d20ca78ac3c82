import type { Inputs } from '../inputs/inputs.js';
import type { Manifest } from '../model/job.js';
import type { JobRecord } from '../model/record.js';

/** Name that keeps two repositories apart: the manifest's, else the one that the ledger keeps, else `owner/repository`, else the folder's. */
export function nameOf(
  manifest: Pick<Manifest, 'name'>,
  records: Iterable<JobRecord>,
  inputs: Pick<Inputs, 'event' | 'workspace'>,
): string {
  if (manifest.name !== null) return manifest.name;
  for (const record of records) return record.name;
  return inputs.event.repository ?? inputs.workspace.split(/[\\/]/).filter(Boolean).at(-1) ?? 'streams';
}
