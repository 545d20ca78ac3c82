import type { Json } from '../../model/json.js';
import type { Beside } from '../../platforms/aws/beside.js';
import type { MetricsCodes } from '../../platforms/aws/metrics.js';
import type { Progress } from '../engine.js';
import type { FlinkCalls } from './client.js';
import { errorOf, type Failure } from './errors.js';
import type { Application } from './standing.js';

export { isCancelled } from '../../platforms/aws/beside.js';

export const metricsCodes: MetricsCodes = {
  refused: 'managed-flink-metrics-refused',
  unavailable: 'managed-flink-metrics-unavailable',
};

/** What the verbs and checks of one session work with. */
export interface Tools extends Beside {
  readonly flink: FlinkCalls;
  /** An application as it was read a moment ago: the signals of one round share a reading. */
  recently(name: string): Promise<Application | null>;
}

export function running(retryAfterSeconds: number, memo: Json = null): Progress {
  return { state: 'running', memo, retryAfterSeconds };
}

/** Refusals that had no effect and may end by themselves: asked again after a look. Null: the failure is of another kind. */
export function later(failure: Failure, memo: Json = null): Progress | null {
  if (failure.kind === 'conflict') return running(1, memo);
  if (failure.kind === 'busy') return running(5, memo);
  if (failure.kind === 'throttled') return running(Math.max(1, failure.retryAfterSeconds ?? 5), memo);
  return null;
}

/** Throws where the effect is not known, or nothing can be said to AWS at all. */
export function throwUnknown(failure: Failure, what: string): void {
  if (failure.kind === 'unknown' || failure.kind === 'credentials') throw errorOf(failure, what);
}
