import type { Signal } from '../../model/signal.js';
import { periodSeconds } from '../../platforms/aws/metrics.js';

/** Glue sends its streaming metrics every 30 s, so twice a period. How late CloudWatch shows them AWS does not say: 180 s is an assumption. */
const published = {
  kind: 'gauge',
  perRun: false,
  history: true,
  latenessSeconds: 180,
  intervalSeconds: periodSeconds,
  windowSeconds: 120,
  gate: null,
} as const;

/** What can be measured of a Glue streaming job that uses `forEachBatch`: https://docs.aws.amazon.com/glue/latest/dg/glue-streaming-monitoring.html */
export const signals: readonly Signal[] = [
  {
    ...published,
    name: 'throughput',
    title: 'records a second in the micro-batches',
    unit: 'records/s',
    gate: {
      mode: 'converge',
      min: 0.001,
      forSeconds: 120,
      deadlineSeconds: 900,
      why: 'RUNNING says that the driver started, not that batches are processed; skipped for jobs that are known to publish no streaming metrics',
    },
  },
  {
    ...published,
    name: 'consumer-lag',
    title: 'age of the oldest record when it is read (`emitConsumerLagMetrics`)',
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
  { ...published, name: 'batch-time', title: 'time that a micro-batch takes; has to stay below its window', unit: 's' },
];
