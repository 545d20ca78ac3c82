import {
  boolean,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  oneOfBy,
  open,
  type Schema,
  string,
} from './schema.js';

const metadata: Schema = open;
const whole = (spec: Schema, status: Schema): Schema =>
  object({ apiVersion: string, kind: string, metadata, spec, status });

const jobSpec = object({
  jarURI: string,
  parallelism: integer,
  entryClass: string,
  args: listOf(string),
  state: oneOf('running', 'suspended'),
  upgradeMode: oneOf('savepoint', 'last-state', 'stateless'),
  allowNonRestoredState: boolean,
  initialSavepointPath: string,
  savepointTriggerNonce: integer,
  checkpointTriggerNonce: integer,
  savepointRedeployNonce: { ...integer, since: '1.10.0' },
  autoscalerResetNonce: { ...integer, since: '1.10.0' },
});

/** Lines of Flink that an operator's CRD names. */
function flinkVersions(operatorVersion: string): readonly string[] {
  const old = ['v1_13', 'v1_14', 'v1_15', 'v1_16', 'v1_17', 'v1_18', 'v1_19'];
  const minor = Number(operatorVersion.split('.')[1]);
  return [...old, ...(minor >= 10 ? ['v1_20'] : []), ...(minor >= 14 ? ['v2_0', 'v2_1', 'v2_2', 'v2_3', 'v2_4'] : [])];
}

const resource = object({ cpu: number, memory: string, ephemeralStorage: string });
const pods = object({ resource, replicas: integer, podTemplate: open });

const deploymentSpec = object({
  image: string,
  imagePullPolicy: string,
  serviceAccount: string,
  flinkVersion: oneOfBy(flinkVersions),
  flinkConfiguration: mapOf(string),
  ingress: object({
    template: string,
    className: string,
    annotations: mapOf(string),
    labels: { ...mapOf(string), since: '1.10.0' },
    tls: { ...listOf(object({ hosts: listOf(string), secretName: string })), since: '1.10.0' },
  }),
  podTemplate: open,
  jobManager: pods,
  taskManager: pods,
  logConfiguration: mapOf(string),
  mode: oneOf('native', 'standalone'),
  job: jobSpec,
  restartNonce: integer,
});

const snapshotInfo = open;
const jobStatus = object({
  jobName: string,
  jobId: string,
  state: string,
  startTime: string,
  updateTime: string,
  upgradeSavepointPath: string,
  savepointInfo: snapshotInfo,
  checkpointInfo: snapshotInfo,
});
const condition = object({
  type: string,
  status: string,
  reason: string,
  message: string,
  lastTransitionTime: string,
  observedGeneration: integer,
});
const common = {
  jobStatus,
  error: string,
  observedGeneration: integer,
  lifecycleState: oneOf(
    ...['CREATED', 'DELETED', 'DELETING', 'DEPLOYED', 'FAILED', 'ROLLED_BACK'],
    ...['ROLLING_BACK', 'STABLE', 'SUSPENDED', 'UPGRADING'],
  ),
  conditions: listOf(condition),
};
const reconciliation = object({
  state: oneOf('DEPLOYED', 'ROLLED_BACK', 'ROLLING_BACK', 'UPGRADING'),
  lastReconciledSpec: string,
  lastStableSpec: string,
  reconciliationTimestamp: integer,
});

export const deploymentSchema = whole(
  deploymentSpec,
  object({
    ...common,
    clusterInfo: mapOf(string),
    jobManagerDeploymentStatus: oneOf('DEPLOYED_NOT_READY', 'DEPLOYING', 'ERROR', 'MISSING', 'READY'),
    reconciliationStatus: reconciliation,
    taskManager: object({ labelSelector: string, replicas: integer }),
  }),
);

export const sessionJobSchema = whole(
  object({ deploymentName: string, flinkConfiguration: mapOf(string), job: jobSpec, restartNonce: integer }),
  object({ ...common, reconciliationStatus: reconciliation }),
);

export const snapshotSchema = whole(
  object({
    backoffLimit: integer,
    jobReference: object({ kind: oneOf('FlinkDeployment', 'FlinkSessionJob'), name: string }),
    savepoint: object({
      alreadyExists: boolean,
      disposeOnDelete: boolean,
      formatType: oneOf('CANONICAL', 'NATIVE', 'UNKNOWN'),
      path: string,
    }),
    checkpoint: object({}),
  }),
  object({
    state: oneOf('ABANDONED', 'COMPLETED', 'FAILED', 'IN_PROGRESS', 'TRIGGER_PENDING'),
    triggerId: string,
    triggerTimestamp: string,
    resultTimestamp: string,
    path: string,
    error: string,
    failures: integer,
  }),
);

export const blueGreenSchema = whole(
  object({
    configuration: mapOf(string),
    ingress: open,
    template: object({ metadata: open, spec: deploymentSpec }),
  }),
  object({
    jobStatus,
    blueGreenState: oneOf(
      ...['ACTIVE_BLUE', 'ACTIVE_GREEN', 'INITIALIZING_BLUE', 'SAVEPOINTING_BLUE', 'SAVEPOINTING_GREEN'],
      ...['TRANSITIONING_TO_BLUE', 'TRANSITIONING_TO_GREEN'],
    ),
    lastReconciledSpec: string,
    lastReconciledTimestamp: string,
    abortTimestamp: string,
    deploymentReadyTimestamp: string,
    savepointTriggerId: string,
    error: string,
  }),
);
