import type { DefaultGate, Signal } from '../../model/signal.js';

/** REST shows the present alone: metrics every 10 s (`metrics.fetcher.update-interval`), the rest every 3 s. */
const shown = {
  kind: 'gauge',
  perRun: false,
  history: false,
  latenessSeconds: 0,
  intervalSeconds: 10,
  windowSeconds: 60,
  gate: null,
} as const satisfies Partial<Signal>;

const lost: DefaultGate = {
  mode: 'converge',
  max: 0,
  forSeconds: 0,
  deadlineSeconds: 900,
  why: 'an operator or a state that was in the snapshot and is not in the first checkpoint is gone for good; skipped where snapshots can’t be read',
};

const table: readonly Signal[] = [
  {
    ...shown,
    intervalSeconds: 5,
    name: 'checkpoints',
    title: 'checkpoints that the run has completed',
    unit: 'count',
    gate: {
      mode: 'converge',
      min: 2,
      forSeconds: 0,
      deadlineSeconds: 900,
      why: 'RUNNING says nothing of progress: a checkpoint is complete when every task has processed what came before it, and the first one may come before a job stalls; skipped for jobs without checkpoints',
    },
  },
  {
    ...shown,
    name: 'restarts',
    title: 'restarts of the job since it was started',
    unit: 'count',
    kind: 'counter',
    perRun: true,
    gate: {
      mode: 'budget',
      maxDelta: 1,
      why: 'a state that can’t be read makes a job restart for ever without ending; one restart may be a lost TaskManager',
    },
  },
  {
    ...shown,
    constant: true,
    name: 'lost-state-names',
    title: 'states of the snapshot that are not in the first checkpoint',
    unit: 'count',
    gate: lost,
  },
  {
    ...shown,
    constant: true,
    name: 'new-state-names',
    title: 'states beside old ones that were not in the snapshot, so that they began empty',
    unit: 'count',
    gate: {
      mode: 'converge',
      max: 0,
      forSeconds: 0,
      deadlineSeconds: 900,
      advisory: true,
      why: 'a renamed state begins empty while the old one is carried along, with every other sign green; a state that is meant to be new looks the same',
    },
  },
  {
    ...shown,
    name: 'throughput',
    title: 'records a second that the sources give',
    unit: 'records/s',
    gate: {
      mode: 'converge',
      min: 0.001,
      forSeconds: 20,
      deadlineSeconds: 300,
      advisory: true,
      why: 'records are progress; advisory, because a source without input can’t be told from a stalled one',
    },
  },
  { ...shown, name: 'backlog', title: 'records that wait in the sources (pendingRecords)', unit: 'records' },
  {
    ...shown,
    name: 'records-lag',
    title: 'records that the slowest Kafka partition is behind (records-lag-max)',
    unit: 'records',
  },
  { ...shown, name: 'watermark-age', title: 'how far the watermark is behind (watermarkLag)', unit: 's' },
  { ...shown, name: 'fetch-lag', title: 'age of a record when it is fetched (currentFetchEventTimeLag)', unit: 's' },
  {
    ...shown,
    name: 'backpressure',
    title: 'largest part of the time in which a task is held up by the next one',
    unit: 'ratio',
  },
  {
    ...shown,
    name: 'failed-checkpoints',
    title: 'checkpoints that failed; 2.3 counts those tried before all tasks run',
    unit: 'count',
  },
  { ...shown, name: 'checkpoint-time', title: 'time that the last checkpoint took', unit: 's' },
  { ...shown, name: 'initialization-time', title: 'longest time that a task took to restore its state', unit: 's' },
];

/** What can be measured of a job. State that may be dropped by consent is told of, and no reason to turn back. */
export function signalsOf({ mayDropState }: { readonly mayDropState: boolean }): readonly Signal[] {
  if (!mayDropState) return table;
  return table.map((signal) => (signal.gate === lost ? { ...signal, gate: { ...lost, advisory: true } } : signal));
}
