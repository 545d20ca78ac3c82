import type { JsonObject } from '../../src/model/json.js';
import type { JobView } from './enums.js';
import { type DataflowRun, stateAt } from './run.js';

/**
 * A job as the API shows it at `at` (lists look back by their lag). Labels and environment come with DESCRIPTION and ALL only,
 * steps with ALL. `currentStateTime` is always there.
 */
export function jobView(run: DataflowRun, view: JobView, at: number): JsonObject {
  const { state, at: since } = stateAt(run, at) ?? (run.history[0] as { state: string; at: number });
  const queued = run.history.find((entry) => entry.state !== 'JOB_STATE_QUEUED' && entry.at <= at) === undefined;
  const full = view === 'JOB_VIEW_ALL' || view === 'JOB_VIEW_DESCRIPTION';
  return {
    id: run.id,
    projectId: run.project,
    name: run.name,
    type: run.type,
    currentState: state,
    currentStateTime: time(since),
    createTime: time(run.createdAt),
    ...(queued ? {} : { startTime: time(run.createdAt) }),
    location: run.location,
    ...(run.requestedState === null ? {} : { requestedState: run.requestedState }),
    ...text('replaceJobId', run.replaceJobId),
    ...text('replacedByJobId', run.replacedByJobId),
    ...text('clientRequestId', run.clientRequestId),
    ...text('createdFromSnapshotId', run.createdFromSnapshotId),
    ...(Object.keys(run.updatable).length > 0 ? { runtimeUpdatableParams: { ...run.updatable } } : {}),
    jobMetadata: {
      sdkVersion: { version: '2.77.0', versionDisplayName: 'Apache Beam SDK', sdkSupportStatus: 'SUPPORTED' },
    },
    ...(full ? description(run, state, since) : {}),
    ...(view === 'JOB_VIEW_ALL' ? { steps: stepsOf(run) } : {}),
  };
}

function description(run: DataflowRun, state: string, since: number): JsonObject {
  const stage = { executionStageName: 'F0', executionStageState: state, currentStateTime: time(since) };
  return {
    environment: run.environment,
    ...(Object.keys(run.labels).length > 0 ? { labels: run.labels } : {}),
    ...(Object.keys(run.transformNameMapping).length > 0 ? { transformNameMapping: run.transformNameMapping } : {}),
    pipelineDescription: {
      // proto TransformSummary: the id is the SDK's, the name is the one in the pipeline's code.
      originalPipelineTransform: (run.fate.steps ?? []).map((name, index) => ({ id: `s${index + 1}`, name })),
    },
    stageStates: [stage],
    satisfiesPzs: false,
  };
}

function stepsOf(run: DataflowRun): { kind: string; name: string; properties: JsonObject }[] {
  return (run.fate.steps ?? []).map((step, index) => ({
    kind: 'ParallelDo',
    name: `s${index + 1}`,
    properties: { user_name: step },
  }));
}

function text(field: string, value: string | null): JsonObject {
  return value === null ? {} : { [field]: value };
}

/** RFC 3339, as all times of the API. */
export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
