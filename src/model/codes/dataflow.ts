import type { CodeEntry } from './entry.js';

export const dataflowCodes = {
  'dataflow-place-missing': {
    meaning: 'The target of a Dataflow job lacks `project` or `region`.',
    next: 'Give both under `target`, or once under `defaults.dataflow.target`.',
  },
  'dataflow-endpoint-refused': {
    meaning:
      'The endpoint override for a Google API is not a URL, or is plain http on another host than this machine: tokens would travel unencrypted.',
    next: 'Use https, or a loopback address, in CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW.',
  },
  'dataflow-name-invalid': {
    meaning:
      'The name is not a valid Dataflow job name: lower-case letters, digits and hyphens, starting with a letter, not ending with a hyphen.',
    next: 'Give a valid `target.name`; it has to be the exact name of the running job.',
  },
  'dataflow-template-invalid': {
    meaning: 'The template is not an object in Cloud Storage (`gs://bucket/object`).',
    next: 'Name the template by its gs:// path, by `${build.x}`, or as {file, upload-to}.',
  },
  'dataflow-workers-invalid': {
    meaning: 'The worker bounds contradict each other, or are given under `workers` and under `environment` at once.',
    next: 'Keep `workers.min` at or below `workers.max`, and leave `maxWorkers` out of `environment`.',
  },
  'dataflow-environment-field': {
    meaning: 'A field of `environment` is not known to this kind of template; the API would drop it without a word.',
    next: 'Remove the field, or set `template-type` to the kind that has it.',
  },
  'dataflow-experiment-reserved': {
    meaning: 'An experiment chooses how a job is replaced, which the plan decides.',
    next: 'Remove it from `environment.additionalExperiments` and choose with `strategy`.',
  },
  'dataflow-label-invalid': {
    meaning: 'A user label is not a valid Dataflow label, is one too many, or uses a name that the stamp needs.',
    next: 'Use lower-case keys and values of at most 63 characters that do not start with `stream-rollout-`, and at most 57 of them.',
  },
  'dataflow-slot-name': {
    meaning: 'Two slots have the same job name; two runs that are started one beside the other need different names.',
    next: 'Give each entry of `parallel.slots` a `name` of its own.',
  },
  'dataflow-not-streaming': {
    meaning: 'The run is a batch job; only streaming jobs are rolled out.',
    next: 'Remove the job from the manifest, or check the name and the pipeline’s streaming option.',
  },
  'dataflow-unavailable': {
    meaning: 'Dataflow did not answer a read, after several tries.',
    next: 'Run again; nothing was changed by the reads.',
  },
  'dataflow-read-refused': {
    meaning: 'Dataflow refused a read.',
    next: 'Grant the permission that the message names (docs/engines/dataflow.md lists the roles for plan and for apply), and check project and region.',
  },
  'dataflow-list-incomplete': {
    meaning: 'The list of jobs named locations that did not answer, so runs may be missing from it.',
    next: 'Run again when the region answers; an incomplete list is never taken for “nothing runs”.',
  },
  'dataflow-state-unknown': {
    meaning: 'A run is in a state that this version does not know; it is not guessed to be ended or running.',
    next: 'Look at the run in the console; update stream-rollout if the state is a new one.',
  },
  'dataflow-answer-unknown': {
    meaning: 'A change was sent to Dataflow and no definite answer came back, or the name was already taken.',
    next: 'Nothing is sent again blindly: the effect is looked for by its stamp. Run `stream-rollout resume` if the rollout did not go on by itself.',
  },
  'dataflow-not-authenticated': {
    meaning: 'Google Cloud did not accept the credentials.',
    next: 'Set up credentials (google-github-actions/auth in a workflow, `gcloud auth application-default login` by hand).',
  },
  'dataflow-permission-denied': {
    meaning: 'The identity lacks a permission on Dataflow, or on what the launch uses.',
    next: 'Grant the permission that the message names; docs/engines/dataflow.md lists the least roles for apply.',
  },
  'dataflow-invalid-argument': {
    meaning: 'Dataflow refused the request as invalid.',
    next: 'Correct the field that the message names.',
  },
  'dataflow-not-found': {
    meaning: 'The project, the template or the run does not exist, or not in this region.',
    next: 'Check project, region and template path.',
  },
  'dataflow-quota': {
    meaning: 'A quota of the project is used up, and stayed so over several tries.',
    next: 'Wait or raise the quota (concurrent jobs, workers, requests a minute), then run `stream-rollout resume`.',
  },
  'dataflow-refused': {
    meaning: 'Dataflow refused a change with a status that has no code of its own.',
    next: 'Read the message of the service in the report.',
  },
  'dataflow-launch-rejected': {
    meaning: 'The launch was accepted, but the new run failed before it processed anything.',
    next: 'Read the error messages of the run in the report; the template, its parameters or the compatibility with the running job are the usual causes.',
  },
  'dataflow-run-ended': {
    meaning: 'The run that the step works on has already ended.',
    next: 'Run again: the next plan starts from what runs now.',
  },
  'dataflow-launch-without-run': {
    meaning: 'Dataflow accepted a launch but named no run.',
    next: 'Nothing is sent again blindly: the run is looked for by its stamp.',
  },
  'dataflow-name-shared': {
    meaning:
      'Another run than the one to replace is active under the name, so a launch could be refused or hit the wrong run.',
    next: 'Wait until that run has drained, or end it if it should not run; then run again.',
  },
  'dataflow-stamp-missing': {
    meaning: 'The new run does not carry the labels that it was launched with, so it could not be found again.',
    next: 'Check whether the pipeline or the template sets labels of its own and drops the given ones.',
  },
  'dataflow-replace-not-linked': {
    meaning:
      'The new run processes, but the old one was not marked as updated: the in-place update was not performed as one.',
    next: 'Look at both runs in the console; end the one that should not run.',
  },
  'dataflow-overlap-in-place': {
    meaning: 'A parallel update was asked for, but the service replaced the old run at once.',
    next: 'The new run is the only one; check it. Use `in-place-update` in this project until the service honours the option.',
  },
  'dataflow-overlap-drained-early': {
    meaning: 'In a parallel update the service drains, or has drained, the old run before the time that was asked for.',
    next: 'The old run cannot come back; check the new one. Report the regions and options: the service did not keep the minimum duration.',
  },
  'dataflow-overlap-old-ended': {
    meaning: 'In a parallel update the old run ended while the new one was starting.',
    next: 'Look at the old run’s messages; the new run is the one that is left.',
  },
  'dataflow-parallel-refused': {
    meaning: 'Dataflow refused a parallel update.',
    next: 'The message says why; Streaming Engine, a streaming job that runs and two minutes since the last start are needed.',
  },
  'dataflow-drain-incomplete': {
    meaning: 'The run failed while it drained; what it had buffered is lost.',
    next: 'Read the messages of the run before you start another.',
  },
  'dataflow-ended-otherwise': {
    meaning: 'The run ended in another way than it was asked to.',
    next: 'Read the messages of the run before you start another.',
  },
  'dataflow-change-ignored': {
    meaning: 'A drain or cancel was accepted, but the run still shows as running minutes later.',
    next: 'Look at the run in the console; repeat the change there if it is still wanted, then run `stream-rollout resume`.',
  },
  'dataflow-scale-not-shown': {
    meaning: 'New worker bounds were accepted, but the run still shows the old ones minutes later.',
    next: 'Check in the console that the job uses Streaming Engine; set the bounds there, or roll out again with `force`.',
  },
  'dataflow-streaming-engine-needed': {
    meaning: 'The change needs Streaming Engine, which the job does not use.',
    next: 'Set `environment.enableStreamingEngine: true` (an upgrade), or choose another strategy.',
  },
  'dataflow-backstop-too-long': {
    meaning: 'The overlap of a parallel update would have to be longer than the 744 hours that the service allows.',
    next: 'Shorten `parallel.overlap` or `verify.bake`.',
  },
  'dataflow-template-unreadable': {
    meaning: 'The template cannot be read or launched with this identity.',
    next: 'Check the path, and that the identity may read the object (roles/storage.objectViewer on the bucket).',
  },
  'dataflow-template-type': {
    meaning: 'The template is of another kind than `template-type` says.',
    next: 'Set `template-type` to the kind that the message names.',
  },
  'dataflow-parameter-unknown': {
    meaning: 'The template does not declare a parameter that the manifest gives.',
    next: 'Correct the name, or declare the parameter in the template’s metadata.',
  },
  'dataflow-parameter-missing': {
    meaning:
      'The template requires a parameter that the manifest does not give; a launch inherits nothing from the running job.',
    next: 'Add the parameter under `target.parameters`.',
  },
  'dataflow-parameter-invalid': {
    meaning: 'A parameter does not match the pattern in the template’s metadata.',
    next: 'Correct the value.',
  },
  'dataflow-transform-unknown': {
    meaning: 'The transform name mapping names a transform that the running job does not have.',
    next: 'Compare the names with the running job’s graph; remove the mapping once it has been rolled out.',
  },
  'dataflow-parallel-headroom': {
    meaning:
      'The project runs as many jobs as the default quota allows, and a parallel update needs one more for a while.',
    next: 'Check the quota of concurrent jobs before you apply.',
  },
  'dataflow-metrics-refused': {
    meaning: 'The identity may not read the metrics by which the new run would be verified.',
    next: 'Grant monitoring.timeSeries.list (roles/monitoring.viewer) on the project.',
  },
  'dataflow-metrics-unavailable': {
    meaning: 'Cloud Monitoring gave no usable answer.',
    next: 'Nothing: it is asked again. A gate that stays without samples is never passed.',
  },
  'dataflow-reference-unavailable': {
    meaning: 'Cloud Storage did not answer when the template was read.',
    next: 'Run again; nothing was changed.',
  },
  'dataflow-spec-invalid': {
    meaning: 'The Flex template’s object is not a container spec: it is not JSON, is too large, or names no image.',
    next: 'Build it again with `gcloud dataflow flex-template build`.',
  },
} as const satisfies Record<string, CodeEntry>;
