import type { Job } from '@aws-sdk/client-glue';
import type { Beside } from '../../platforms/aws/beside.js';
import type { MetricsCodes } from '../../platforms/aws/metrics.js';
import type { GlueCalls } from './client.js';

export { isCancelled } from '../../platforms/aws/beside.js';

export const metricsCodes: MetricsCodes = { refused: 'glue-metrics-refused', unavailable: 'glue-metrics-unavailable' };

/** What the verbs and checks of one session work with. */
export interface Tools extends Beside {
  readonly glue: GlueCalls;
  /** When each definition was last modified, in milliseconds, as this session read it: tells a change by somebody else. */
  readonly modified: Map<string, number>;
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
