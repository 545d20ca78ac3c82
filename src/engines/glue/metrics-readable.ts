import { RolloutError } from '../../model/error.js';
import type { Finding } from '../../model/finding.js';
import { blocksOn, type Intended } from '../engine.js';
import type { Tools } from './shared.js';
import { signals } from './signals.js';

const minute = 60_000;

/** Without the right to read metrics no gate could be met: better known before the old run is touched than after. */
export async function metricsReadable(tools: Tools, name: string, intended: Intended): Promise<readonly Finding[]> {
  if (!blocksOn(intended.job.verify, signals)) return [];
  const metric = 'glue.driver.streaming.numRecords';
  const to = tools.ambient.clock.now();
  const from = to - 5 * minute;
  const run = intended.current?.id ?? 'ALL';
  try {
    const metrics = await tools.metrics();
    await metrics.data({ metric, statistic: 'Sum', job: name, run, from, to });
    await metrics.isPublished(metric, name);
    return [];
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    const level = error.class === 'transient' ? 'warning' : 'error';
    return [{ code: error.code, level, message: error.message, ...(error.next !== null && { next: error.next }) }];
  }
}
