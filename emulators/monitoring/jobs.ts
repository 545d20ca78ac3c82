import type { DataflowRun } from '../dataflow/run.js';

import { groupedBy, type Sources, type Trace, type Working } from '../workload/index.js';
import { type Metric, metrics } from './metrics.js';
import type { Point, Series } from './series.js';
import type { MonitoringSettings } from './settings.js';

/** For how long after its end a run that failed is still called so, in milliseconds. */
const remembered = 600_000;

/** The series of a metric that are asked for, within a time, as they show at `now` (milliseconds). */
export function seriesOf(
  type: string,
  metric: Metric,
  runs: readonly DataflowRun[],
  sources: Sources,
  settings: MonitoringSettings,
  span: { readonly from: number; readonly to: number; readonly now: number; readonly missingSince: number },
  isWanted: (series: Omit<Series, 'points'>) => boolean,
): readonly Series[] {
  const isMissing = settings.missing.includes('*') || settings.missing.includes(type);
  const until = isMissing ? Math.min(span.to, span.missingSince) : span.to;
  const families = groupedBy(runs, ({ project, location, name }) => `${project}/${location}/${name}`);
  return [...families.values()].flatMap((family) => {
    const name = family[0]?.name ?? '';
    let known: Trace | null = null;
    const trace = () => {
      known ??= sources.trace(name, family.map(working), span.now);
      return known;
    };
    return family.flatMap((run) =>
      metric.series.flatMap(({ labels, value }): readonly Series[] => {
        const resource = { project_id: run.project, job_name: run.name, region: run.location };
        const series = {
          metricType: `dataflow.googleapis.com/${type}`,
          metricLabels: metric.labelsRun ? { job_id: run.id, ...labels } : labels,
          resource: { type: 'dataflow_job', labels: resource },
          kind: metric.kind,
          valueType: metric.valueType,
          unit: metric.unit,
        };
        if (!isWanted(series)) return [];
        const points = timesOf(run, metric, settings, { ...span, to: until }).flatMap((at): readonly Point[] => {
          const from = at - settings.sampleSeconds * 1000;
          const found = value({ run, trace: trace(), workload: sources.of(name, at), from, at });
          return found === null ? [] : [{ start: metric.kind === 'GAUGE' ? at : from, end: at, value: found }];
        });
        return points.length === 0 ? [] : [{ ...series, points }];
      }),
    );
  });
}

/** A metric by the part of its type behind the service's name, or undefined. */
export function metricOf(type: string): Metric | undefined {
  return Object.hasOwn(metrics, type) ? metrics[type] : undefined;
}

function working(run: DataflowRun): Working {
  const { behaviour, capacityPerSecond, warmUpSeconds } = run.fate;
  const stuck = behaviour === 'stalled' || behaviour === 'crash-loop';
  return {
    run: run.id,
    reads: run.history.flatMap(({ state, at }, index) =>
      state === 'JOB_STATE_RUNNING' ? [{ from: at, to: run.history[index + 1]?.at ?? null }] : [],
    ),
    perSecond: stuck ? 0 : (capacityPerSecond ?? null),
    warmUpSeconds: warmUpSeconds ?? 0,
  };
}

/** When a run was sampled, oldest first: every so often since it began to run, until it ended; what shows by now. */
function timesOf(
  run: DataflowRun,
  metric: Metric,
  { sampleSeconds, firstSampleAfterSeconds, visibleAfterSeconds }: MonitoringSettings,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): readonly number[] {
  const since = run.history.find(({ state }) => state === 'JOB_STATE_RUNNING')?.at;
  if (since === undefined) return [];
  const last = run.history.at(-1);
  const works = last?.state === 'JOB_STATE_RUNNING' || last?.state === 'JOB_STATE_DRAINING';
  const ended = works || last === undefined ? Number.POSITIVE_INFINITY : last.at + (metric.afterEnd ? remembered : 0);
  const step = sampleSeconds * 1000;
  const until = Math.min(to, ended, now - visibleAfterSeconds * 1000);
  const earliest = Math.max(from, since + firstSampleAfterSeconds * 1000);
  const first = since + Math.max(1, Math.ceil((earliest - since) / step)) * step;
  const times: number[] = [];
  for (let at = first; at <= until; at += step) times.push(at);
  return times;
}
