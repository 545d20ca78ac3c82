import type { CodeEntry } from './entry.js';

export const managedFlinkCodes = {
  'managed-flink-region-missing': {
    meaning: 'A job on Amazon Managed Service for Apache Flink has no region.',
    next: 'Give target.region in the job or in defaults.managed-flink.target.',
  },
  'managed-flink-reserved-group': {
    meaning: 'The manifest gives the property group `stream-rollout`, in which the tool keeps its stamp.',
    next: 'Give the group another name.',
  },
  'managed-flink-secret-in-properties': {
    meaning: 'A property holds a secret; AWS shows properties to everyone who may describe the application.',
    next: 'Let the program read the secret from AWS Secrets Manager.',
  },
  'managed-flink-credentials': {
    meaning: 'AWS credentials are missing, expired or not accepted.',
    next: 'Check the step that sets up AWS credentials; for long rollouts, ask for a longer session or use assume-role.',
  },
  'managed-flink-access-denied': {
    meaning: 'The credentials lack a right that the call needs.',
    next: 'Add the right that the message names; docs/engines/managed-flink.md lists all of them for plan and for apply.',
  },
  'managed-flink-wrong-account': {
    meaning: 'The credentials belong to another AWS account than target.account.',
    next: 'Use credentials of that account, or assume-role into it.',
  },
  'managed-flink-application-missing': {
    meaning:
      'There is no application of this name in this account and region. The tool updates and starts applications; it never creates one.',
    next: 'Create the application once (console, CloudFormation, Terraform), or correct target.name and target.region.',
  },
  'managed-flink-not-streaming': {
    meaning: 'The application is no Flink program: SQL, or a Studio notebook.',
    next: 'Take the job out of the manifest.',
  },
  'managed-flink-busy': {
    meaning: 'The application is on its way from one state to another, and AWS refuses changes meanwhile.',
    next: 'Nothing by hand: the rollout waits; a maintenance window can last 8 hours.',
  },
  'managed-flink-snapshots-off': {
    meaning: 'Snapshots are off, so that an update drops the state and there is nothing to go back to.',
    next: 'Turn snapshots on (SnapshotsEnabled), or say `stateful: false`.',
  },
  'managed-flink-no-system-rollback': {
    meaning:
      'System rollback is off: after an update that fails the application stands still until the old version is started.',
    next: 'Set target.system-rollback: true, or accept the longer gap.',
  },
  'managed-flink-runtime-major': {
    meaning: 'The runtime goes to another major version of Flink, which may not read the state.',
    next: 'Test the upgrade on a copy of the application; go on with a second application where the state cannot be kept.',
  },
  'managed-flink-code-missing': {
    meaning: 'The jar or zip is not in S3.',
    next: 'Upload it, or correct target.code.',
  },
  'managed-flink-code-unreadable': {
    meaning: 'It could not be checked whether the jar or zip is in S3.',
    next: 'Allow s3:GetObject and s3:ListBucket on it, or make sure yourself that it is there.',
  },
  'managed-flink-target-incomplete': {
    meaning: 'The target reached a call without its code filled in. This is a defect of the tool.',
    next: 'Report it with the log of this call.',
  },
  'managed-flink-unavailable': {
    meaning: 'AWS could not be reached, or gave no usable answer.',
    next: 'Look at the AWS health page and at what stands between; the same command may be run again.',
  },
  'managed-flink-throttled': {
    meaning: 'AWS refused calls because there were too many.',
    next: 'Run again later, or ask AWS for a higher rate.',
  },
  'managed-flink-contended': {
    meaning: 'Somebody else changed the application at the same moment. Nothing was changed by this call.',
    next: 'Nothing by hand: the rollout looks again before it goes on.',
  },
  'managed-flink-quota': {
    meaning: 'A limit of the account or of the application is reached; often it is the number of snapshots.',
    next: 'Delete old snapshots (AWS never does), or ask AWS for a higher limit.',
  },
  'managed-flink-refused': {
    meaning: 'AWS refused a call.',
    next: 'Read the reason in the message; nothing was changed by this call.',
  },
  'managed-flink-answer-unknown': {
    meaning: 'AWS gave no definite answer to a call, so it may have taken effect.',
    next: 'Nothing by hand: the rollout looks before it asks again; `resume` goes on where it stands.',
  },
  'managed-flink-update-refused': {
    meaning: 'AWS refused the update of the application. It goes on as it was.',
    next: 'Read the reason in the message; a role that cannot read the code object is a frequent one.',
  },
  'managed-flink-start-refused': {
    meaning: 'AWS refused to start the application.',
    next: 'Read the reason in the message.',
  },
  'managed-flink-stop-refused': {
    meaning: 'AWS refused to stop the application. The tool never forces a stop, since that takes no snapshot.',
    next: 'Look at the application in the console; force the stop there if its state may be lost.',
  },
  'managed-flink-scale-refused': {
    meaning: 'The new parallelism could not be set.',
    next: 'Read the reason in the message; look at the limit of KPUs of the account.',
  },
  'managed-flink-rollback-refused': {
    meaning: 'AWS refused to roll the application back out of an update that does not end.',
    next: 'Look at the operation in the console; without any snapshot AWS can’t roll back.',
  },
  'managed-flink-snapshot-failed': {
    meaning: 'The snapshot before the update could not be taken. Nothing was changed.',
    next: 'Look at the checkpoints of the job in CloudWatch; the role needs its rights, and the job has to run well.',
  },
  'managed-flink-snapshot-missing': {
    meaning: 'The snapshot to start from is not there.',
    next: 'List the snapshots of the application; start it by hand from the one that holds the right state.',
  },
  'managed-flink-run-missing': {
    meaning: 'The application has no such version, so that there was no such run.',
    next: 'Look whether the application was deleted and made again; `status` shows what runs.',
  },
  'managed-flink-run-ended': {
    meaning: 'The run has ended, or the application is at another one, so what was asked of it cannot be done.',
    next: 'Run the same command again: it looks at what runs now.',
  },
  'managed-flink-run-active': {
    meaning: 'The application runs already; a second run beside it cannot be.',
    next: 'Nothing by hand: the rollout looks at what runs before it goes on.',
  },
  'managed-flink-properties-not-as-sent': {
    meaning:
      'The property groups, read back after the update, are not those that were sent. It is assumed that groups that are sent replace what is there.',
    next: 'Report it with the log of this call; give groups that should go away by hand.',
  },
  'managed-flink-restore-not-as-sent': {
    meaning: 'How state is restored, read back after the update, is not what was sent.',
    next: 'Report it with the log of this call; look at the state of the application before going on.',
  },
  'managed-flink-version-not-next': {
    meaning: 'The update made another version number than the next one, from which the id of the run is made.',
    next: 'Report it with the log of this call.',
  },
  'managed-flink-not-as-asked': {
    meaning: 'The version, read back after the update, has other code than was asked for.',
    next: 'Look for somebody else who updates the application, then run again.',
  },
  'managed-flink-metrics-refused': {
    meaning: 'The identity may not read the metrics by which the new run would be verified.',
    next: 'Grant cloudwatch:GetMetricData and cloudwatch:ListMetrics.',
  },
  'managed-flink-metrics-unavailable': {
    meaning: 'CloudWatch gave no usable answer.',
    next: 'Nothing: it is asked again. A gate that stays without samples is never passed.',
  },
} as const satisfies { readonly [code: string]: CodeEntry };
