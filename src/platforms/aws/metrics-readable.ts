import { blocksOn, type Intended } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import type { Finding } from '../../model/finding.js';
import type { Signal } from '../../model/signal.js';
import type { Beside } from './beside.js';
import type { Dimensions, MetricQuery } from './metrics.js';

const minute = 60_000;

/** Without the right to read metrics no gate could be met: better known before the old run is touched than after. */
export async function metricsReadable(
  { ambient, metrics }: Pick<Beside, 'ambient' | 'metrics'>,
  intended: Intended,
  signals: readonly Signal[],
  query: Omit<MetricQuery, 'from' | 'to'>,
  listed: Dimensions,
): Promise<readonly Finding[]> {
  if (!blocksOn(intended.job.verify, signals)) return [];
  const to = ambient.clock.now();
  try {
    const open = await metrics();
    await open.data({ ...query, from: to - 5 * minute, to });
    await open.listed(query.namespace, query.metric, listed, 1);
    return [];
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    const level = error.class === 'transient' ? 'warning' : 'error';
    return [{ code: error.code, level, message: error.message, ...(error.next !== null && { next: error.next }) }];
  }
}
