import type { CodeEntry } from './entry.js';

export const glueCodes = {
  'glue-region-missing': {
    meaning: 'A Glue job has no region.',
    next: 'Give target.region in the job or in defaults.glue.target.',
  },
  'glue-checkpoint-argument-missing': {
    meaning: 'checkpoint-argument names an argument that the job does not give.',
    next: 'Add the argument, or name the one that holds the checkpoint location.',
  },
  'glue-slots-share-checkpoint': {
    meaning: 'Two slots of a job have the same checkpoint location; two runs on one checkpoint damage it.',
    next: 'Give each slot its own checkpoint location.',
  },
  'glue-reserved-argument': {
    meaning: 'The manifest gives an argument that the tool or Glue sets itself.',
    next: 'Use the field of the target that the message names, or leave the argument out.',
  },
  'glue-secret-in-arguments': {
    meaning: 'A job argument holds a secret; Glue shows arguments to everyone who may read the job.',
    next: 'Let the script read the secret from AWS Secrets Manager or from a Glue connection.',
  },
  'glue-worker-fields': {
    meaning: 'Glue takes a worker type and a number of workers only together, and no maximum capacity beside them.',
    next: 'Give worker-type and workers, or only definition.MaxCapacity.',
  },
  'glue-field-twice': {
    meaning: 'A field of the target and a member of target.definition set the same thing.',
    next: 'Keep one of them.',
  },
  'glue-leave-conflict': {
    meaning: 'The target says `definition: leave`, and asks for something that only a write to the definition can do.',
    next: 'Change it where the definition is kept, or let the tool write the definition.',
  },
  'glue-credentials': {
    meaning: 'AWS credentials are missing, expired or not accepted.',
    next: 'Check the step that sets up AWS credentials; for long rollouts, ask for a longer session or use assume-role.',
  },
  'glue-access-denied': {
    meaning: 'The credentials lack a right that the call needs.',
    next: 'Add the right that the message names; docs/engines/glue.md lists all of them for plan and for apply.',
  },
  'glue-wrong-account': {
    meaning: 'The credentials belong to another AWS account than target.account.',
    next: 'Use credentials of that account, or assume-role into it.',
  },
  'glue-job-missing': {
    meaning:
      'There is no Glue job of this name in this account and region. The tool starts and updates Glue jobs; it never creates one.',
    next: 'Create the Glue job once (console, CloudFormation, Terraform), or correct target.name and target.region.',
  },
  'glue-not-streaming': {
    meaning: 'The Glue job is not a streaming job (its command is not gluestreaming).',
    next: 'Take the job out of the manifest, or create it as a streaming job.',
  },
  'glue-visual-job': {
    meaning:
      'The Glue job was made in the visual editor: its script is generated, and a write of the definition could damage it.',
    next: 'Convert the job to a script in Glue Studio, or say `definition: leave`.',
  },
  'glue-source-control-token': {
    meaning:
      'The definition holds a personal access token, which may be masked when read and would be damaged by a write.',
    next: 'Use AWS Secrets Manager for it, give definition.SourceControlDetails, or say `definition: leave`.',
  },
  'glue-script-missing': {
    meaning: 'An object that the run needs is not in S3.',
    next: 'Upload it, or correct the URI.',
  },
  'glue-script-unreadable': {
    meaning: 'It could not be checked whether an object that the run needs is in S3.',
    next: 'Allow s3:GetObject and s3:ListBucket on it, or make sure yourself that it is there.',
  },
  'glue-arguments-too-long': {
    meaning: 'The arguments of a run exceed the 260 KB that Glue takes.',
    next: 'Move values into a file that the script reads.',
  },
  'glue-argument-not-overridable': {
    meaning:
      'The definition has the argument among its non-overridable ones with another value, so a run cannot be given it.',
    next: 'Take it out of NonOverridableArguments.',
  },
  'glue-no-second-place': {
    meaning: 'Two runs side by side need MaxConcurrentRuns of at least 2.',
    next: 'Set definition.ExecutionProperty.MaxConcurrentRuns to 2, give the slots names of their own, or use `restart`.',
  },
  'glue-fence-weak': {
    meaning: 'MaxConcurrentRuns is above 1, so Glue would not refuse a second start; only the settle time protects.',
    next: 'Set definition.ExecutionProperty.MaxConcurrentRuns to 1, unless the job uses slots.',
  },
  'glue-timeout-ends-run': {
    meaning: 'Glue will end the run after the stated minutes, although it is a stream.',
    next: 'Set target.timeout to 0.',
  },
  'glue-definition-drift': {
    meaning:
      'The definition differs from the manifest in something that only a write to the definition can change, and the target says `definition: leave`.',
    next: 'Change it where the definition is kept, or take it out of the manifest.',
  },
  'glue-definition-behind': {
    meaning:
      'The definition names another script than this revision; a run started by hand or by a trigger would execute that one.',
    next: 'Nothing for rollouts: the run is told its script. Start the job only through this tool.',
  },
  'glue-definition-refused': {
    meaning: 'Glue refused the new definition. Nothing was stopped.',
    next: 'Correct the settings that the message names.',
  },
  'glue-definition-contended': {
    meaning: 'Somebody else kept changing the definition while it was written.',
    next: 'Find the other writer; say `definition: leave` if it owns the definition.',
  },
  'glue-definition-not-as-written': {
    meaning: 'The definition, read back after the write, is not what was written.',
    next: 'Look for another writer of the definition, then run again.',
  },
  'glue-definition-moved': {
    meaning:
      'Between the write of the definition and the start somebody changed a member that a run cannot carry by itself.',
    next: 'Find the other writer, then run again.',
  },
  'glue-run-refused': {
    meaning: 'Glue refused to start the run.',
    next: 'Correct what the message names.',
  },
  'glue-quota': {
    meaning: 'An account limit of Glue is reached.',
    next: 'Stop what is not needed, or ask AWS for a higher limit.',
  },
  'glue-place-taken': {
    meaning: 'Glue refused the start because another run of the job is active.',
    next: 'Run `stream-rollout status`; stop the other run if it is not wanted.',
  },
  'glue-place-not-freed': {
    meaning:
      'Glue kept refusing the start because of its limit on concurrent runs, although no run of the job is active.',
    next: 'Look at the runs in the Glue console, then run `stream-rollout resume`.',
  },
  'glue-metrics-refused': {
    meaning: 'The identity may not read the metrics by which the new run would be verified.',
    next: 'Grant cloudwatch:GetMetricData and cloudwatch:ListMetrics.',
  },
  'glue-metrics-unavailable': {
    meaning: 'CloudWatch gave no usable answer.',
    next: 'Nothing: it is asked again. A gate that stays without samples is never passed.',
  },
  'glue-throttled': {
    meaning:
      'Glue throttles the calls of this account, and went on refusing one of them for too long. A call that is throttled has no effect.',
    next: 'Lower `max-parallel`, ask AWS for a higher rate of the call that the message names, or try again later.',
  },
  'glue-unavailable': {
    meaning: 'Glue did not answer a read, after several tries.',
    next: 'Run again; nothing was changed by the reads.',
  },
  'glue-answer-unknown': {
    meaning: 'A call to Glue got no definite answer; whether it took effect is found out by looking at the runs.',
    next: 'Nothing: the rollout looks before it asks again. `stream-rollout resume` goes on if it was interrupted.',
  },
  'glue-refused': {
    meaning: 'Glue refused a call.',
    next: 'Correct what the message names.',
  },
  'glue-run-missing': {
    meaning: 'Glue does not know a run that it should know.',
    next: 'Run `stream-rollout status` and look at the runs in the Glue console.',
  },
  'glue-run-not-as-asked': {
    meaning:
      'The new run, read back after its start, does not have the arguments or settings that it was started with.',
    next: 'Compare the run in the Glue console with the plan; report it together with the run, since it contradicts the documentation.',
  },
  'glue-stop-refused': {
    meaning: 'Glue refused to stop the run.',
    next: 'Look at the run in the Glue console.',
  },
  'glue-too-many-runs': {
    meaning: 'The Glue job has more runs in its history than are read; a missed active run would be dangerous.',
    next: 'Use a Glue job of its own for the stream.',
  },
  'glue-target-incomplete': {
    meaning: 'A launch was asked for with a target that is not complete; this is a defect of the tool.',
    next: 'Report it with the plan.',
  },
} as const satisfies Record<string, CodeEntry>;
