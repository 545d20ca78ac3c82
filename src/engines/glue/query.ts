import type { Dimensions, MetricQuery } from '../../platforms/aws/metrics.js';

export const namespace = 'Glue';
export const records = 'glue.driver.streaming.numRecords';
/** AWS does not say which the streaming metrics have; asking for both costs nothing but a second query. */
const types = ['count', 'gauge'] as const;

export function jobDimension(job: string): Dimensions {
  return { JobName: job };
}

/** A metric of one run. */
export function queryOf(
  metric: string,
  statistic: MetricQuery['statistic'],
  job: string,
  run: string,
): Omit<MetricQuery, 'from' | 'to'> {
  const dimensions = types.map((Type) => ({ ...jobDimension(job), JobRunId: run, Type }));
  return { namespace, metric, of: run, dimensions, runDimension: 'JobRunId', statistic };
}
