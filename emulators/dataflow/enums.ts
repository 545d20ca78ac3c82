/** Numbers of the API's enums (proto package google.dataflow.v1beta3). */
export const jobStates = {
  JOB_STATE_UNKNOWN: 0,
  JOB_STATE_STOPPED: 1,
  JOB_STATE_RUNNING: 2,
  JOB_STATE_DONE: 3,
  JOB_STATE_FAILED: 4,
  JOB_STATE_CANCELLED: 5,
  JOB_STATE_UPDATED: 6,
  JOB_STATE_DRAINING: 7,
  JOB_STATE_DRAINED: 8,
  JOB_STATE_PENDING: 9,
  JOB_STATE_CANCELLING: 10,
  JOB_STATE_QUEUED: 11,
  JOB_STATE_RESOURCE_CLEANING_UP: 12,
} as const;

export const jobTypes = { JOB_TYPE_UNKNOWN: 0, JOB_TYPE_BATCH: 1, JOB_TYPE_STREAMING: 2 } as const;
export const jobViews = { JOB_VIEW_UNKNOWN: 0, JOB_VIEW_SUMMARY: 1, JOB_VIEW_ALL: 2, JOB_VIEW_DESCRIPTION: 3 } as const;
export const listFilters = { UNKNOWN: 0, ALL: 1, TERMINATED: 2, ACTIVE: 3 } as const;
export const importances = {
  JOB_MESSAGE_IMPORTANCE_UNKNOWN: 0,
  JOB_MESSAGE_DEBUG: 1,
  JOB_MESSAGE_DETAILED: 2,
  JOB_MESSAGE_BASIC: 5,
  JOB_MESSAGE_WARNING: 3,
  JOB_MESSAGE_ERROR: 4,
} as const;
export const templateTypes = { UNKNOWN: 0, LEGACY: 1, FLEX: 2 } as const;
export const snapshotStates = {
  UNKNOWN_SNAPSHOT_STATE: 0,
  PENDING: 1,
  RUNNING: 2,
  READY: 3,
  FAILED: 4,
  DELETED: 5,
} as const;
const parameterTypes = Object.fromEntries(
  [
    'DEFAULT',
    'TEXT',
    'GCS_READ_BUCKET',
    'GCS_WRITE_BUCKET',
    'GCS_READ_FILE',
    'GCS_WRITE_FILE',
    'GCS_READ_FOLDER',
    'GCS_WRITE_FOLDER',
    'PUBSUB_TOPIC',
    'PUBSUB_SUBSCRIPTION',
    'BIGQUERY_TABLE',
    'JAVASCRIPT_UDF_FILE',
    'SERVICE_ACCOUNT',
    'MACHINE_TYPE',
    'KMS_KEY_NAME',
    'WORKER_REGION',
    'WORKER_ZONE',
    'BOOLEAN',
    'ENUM',
    'NUMBER',
    'KAFKA_TOPIC',
    'KAFKA_READ_TOPIC',
    'KAFKA_WRITE_TOPIC',
  ].map((name, number) => [name, number]),
);

/** Any text, so that a state that the clients do not know yet can be shown. */
export type JobState = keyof typeof jobStates | (string & {});
export type JobType = keyof typeof jobTypes;
export type JobView = keyof typeof jobViews;
export type Importance = keyof typeof importances;

const terminalStates: ReadonlySet<string> = new Set([
  'JOB_STATE_DONE',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_UPDATED',
  'JOB_STATE_DRAINED',
]);

export function isTerminal(state: JobState): boolean {
  return terminalStates.has(state);
}

/** Enum of each answer field that holds one. */
export const enumOfField: { readonly [field: string]: { readonly [name: string]: number } } = {
  currentState: jobStates,
  requestedState: jobStates,
  executionStageState: jobStates,
  type: jobTypes,
  messageImportance: importances,
  templateType: templateTypes,
  state: snapshotStates,
  paramType: parameterTypes,
};

/** Reads an enum that came as a name, a short name (`ACTIVE`, `ALL`) or a number; null for an absent one, undefined for an unknown one. */
export function enumFrom<T extends string>(
  names: { readonly [name in T]: number },
  value: unknown,
  prefix = '',
): T | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  const known = Object.keys(names) as T[];
  const text = String(value);
  return known.find((name) => name === text || name === prefix + text || String(names[name]) === text);
}
