import type { Job } from '@aws-sdk/client-glue';
import type { Lead } from '../../model/lead.js';
import type { Ambient, Place } from '../engine.js';
import type { GlueCalls } from './client.js';
import type { Metrics } from './cloudwatch.js';
import type { S3Objects } from './objects.js';

/** What the verbs and checks of one session work with. */
export interface Tools {
  readonly place: Place;
  readonly glue: GlueCalls;
  readonly ambient: Ambient;
  /** When each definition was last modified, in milliseconds, as this session read it: tells a change by somebody else. */
  readonly modified: Map<string, number>;
  /** Loaded at first use. */
  objects(): Promise<S3Objects>;
  /** By how much the clock of CloudWatch is ahead. */
  readonly lead: Lead;
  /** CloudWatch; loaded at first use. */
  metrics(): Promise<Metrics>;
  /** Account of the credentials; asked once. */
  account(): Promise<string>;
}

/** True where nothing may be changed: the process is cancelled, or what was read before took so long that the lock has to be looked at again. */
export function isCancelled(
  tools: Tools,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
): boolean {
  return tools.ambient.signal.aborted || call.signal.aborted || call.isLate?.() === true;
}

/** Tells of a change by somebody else since this session last read the definition. Glue has no lock that would prevent it. */
export function noteModified(tools: Tools, name: string, job: Job, own: boolean): void {
  const at = job.LastModifiedOn?.getTime();
  if (at === undefined) return;
  const before = tools.modified.get(name);
  tools.modified.set(name, at);
  if (before === undefined || before === at || own) return;
  tools.ambient.log(
    `${name}: somebody else changed the definition since it was last read; what the manifest does not set is kept.`,
  );
}
