import type { Dimensions, MetricQuery } from '../../platforms/aws/metrics.js';

/** https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html */
export const namespace = 'AWS/KinesisAnalytics';

/** The dimension of what is reported of an application as a whole. None names a version, or a run. */
export function applicationDimension(name: string): Dimensions {
  return { Application: name };
}

/** A metric with some of the application's dimensions. */
export function queryOf(
  metric: string,
  statistic: MetricQuery['statistic'],
  name: string,
  dimensions: readonly Dimensions[] = [applicationDimension(name)],
): Omit<MetricQuery, 'from' | 'to'> {
  return { namespace, metric, of: name, dimensions, runDimension: null, statistic };
}
