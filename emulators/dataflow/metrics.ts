import type { JsonObject } from '../../src/model/json.js';
import { type DataflowRun, stateOf } from './run.js';
import { time } from './view.js';

/** `…/metrics`: latest values only. A run that processes no input falls behind second by second. */
export function jobMetrics(run: DataflowRun, now: number): JsonObject {
  const since = run.history.find(({ state }) => state === 'JOB_STATE_RUNNING')?.at;
  if (since === undefined) return { metricTime: time(now), metrics: [] };
  const works = stateOf(run) === 'JOB_STATE_RUNNING' || stateOf(run) === 'JOB_STATE_DRAINING';
  const stalled = run.fate.behaviour === 'stalled' || run.fate.behaviour === 'crash-loop';
  const seconds = Math.floor((now - since) / 1000);
  const workers = Number(run.updatable['minNumWorkers'] ?? 1);
  const values: readonly (readonly [name: string, value: number])[] = [
    ['CurrentVcpuCount', works ? workers * 4 : 0],
    ['TotalVcpuTime', works ? workers * 4 * seconds : 0],
    ['SystemLag', stalled ? seconds : 2],
    ['ElementsProduced', stalled ? 0 : seconds * 100],
  ];
  const metrics = values.map(([name, scalar]) => ({
    name: { origin: 'dataflow/v1b3', name },
    scalar,
    updateTime: time(now),
  }));
  return { metricTime: time(now), metrics };
}

/** `…/executionDetails`: one stage. */
export function executionDetails(run: DataflowRun): JsonObject {
  const states: { readonly [state: string]: string } = {
    JOB_STATE_RUNNING: 'EXECUTION_STATE_RUNNING',
    JOB_STATE_DRAINING: 'EXECUTION_STATE_RUNNING',
    JOB_STATE_DONE: 'EXECUTION_STATE_SUCCEEDED',
    JOB_STATE_DRAINED: 'EXECUTION_STATE_SUCCEEDED',
    JOB_STATE_FAILED: 'EXECUTION_STATE_FAILED',
    JOB_STATE_CANCELLED: 'EXECUTION_STATE_CANCELLED',
  };
  return {
    stages: [
      {
        stageId: 'F0',
        stageState: states[stateOf(run)] ?? 'EXECUTION_STATE_NOT_STARTED',
        startTime: time(run.createdAt),
      },
    ],
  };
}
