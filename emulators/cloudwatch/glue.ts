import type { Run } from '../glue/run.js';
import { groupedBy, type Sources, type Trace, type Working, type Workload } from '../workload/index.js';
import { type Metric, type Moment, once, type Sample, sentUntil } from './metric.js';
import type { CloudwatchSettings } from './settings.js';

/** What a run sends about the time from one sample to the next; null: nothing. Times in milliseconds. */
type Value = (moment: {
  readonly run: Run;
  readonly trace: Trace;
  readonly workload: Workload;
  readonly from: number;
  readonly at: number;
}) => number | null;

interface Kind {
  readonly unit: string;
  readonly type: 'count' | 'gauge';
  readonly value: Value;
}

const namespace = 'Glue';

/** https://docs.aws.amazon.com/glue/latest/dg/glue-streaming-monitoring.html */
const kinds: { readonly [name: string]: Kind } = {
  'glue.driver.streaming.numRecords': {
    unit: 'Count',
    type: 'count',
    value: ({ run, trace, from, at }) => Math.round(trace.takenBy(run.id, from, at)),
  },
  'glue.driver.streaming.batchProcessingTimeInMs': {
    unit: 'Milliseconds',
    type: 'gauge',
    value: ({ run, trace, workload, from, at }) =>
      Math.max(100, Math.round((trace.takenBy(run.id, from, at) / capacityOf(run, workload)) * 1000)),
  },
  'glue.driver.streaming.maxConsumerLagInMs': {
    unit: 'Milliseconds',
    type: 'gauge',
    // The age of what is read when it is read: what waited longest was at the head of the batch.
    value: ({ run, trace, from }) => (run.fate.consumerLag ? Math.round(trace.lagAt(from) * 1000) + 500 : null),
  },
};

/** All metrics of the runs of a place: of each run, and of each job under `JobRunId` `ALL`. A run that takes no record sends nothing. */
export function glueMetrics(
  runs: readonly Run[],
  sources: Sources,
  settings: CloudwatchSettings,
  moment: Moment,
): readonly Metric[] {
  return [...groupedBy(runs, ({ launch }) => launch.jobName)].flatMap(([jobName, own]) => {
    const trace = once(() => sources.trace(jobName, own.map(working), moment.now));
    return Object.entries(kinds).flatMap(([name, kind]) => {
      const until = sentUntil(name, settings.missing, moment);
      const Type = settings.types[name] ?? kind.type;
      const metric = (JobRunId: string, samples: () => readonly Sample[]): Metric => ({
        namespace,
        name,
        dimensions: { JobName: jobName, JobRunId, Type },
        unit: kind.unit,
        samples,
      });
      const each = own.map((run) =>
        metric(
          run.id,
          once(() => samplesOf(run, kind, trace(), jobName, sources, settings, until)),
        ),
      );
      const all = () => each.flatMap(({ samples }) => samples()).sort((a, b) => a.at - b.at);
      return [...each, metric('ALL', once(all))];
    });
  });
}

function samplesOf(
  run: Run,
  kind: Kind,
  trace: Trace,
  jobName: string,
  sources: Sources,
  { sampleSeconds }: CloudwatchSettings,
  now: number,
): readonly Sample[] {
  const since = run.runningSince;
  if (since === null || !run.fate.metrics || !run.launch.streaming) return [];
  const step = sampleSeconds * 1000;
  const samples: Sample[] = [];
  for (let at = since + step; at <= Math.min(now, run.completedOn ?? now); at += step) {
    const from = at - step;
    if (trace.takenBy(run.id, from, at) === 0) continue;
    const value = kind.value({ run, trace, workload: sources.of(jobName, at), from, at });
    if (value !== null) samples.push({ at, value });
  }
  return samples;
}

function working(run: Run): Working {
  return {
    run: run.id,
    reads: run.shown.flatMap(({ at, run: shown }, index) =>
      shown['JobRunState'] === 'RUNNING' && run.launch.streaming
        ? [{ from: at, to: run.shown[index + 1]?.at ?? null }]
        : [],
    ),
    perSecond: run.fate.capacity,
    warmUpSeconds: run.fate.warmUp,
  };
}

function capacityOf(run: Run, workload: Workload): number {
  return Math.max(1e-3, run.fate.capacity ?? workload.capacityPerSecond);
}
