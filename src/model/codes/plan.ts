import type { CodeEntry } from './entry.js';

export const planCodes = {
  'run-by-hand': {
    meaning:
      'A run with the exact name of the job is active that the ledger does not name: somebody started it by hand.',
    next: 'Take it over with `apply --on-drift adopt`, replace it with `apply --on-drift overwrite`, or stop it on the engine.',
  },
  'run-newer': {
    meaning:
      'A run of a newer rollout than the ledger knows is active: the ledger was reset, or another one is in use.',
    next: 'Check which ledger the last rollout wrote; then `apply --on-drift adopt` takes the run over as it is.',
  },
  'run-foreign': {
    meaning:
      'The active run bears the stamp of another repository, environment or job. It may be this job’s own run from before the manifest had environments: stamps and records belong to one environment.',
    next: 'Give one of the two another `target.name`, or set `name` in the manifest; `apply --on-drift adopt` takes the run over as it runs, `--on-drift overwrite` replaces it.',
  },
  'stray-run': {
    meaning: 'A run of an older rollout of this job is still active beside, or in place of, the recorded one.',
    next: '`apply --force` stops it and rolls the job out again.',
  },
  'job-down': {
    meaning: 'The job had runs, none is active now, and no rollout stopped it. It is never started silently.',
    next: 'If it is to run, `apply --force` starts it from the state that was kept; else declare `desired: stopped`.',
  },
  'run-ending': {
    meaning: 'The only active run of the job is being drained or stopped, and not by a rollout.',
    next: 'Wait until it has ended, then run `apply --force` to start the job again.',
  },
  'several-runs': {
    meaning: 'Several runs of the job are active and it can not be told which one is the job.',
    next: 'Stop all but one of them on the engine, then plan again.',
  },
  'job-elsewhere': {
    meaning: 'The ledger names a run of this job on another engine, account, region or cluster: these are two jobs.',
    next: 'If the field that says where has a typo, correct it. Else declare a new job under another key, and the old one with `desired: stopped` where it is.',
  },
  'record-lost': {
    meaning: 'Runs bear this job’s stamp, but the ledger has no record of the job. Nothing is taken as verified.',
    next: 'Nothing to do if the ledger is new; else restore it: it holds what a rollback needs.',
  },
  'adopted-differs': {
    meaning:
      'The run that is taken over differs from the manifest in fields that the engine shows. Nothing is changed for that.',
    next: 'Correct the manifest, or roll the declared settings out with `apply --force`.',
  },
  'adopted-without-change': {
    meaning:
      'The commit that puts a running job under rollouts also changes its code. The run is taken over as it is, and the declared revision is recorded for it, so this change does not roll out by itself.',
    next: '`apply --force --jobs JOB` rolls it out; or put the manifest in first, and change the code with the next commit.',
  },
  'revision-unknown': {
    meaning: 'What the job should run can not be told: the content of its artifact could not be read.',
    next: 'Check that the artifact exists and that the credentials of this step may read it.',
  },
  'revision-quarantined': {
    meaning:
      'This revision, or these scale values, failed before, or a person rolled back from them. They are left alone until something changes.',
    next: 'Push another revision, run the failed workflow run again, or use `apply --force`.',
  },
  'no-strategy': {
    meaning: 'No strategy can carry the change out within what the job tolerates; each one is listed with its reason.',
    next: 'Change what the job declares (`sink`, `max-gap`, `stateful`, `parallel.slots`, `strategy`), or consent with `accept`.',
  },
  'name-kept': {
    meaning: 'The job has another key than before (`was`). Its runs keep the name that they have on the engine.',
    next: 'Add `target.name` with the old name before you take `was` out of the manifest: without both, the name is the key.',
  },
  'name-changes': {
    meaning:
      'The run that is replaced has another name on the engine than the manifest declares. No engine renames a run, so a new one is started.',
    next: 'To keep the run, declare its name with `target.name`.',
  },
  'gap-unknown': {
    meaning: 'The job declares `max-gap`, and how long the chosen strategy stops processing is not known beforehand.',
    next: 'Look at the measured gap in the report; a strategy with a known gap may be named under `strategy`.',
  },
  'undo-limited': {
    meaning:
      'The running run could not be started again by an undo: what it was launched with is not known, as it was not rolled out by this tool, or its artifact does not exist any more.',
    next: 'Put a missing artifact back before the rollout; from the next rollout on everything that an undo needs is recorded.',
  },
  'scale-not-shown': {
    meaning: 'The engine does not show the run’s scale, and no record tells it, so a changed value can not be seen.',
    next: 'Use `apply --force` once; afterwards the values are recorded.',
  },
  'gate-signal-unknown': {
    meaning: 'A gate names a signal that neither the job declares nor its engine offers, so it could never be judged.',
    next: 'Name one of the signals in the message, or declare it under `verify.signals` with a source.',
  },
  'gate-needs-history': {
    meaning:
      'The new run is to be watched for longer than one call lasts, and a source keeps no history: at each `resume` the bake would begin anew, for ever.',
    next: 'Shorten `bake` or the gate, raise `wait-for-minutes`, take a source with history (Prometheus), or make the gate `advisory`.',
  },
  downgrade: {
    meaning: 'The commit is an ancestor of the one that is deployed: rolling it out would undo newer work.',
    next: 'Use `rollback`, or consent with `accept: downgrade`.',
  },
  'relation-unknown': {
    meaning:
      'It is not known whether the commit comes after the deployed one: they diverged, or the history is not there.',
    next: 'Nothing to do if that is intended (a force push, another branch).',
  },
  'too-many-changed-jobs': {
    meaning: 'More jobs would be rolled out than `max-changed-jobs` allows.',
    next: 'Check that the change is meant for all of them, then raise `max-changed-jobs` or select some with `jobs`.',
  },
  'unknown-job': {
    meaning: 'The input `jobs` names a job that neither the manifest nor the ledger has.',
    next: 'Use a key of the manifest, the name of a `for-each`, or a glob that fits one.',
  },
  'plan-input-incomplete': {
    meaning: 'A job was to be planned without its engine, its comparison or its look: a defect of this tool.',
    next: 'Report it with the message and the manifest.',
  },
  'need-not-selected': {
    meaning: 'A job that this one needs also changed, but is left out by the input `jobs`.',
    next: 'Select it too, or make sure that this job can go first.',
  },
  'plan-stale': {
    meaning:
      'Since the plan was made, a job of it has another run, another running revision or another desired revision.',
    next: 'Plan again and have the new plan approved.',
  },
  'rollback-target-unknown': {
    meaning: 'The ledger keeps no good revision of the job under this rollout id, or none before the running one.',
    next: 'Run `log` to see the rollouts that can be gone back to.',
  },
  'rollback-already-runs': {
    meaning: 'The revision to go back to is the one that runs, so a rollback would only restart the job.',
    next: 'Name another rollout (`log` shows them), or start the same revision again with `force`.',
  },
  'rollback-settings-unknown': {
    meaning: 'The run to go back to was started by hand; what it was launched with is not recorded.',
    next: 'Check the old commit out and run `apply` there with `accept: downgrade`.',
  },
  'rollback-artifact-mutable': {
    meaning:
      'The artifact to go back to was referenced by a tag or an unversioned object: it may hold something else today.',
    next: 'Reference artifacts by digest or version; for now fix forward, or `apply` the old commit with `accept: downgrade`.',
  },
  'rollback-while-open': {
    meaning: 'A rollout of the job is still open; it has to be finished or turned back before another one goes back.',
    next: 'Run `resume` first.',
  },
  'rollback-unsafe': {
    meaning: 'The newer revision has written state that the older one may not be able to read.',
    next: 'If you know that it can, consent with `accept: unsafe-rollback`.',
  },
} as const satisfies Record<string, CodeEntry>;
