import { isObject, type JsonObject } from '../../model/json.js';
import type { Signal } from '../../model/signal.js';
import { periodSeconds } from '../../platforms/aws/metrics.js';

/** The service takes four snapshots of its metrics a minute. How late CloudWatch shows them AWS does not say: 180 s is an assumption. */
const published = {
  kind: 'gauge',
  perRun: false,
  history: true,
  latenessSeconds: 180,
  intervalSeconds: periodSeconds,
  windowSeconds: 120,
  gate: null,
} as const satisfies Partial<Signal>;

const checkpointsDeadline = 900;
/** Checkpoints that have to be seen, and so many intervals may pass until then. */
const leastCheckpoints = 2;

const table: readonly Signal[] = [
  {
    ...published,
    name: 'checkpoints',
    title:
      'checkpoints that the run is known to have completed: values of lastCheckpointDuration and -Size that differ',
    unit: 'count',
    gate: {
      mode: 'converge',
      min: leastCheckpoints,
      forSeconds: 0,
      deadlineSeconds: checkpointsDeadline,
      why: 'RUNNING says nothing of progress: a checkpoint is complete when every task has processed what came before it, and the first one may come before a job stalls; skipped for applications without checkpoints',
    },
  },
  {
    ...published,
    name: 'restarts',
    title: 'restarts of the job since the run began (numRestarts; fullRestarts before Flink 2.2)',
    unit: 'count',
    kind: 'counter',
    perRun: true,
    gate: {
      mode: 'budget',
      maxDelta: 1,
      why: 'an operation is successful as soon as the job has started once, however often it restarts afterwards; one restart may be maintenance',
    },
  },
  {
    ...published,
    name: 'throughput',
    title: 'records a second that all operators take in (numRecordsInPerSecond)',
    unit: 'records/s',
    gate: {
      mode: 'converge',
      min: 0.001,
      forSeconds: 60,
      deadlineSeconds: 900,
      why: 'records are progress; a source that is known to have no more, or of which nothing is known, is idle and neither passes nor fails',
    },
  },
  {
    ...published,
    name: 'consumer-lag',
    title: 'how far the slowest Kinesis consumer is behind (millisBehindLatest)',
    unit: 's',
    gate: {
      mode: 'converge',
      max: 120,
      maxVsBaseline: 1.5,
      deadlineSeconds: 1200,
      advisory: true,
      why: 'what piled up in the gap has to drain; how much lag is too much only the owner of the job knows',
    },
  },
  {
    ...published,
    name: 'records-lag',
    title: 'records that the slowest Kafka partition is behind (records_lag_max)',
    unit: 'records',
  },
  { ...published, name: 'watermark-age', title: 'how far the watermark is behind (currentInputWatermark)', unit: 's' },
  {
    ...published,
    name: 'failed-checkpoints',
    title: 'checkpoints that failed (numberOfFailedCheckpoints)',
    unit: 'count',
    kind: 'counter',
    perRun: true,
  },
  {
    ...published,
    name: 'checkpoint-time',
    title: 'time that the last checkpoint took (lastCheckpointDuration)',
    unit: 's',
  },
  {
    ...published,
    name: 'downtime',
    title: 'for how long the job has been restarting or failing (downtime; restartingTime from Flink 2.2)',
    unit: 's',
  },
  {
    ...published,
    name: 'uptime',
    title: 'for how long the job has been running without a break (uptime; runningTime from Flink 2.2)',
    unit: 's',
  },
];

/** What can be measured of an application. Checkpoints that are rare by the target itself get the time that they take. */
export function signalsOf(target: JsonObject): readonly Signal[] {
  const checkpoints = isObject(target['checkpoints']) ? target['checkpoints'] : {};
  const { interval } = checkpoints;
  const needed = typeof interval === 'number' ? ((leastCheckpoints + 2) * interval) / 1000 : 0;
  if (needed <= checkpointsDeadline) return table;
  return table.map((signal) =>
    signal.name === 'checkpoints' && signal.gate !== null
      ? { ...signal, gate: { ...signal.gate, deadlineSeconds: Math.ceil(needed) } }
      : signal,
  );
}
