import type { CodeEntry } from './entry.js';

export const flinkCodes = {
  'flink-url-missing': {
    meaning: 'A Flink job has no usable URL of its JobManager.',
    next: 'Give target.url, for example http://flink.internal:8081, in the job or in defaults.flink.target.',
  },
  'flink-tls-file-unreadable': {
    meaning: 'A PEM file that target.tls names cannot be read.',
    next: 'Correct the path, which is relative to where the tool was started, or give the text itself by `${secret.NAME}`.',
  },
  'flink-access-denied': {
    meaning: 'The proxy in front of the JobManager refused the call (401 or 403).',
    next: 'Check target.headers and target.tls; the identity needs GET for plan, and POST, PATCH and PUT for apply.',
  },
  'flink-unavailable': {
    meaning: 'The JobManager could not be reached, or it has no leader at the moment.',
    next: 'Look at the JobManager and at what stands between; the same command may be run again.',
  },
  'flink-answer-unknown': {
    meaning: 'The JobManager gave no definite answer to a call, so it may have taken effect.',
    next: 'Nothing by hand: the rollout looks before it asks again; `resume` goes on where it stands.',
  },
  'flink-refused': {
    meaning: 'Flink refused a call.',
    next: 'Read the reason in the message; nothing was changed by this call.',
  },
  'flink-no-jar-submission': {
    meaning: 'The cluster takes no jars (`web.submit.enable: false`, or it runs in application mode).',
    next: 'Use a session cluster with web.submit.enable; for the Kubernetes operator use its own engine.',
  },
  'flink-target-incomplete': {
    meaning: 'The target reached a call without its jar filled in. This is a defect of the tool.',
    next: 'Report it with the log of this call.',
  },
  'flink-reserved-configuration': {
    meaning: 'The manifest sets a configuration key that the tool sets itself.',
    next: 'Use the field of the target that the message names, or leave the key out.',
  },
  'flink-secret-shown': {
    meaning: 'A secret stands where Flink shows it to everyone who may open its web page.',
    next: 'Let the program read the secret from a file or from the environment of the TaskManagers.',
  },
  'flink-jar-missing': {
    meaning: 'The jar is not where the target says.',
    next: 'Upload it, or correct target.jar.',
  },
  'flink-jar-unreadable': {
    meaning: 'The jar could not be read, or holds other bytes than its name says.',
    next: 'Check the rights on the bucket that target.jar names; nothing was stopped.',
  },
  'flink-upload-refused': {
    meaning: 'Flink refused the jar. Nothing was stopped.',
    next: 'Read the reason in the message; a jar above rest.server.max-content-length (100 MB) needs that setting raised.',
  },
  'flink-plan-failed': {
    meaning: 'The program does not make a job graph with these arguments: its main method failed. Nothing was stopped.',
    next: 'Correct the entry class, the arguments or the program; the message holds the exception.',
  },
  'flink-name-differs': {
    meaning: 'The program gives its job another name than the target, so that its runs would not be found again.',
    next: 'Call execute() without a name (the tool sets pipeline.name), or set target.name to the name in the program.',
  },
  'flink-batch-program': {
    meaning: 'The program makes a batch job, which ends by itself.',
    next: 'Take the job out of the manifest, or run it in streaming mode.',
  },
  'flink-uids-missing': {
    meaning: 'An operator of the program has no uid: its state is found again only while the graph stays as it is.',
    next: 'Give every stateful operator a uid(…) in the program.',
  },
  'flink-state-incompatible': {
    meaning:
      'The newest snapshot holds state of an operator that the new program does not have. Started from it, Flink would refuse or drop that state.',
    next: 'Give the operator its old uid again; if the state may go, set target.allow-non-restored-state: true.',
  },
  'flink-state-dropped': {
    meaning: 'With allow-non-restored-state the state of the named operators is dropped.',
    next: 'Take allow-non-restored-state out after this rollout.',
  },
  'flink-max-parallelism': {
    meaning: 'The max parallelism of the new program does not fit the state, or the parallelism is above it.',
    next: 'Keep pipeline.max-parallelism as it was when the state was written; it can never be changed for existing state.',
  },
  'flink-state-unread': {
    meaning:
      'No snapshot of the running job could be read, so the state was not compared with the new program beforehand.',
    next: 'Let the identity of this step read the checkpoint directory (s3://, gs:// or file:), or rely on the undo.',
  },
  'flink-state-not-known': {
    meaning: 'The cluster does not know the last run any more, and where its state stands is not recorded.',
    next: 'Give target.start-from the path of its last savepoint or retained checkpoint, or say `stateful: false`.',
  },
  'flink-start-from-used': {
    meaning: 'A run was started from target.start-from before, and what it did since would be lost.',
    next: 'Give target.start-from the newest savepoint or retained checkpoint of that run; to begin from the old one all the same, say `stateful: false`.',
  },
  'flink-slots': {
    meaning: 'The cluster has fewer free slots than the new run needs.',
    next: 'Add TaskManagers or slots, or lower target.parallelism.',
  },
  'flink-savepoint-directory-missing': {
    meaning: 'Neither the target nor the cluster names a directory for savepoints.',
    next: 'Give target.savepoint-directory, or set execution.checkpointing.savepoint-dir on the cluster.',
  },
  'flink-cannot-savepoint': {
    meaning: 'Not all tasks of the running job run, so that it cannot take a savepoint now.',
    next: 'Wait until it runs, or name `strategy: [restart]`, which goes on from the last retained checkpoint.',
  },
  'flink-backpressure': {
    meaning:
      'The running job is under high back pressure: a savepoint may take long, and processing stands still meanwhile.',
    next: 'Roll out at a quieter time, or give the job more parallelism first.',
  },
  'flink-scheduler': {
    meaning: 'The scheduler of the cluster is not the one that target.scheduler says.',
    next: 'Set target.scheduler to what the cluster has (`jobmanager.scheduler`).',
  },
  'flink-checkpoint-not-retained': {
    meaning: 'The job keeps no checkpoint after it was cancelled, so a restart would lose its state.',
    next: 'Set execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION, or use savepoint-upgrade.',
  },
  'flink-checkpoint-old': {
    meaning:
      'The last completed checkpoint is older than target.checkpoint-max-age, so a restart would repeat much work.',
    next: 'Find out why checkpoints fail, or raise target.checkpoint-max-age.',
  },
  'flink-run-missing': {
    meaning: 'Flink does not know the job id (any more).',
    next: 'Look whether the JobManager was restarted without high availability; `status` shows what runs.',
  },
  'flink-run-ended': {
    meaning: 'The run has ended, so what was asked of it cannot be done.',
    next: 'Run the same command again: it looks at what runs now.',
  },
  'flink-run-active': {
    meaning: 'Another run of this exact name is active; a second one is not started beside it.',
    next: 'Cancel the run that should not be there, then run the same command again.',
  },
  'flink-start-fenced': {
    meaning: 'The id of the new run is in use already: another start of the same successor was faster.',
    next: 'Nothing by hand: the rollout looks at what runs before it goes on.',
  },
  'flink-snapshot-missing': {
    meaning: 'The snapshot to start from is not there, or the JobManager cannot read it.',
    next: 'Check the path and the rights of the JobManager on it.',
  },
  'flink-not-restored': {
    meaning: 'The new run did not start from the snapshot that it was given.',
    next: 'Nothing by hand: the run is stopped and the old one started again. Report it with the log of this call.',
  },
  'flink-stamp-replaced': {
    meaning:
      'The program sets its own global job parameters, which replaced the stamp: the run is known by its recorded id alone.',
    next: 'Let the program merge its parameters into those of env.getConfig(), or accept that a lost ledger cannot be rebuilt.',
  },
  'flink-savepoint-failed': {
    meaning: 'The savepoint could not be taken. The job goes on running.',
    next: 'Read the reason in the message; look at back pressure and at the savepoint directory.',
  },
  'flink-savepoint-lost': {
    meaning: 'The run has ended, and Flink does not tell where its savepoint stands.',
    next: 'Look into the savepoint directory; its path can be given as target.start-from.',
  },
  'flink-cancel-refused': {
    meaning: 'Flink refused to cancel a run.',
    next: 'Look at the run in the web page of the JobManager.',
  },
  'flink-scale-refused': {
    meaning: 'Flink refused the new parallelism. The job goes on as it was.',
    next: 'Read the reason in the message; the default scheduler cannot change a running job (target.scheduler).',
  },
  'flink-scale-not-shown': {
    meaning: 'Flink accepted the new parallelism, and the run does not show it.',
    next: 'Look whether the cluster has enough free slots: the adaptive scheduler waits for them without a sign.',
  },
} as const satisfies { readonly [code: string]: CodeEntry };
