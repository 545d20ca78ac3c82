import type { Signal } from '../../model/signal.js';

/** What Cloud Monitoring promises of these metrics: a sample a minute, visible after 240 s at most. */
const monitored = {
  kind: 'gauge',
  perRun: false,
  history: true,
  latenessSeconds: 240,
  intervalSeconds: 60,
  windowSeconds: 120,
  gate: null,
} as const;

/** What can be measured of a Dataflow job. Metrics: https://cloud.google.com/monitoring/api/metrics_gcp_d_h#gcp-dataflow */
export const signals: readonly Signal[] = [
  {
    ...monitored,
    name: 'throughput',
    title: 'bytes a second that the busiest stage consumes',
    unit: 'bytes/s',
    gate: {
      mode: 'converge',
      min: 0.001,
      forSeconds: 120,
      deadlineSeconds: 900,
      why: 'RUNNING says that workers are up, not that anything is processed; without input it is skipped',
    },
  },
  {
    ...monitored,
    name: 'system-lag',
    title: 'how long the oldest element has been waiting',
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
  { ...monitored, name: 'watermark-age', title: 'age of the data up to which all is processed', unit: 's' },
  { ...monitored, name: 'backlog', title: 'known input that waits, in all stages', unit: 'bytes' },
  { ...monitored, name: 'backlog-time', title: 'estimated time to process the backlog (Streaming Engine)', unit: 's' },
  {
    ...monitored,
    name: 'elements',
    title: 'elements that the largest collection has got so far',
    unit: 'records',
    kind: 'counter',
    perRun: true,
  },
  {
    ...monitored,
    name: 'failed',
    title: 'whether a run of the name is called failed; the metric does not say which run',
    unit: 'count',
    latenessSeconds: 60,
  },
  {
    ...monitored,
    name: 'errors',
    title: 'error messages of the run',
    unit: 'count',
    kind: 'counter',
    perRun: true,
    // Not documented for messages; taken to be as late as the metrics that are on time.
    latenessSeconds: 60,
  },
];
