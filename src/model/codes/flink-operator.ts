import type { CodeEntry } from './entry.js';

export const flinkOperatorCodes = {
  'flink-operator-state-declared': {
    meaning: 'The manifest sets a field of the spec by which the tool itself starts, stops and undoes.',
    next: 'Take the field out; `desired: stopped` suspends a job.',
  },
  'flink-operator-reserved-key': {
    meaning: 'The manifest gives a key under which the tool keeps its stamp.',
    next: 'Give the key another name.',
  },
  'flink-operator-stateless': {
    meaning: 'With upgradeMode stateless, the operator drops the state of the job at each upgrade.',
    next: 'Use savepoint or last-state; where the job has no state worth keeping, say `stateful: false`.',
  },
  'flink-operator-state-dropped': {
    meaning: 'With allowNonRestoredState, state of operators that the new program does not have is dropped.',
    next: 'Take it out after the rollout that needs it.',
  },
  'flink-operator-secret-in-spec': {
    meaning:
      'The spec holds a secret, which everyone who may read the resource sees, as well as its history in the status.',
    next: 'Let the program read it from a Kubernetes Secret that the pod template mounts.',
  },
  'flink-operator-kubectl-missing': {
    meaning: 'kubectl could not be started, or does not know what it was asked for.',
    next: 'Install kubectl 1.28 or newer on the runner, or give its path as target.kubectl.',
  },
  'flink-operator-kubeconfig': {
    meaning:
      'kubectl does not find its kubeconfig or the context that the target names, or does not trust the API server’s certificate.',
    next: 'Check the step that writes the kubeconfig, target.kubeconfig and target.context.',
  },
  'flink-operator-credentials': {
    meaning: 'The API server does not accept the credentials, or kubectl could not get any.',
    next: 'Check the step that logs in to the cluster; for long rollouts, use credentials that kubectl renews.',
  },
  'flink-operator-access-denied': {
    meaning: 'The identity lacks a right that the call needs.',
    next: 'Add the right that the message names; docs/engines/flink-operator.md lists all of them for plan and for apply.',
  },
  'flink-operator-unavailable': {
    meaning: 'The API server could not be reached, or gave no usable answer.',
    next: 'Look at the cluster and at what stands between; the same command may be run again.',
  },
  'flink-operator-answer-unknown': {
    meaning: 'kubectl gave no definite answer to a write, so it may have taken effect.',
    next: 'Nothing by hand: the rollout looks before it asks again; `resume` goes on where it stands.',
  },
  'flink-operator-not-installed': {
    meaning:
      'The cluster does not know the kind of resource: the operator, or a version of it that has the kind, is not installed.',
    next: 'Install the Flink Kubernetes Operator (blue/green needs 1.14), or correct target.context.',
  },
  'flink-operator-missing': {
    meaning: 'There is no resource of this kind and name in the namespace.',
    next: 'Correct target.name, target.namespace or target.kind, or create the job with a spec that is whole.',
  },
  'flink-operator-namespace-missing': {
    meaning: 'There is no such namespace in the cluster.',
    next: 'Correct target.namespace or target.context, or create the namespace.',
  },
  'flink-operator-not-a-job': {
    meaning: 'The resource has no job: it is a session cluster, which other jobs run in.',
    next: 'Give spec.job, or roll out its jobs as kind: FlinkSessionJob.',
  },
  'flink-operator-no-session-cluster': {
    meaning: 'The session cluster that a session job names is not there, or none is named.',
    next: 'Create the FlinkDeployment first, or correct spec.deploymentName.',
  },
  'flink-operator-contended': {
    meaning: 'The resource was changed at the same moment. Nothing was changed by this call.',
    next: 'Nothing by hand: the rollout looks again before it goes on.',
  },
  'flink-operator-client-side-applied': {
    meaning:
      'The resource was applied on the client (kubectl apply without --server-side), and kubectl would take out what the manifest does not name. Nothing was changed.',
    next: 'Declare the fields in the target, or end it for the resource: kubectl annotate KIND/NAME kubectl.kubernetes.io/last-applied-configuration- and apply it with --server-side from then on.',
  },
  'flink-operator-conflict': {
    meaning:
      'A declared field is set to something else by another manager: Helm, Kustomize, a person. Nothing was changed.',
    next: 'Let one of them declare the field; target.force-conflicts: true takes it over for good.',
  },
  'flink-operator-spec-refused': {
    meaning: 'The API server or the operator refuses the spec. What ran before goes on.',
    next: 'Read the reason in the message, and correct target.spec.',
  },
  'flink-operator-not-as-sent': {
    meaning: 'The API server has stored another spec than was sent, without the stamp.',
    next: 'Look for a webhook or a policy that changes spec.flinkConfiguration of the resource.',
  },
  'flink-operator-rolled-back': {
    meaning: 'The operator itself went back to the last stable spec, since the new one did not become stable in time.',
    next: 'Read what the JobManager says; kubernetes.operator.deployment.readiness.timeout is the time that it has.',
  },
  'flink-operator-transition-aborted': {
    meaning: 'The operator gave the switch to the new deployment up. The old one is the active one.',
    next: 'Look at the new child, which the operator leaves as it is and which may go on processing; the next rollout replaces it.',
  },
  'flink-operator-not-restored': {
    meaning: 'The new run did not begin from the savepoint that the operator took of the old one.',
    next: 'Nothing by hand: the rollout goes back. Report it with the log of this call.',
  },
  'flink-operator-jobmanager-error': {
    meaning: 'The JobManager can’t be brought up (its image, its start). The operator waits for another spec.',
    next: 'Look at the pods and the events of the resource.',
  },
  'flink-operator-jobmanager-missing': {
    meaning: 'The JobManager’s Deployment is gone. The operator may bring it back, if there is state to begin from.',
    next: 'Look at the events of the resource, and who has deleted its Deployment.',
  },
  'flink-operator-run-failed': {
    meaning: 'The job failed for good.',
    next: 'Read the exceptions in the message.',
  },
  'flink-operator-run-finished': {
    meaning: 'The job has finished. The operator calls that STABLE; a streaming job does not end by itself.',
    next: 'Look why the sources came to an end; take a bounded job out of the manifest.',
  },
  'flink-operator-run-ended': {
    meaning: 'The run has ended, or the resource is at another one, so what was asked of it cannot be done.',
    next: 'Run the same command again: it looks at what runs now.',
  },
  'flink-operator-run-missing': {
    meaning: 'The resource knows no such run.',
    next: 'Look whether the resource was deleted and made again; `status` shows what runs.',
  },
  'flink-operator-run-active': {
    meaning: 'The job of the resource runs already; a second run in it cannot be.',
    next: 'Nothing by hand: the rollout looks at what runs before it goes on.',
  },
  'flink-operator-scale-refused': {
    meaning: 'The operator refuses the new size. The job goes on as it was.',
    next: 'Read the reason in the message.',
  },
  'flink-operator-not-stable': {
    meaning: 'The resource is on its way from one state to another, or the operator reports an error of it.',
    next: 'Wait until it is STABLE, or go on: the new spec takes the place of what is under way.',
  },
  'flink-operator-rest-unreachable': {
    meaning: 'The job’s REST API can’t be read, so that its signals can’t be measured and its tasks not be looked at.',
    next: 'Give the right `get` on services/proxy, or target.rest-url; else success is what the operator says.',
  },
  'flink-operator-upgrade-mode': {
    meaning:
      'No upgradeMode is declared, and the operator’s default (stateless) would drop the state: the tool sets savepoint.',
    next: 'Declare spec.job.upgradeMode: savepoint or last-state.',
  },
  'flink-operator-upgrade-mode-unknown': {
    meaning: 'The operator knows no such upgradeMode.',
    next: 'Write savepoint, last-state or stateless.',
  },
  'flink-operator-no-high-availability': {
    meaning:
      'An upgrade by last-state goes by the metadata of high availability, and none is configured on the resource.',
    next: 'Set high-availability.type: kubernetes and its storage directory, unless the operator’s defaults have them.',
  },
  'flink-operator-no-savepoint-directory': {
    meaning: 'An upgrade by savepoint needs a directory for savepoints, and none is configured on the resource.',
    next: 'Set state.savepoints.dir, unless the operator’s defaults have it.',
  },
  'flink-operator-no-checkpoint-directory': {
    meaning:
      'The operator refuses upgrades by savepoint or last-state without a directory for checkpoints, and none is configured.',
    next: 'Set state.checkpoints.dir, unless the operator’s defaults have it.',
  },
  'flink-operator-version-major': {
    meaning: 'Flink goes to another major version, which may not read the state.',
    next: 'Test the upgrade on a copy of the job first.',
  },
} as const satisfies { readonly [code: string]: CodeEntry };
