import { RolloutError } from '../../model/error.js';
import type { Finding } from '../../model/finding.js';
import { blocksOn, type Intended } from '../engine.js';
import type { Kit } from './kit.js';
import { signals } from './signals.js';

/** Read from Cloud Monitoring; messages come from Dataflow itself. */
const monitored = signals.filter(({ name }) => name !== 'errors');
const span = 300_000;

/** Without the right to read metrics no gate could be met: better known before the old run is touched than after. */
export async function metricsReadable(kit: Kit, { job, current }: Intended): Promise<readonly Finding[]> {
  if (!blocksOn(job.verify, monitored)) return [];
  const to = kit.clock.now();
  const id = current?.id ?? 'none';
  try {
    await kit.series({ metric: 'system_lag', labels: { 'metric.labels.job_id': id }, from: to - span, to });
    return [];
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    const level = error.class === 'transient' ? 'warning' : 'error';
    return [{ code: error.code, level, message: error.message, ...(error.next !== null && { next: error.next }) }];
  }
}
