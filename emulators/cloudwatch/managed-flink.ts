import type { FlinkJob } from '../managed-flink/jobs.js';
import type { Sources, Trace, Working } from '../workload/index.js';
import { type Metric, type Moment, once, type Sample, sentUntil } from './metric.js';
import type { CloudwatchSettings } from './settings.js';

const namespace = 'AWS/KinesisAnalytics';
/** The service takes four snapshots a minute, whatever the setting says for others. */
const sampleMs = 15_000;
/** Flink's usual time-out of a checkpoint. */
const checkpointTimeoutMs = 600_000;

/** A job, and what it sends about the time from one sample to the next; milliseconds. */
interface Look {
  readonly job: FlinkJob;
  readonly trace: Trace;
  readonly from: number;
  readonly at: number;
}

interface Kind {
  readonly unit: string;
  /** Null: nothing is sent. */
  readonly value: (look: Look) => number | null;
  /** Dimensions beside `Application`. */
  readonly by?: { readonly [name: string]: string };
  readonly since22?: boolean;
}

/** https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html; `since22`: from Flink 2.2 on only, or before it only. */
const kinds: { readonly [name: string]: Kind } = {
  numRecordsInPerSecond: {
    unit: 'Count/Second',
    value: ({ job, trace, from, at }) => trace.takenBy(job.id, from, at) / ((at - from) / 1000),
  },
  fullRestarts: { unit: 'Count', since22: false, value: restarts },
  numRestarts: { unit: 'Count', since22: true, value: restarts },
  lastCheckpointDuration: {
    unit: 'Milliseconds',
    // -1 until there is one.
    value: (look) => (completed(look) === 0 ? -1 : 200 + ((completed(look) * 37) % 101)),
  },
  lastCheckpointSize: {
    unit: 'Bytes',
    value: (look) => (completed(look) === 0 ? -1 : 1_000_000 + completed(look) * 512),
  },
  numberOfFailedCheckpoints: {
    unit: 'Count',
    value: ({ job, at }) => Math.floor(heldUp(job, at) / checkpointTimeoutMs),
  },
  uptime: { unit: 'Milliseconds', since22: false, value: upFor },
  downtime: { unit: 'Milliseconds', since22: false, value: downFor },
  runningTime: { unit: 'Milliseconds', since22: true, value: upFor },
  restartingTime: { unit: 'Milliseconds', since22: true, value: downFor },
  currentInputWatermark: { unit: 'Milliseconds', value: ({ trace, at }) => at - 1000 - trace.lagAt(at) * 1000 },
  millisBehindLatest: {
    unit: 'Milliseconds',
    by: { Id: 'source', Flow: 'Input' },
    // -1 until the first record was read.
    value: ({ job, trace, at }) => {
      if (job.fate.source !== 'kinesis') return null;
      return at <= job.from + sampleMs ? -1 : Math.round(trace.lagAt(at) * 1000);
    },
  },
  records_lag_max: {
    unit: 'Count',
    by: { Topic: 'source', Partition: '0' },
    value: ({ job, trace, at }) => (job.fate.source === 'kafka' ? Math.round(trace.backlogAt(at)) : null),
  },
};

/** All metrics of applications: each knows the application only, never the version. */
export function managedFlinkMetrics(
  applications: readonly { readonly name: string; readonly jobs: readonly FlinkJob[] }[],
  sources: Sources,
  settings: CloudwatchSettings,
  moment: Moment,
): readonly Metric[] {
  return applications.flatMap(({ name: application, jobs }) => {
    const trace = once(() => sources.trace(application, jobs.map(working), moment.now));
    return Object.entries(kinds).map(([name, kind]): Metric => {
      const until = sentUntil(name, settings.missing, moment);
      return {
        namespace,
        name,
        dimensions: { Application: application, ...kind.by },
        unit: kind.unit,
        samples: once(() => jobs.flatMap((job) => samplesOf(job, kind, trace(), until))),
      };
    });
  });
}

function samplesOf(job: FlinkJob, kind: Kind, trace: Trace, until: number): readonly Sample[] {
  if (kind.since22 !== undefined && kind.since22 !== isSince22(job)) return [];
  const samples: Sample[] = [];
  for (let at = job.from + sampleMs; at <= Math.min(until, job.to ?? until); at += sampleMs) {
    const value = kind.value({ job, trace, from: at - sampleMs, at });
    if (value !== null) samples.push({ at, value });
  }
  return samples;
}

function isSince22({ config }: FlinkJob): boolean {
  const [, major, minor] = config.runtime.match(/^FLINK-(\d+)_(\d+)/) ?? [];
  return Number(major) * 100 + Number(minor) >= 202;
}

function working(job: FlinkJob): Working {
  const { loopSeconds, stallsAfter, capacity, warmUp } = job.fate;
  const stall = stallsAfter === null ? null : job.from + stallsAfter * 1000;
  const to = stall === null ? job.to : Math.min(stall, job.to ?? stall);
  // A job that reads nothing is there all the same: its source begins with it.
  const perSecond = loopSeconds !== null || stallsAfter === 0 ? 0 : capacity;
  return {
    run: job.id,
    reads: [{ from: job.from, to: stallsAfter === 0 ? job.to : to }],
    perSecond,
    warmUpSeconds: warmUp,
  };
}

function restarts({ job, at }: Look): number {
  const { loopSeconds } = job.fate;
  return loopSeconds === null ? 0 : Math.floor((at - job.from) / (loopSeconds * 1000));
}

/** Since when no record goes through, in milliseconds before `at`. */
function heldUp({ fate, from }: FlinkJob, at: number): number {
  return fate.stallsAfter === null ? 0 : Math.max(0, at - from - fate.stallsAfter * 1000);
}

/** Checkpoints that the job has completed: each needs that records go through, and takes less than a second then. */
function completed({ job, at }: Look): number {
  const { checkpoints } = job.config;
  if (!checkpoints.enabled || job.fate.loopSeconds !== null) return 0;
  const until = at - heldUp(job, at);
  return Math.max(0, Math.floor((until - job.from - 1000) / checkpoints.interval));
}

function upFor(look: Look): number {
  const { job, at } = look;
  return job.fate.loopSeconds === null ? at - job.from : 0;
}

function downFor({ job, at }: Look): number {
  return job.fate.loopSeconds === null ? 0 : (at - job.from) % (job.fate.loopSeconds * 1000);
}
