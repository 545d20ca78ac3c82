import type { CodeEntry } from './entry.js';

export const rolloutCodes = {
  'gate-failed': {
    meaning:
      'A gate was not met by the new run: a signal was measured, and was not as declared or as the engine expects by default.',
    next: 'Look at the gate and its chart in the report; `verify --replay` on the evidence file gives the same verdict again. Fix the code, or the gate.',
  },
  'gate-inconclusive': {
    meaning:
      'A gate could not be judged: too few samples were known, or they came too far apart, or there was nothing to compare with. That is no success, so the job is left as it is.',
    next: 'Look at the signal in your monitoring. Once the signal can be read, `apply --force` rolls the revision out again and verifies it; `advisory: true` makes a gate decide nothing. On a local cloud with a high `--clock-rate` samples come too far apart on a slow machine: take a lower rate.',
  },
  'signal-unreadable': {
    meaning:
      'The source of a signal could not be read, or its answer is none that can be used. The sample counts as unknown.',
    next: 'Check the address, the query and the rights of `verify.signals`; the message says what was answered.',
  },
  'unexpected-run': {
    meaning:
      'A run of the job is active that this rollout did not start and the ledger does not name. Nothing was touched.',
    next: 'Find out who started it; stop it, or plan again with `on-drift: adopt`.',
  },
  'drain-timeout': {
    meaning: 'The old run did not finish draining within `drain.timeout`.',
    next: 'Look at the run on the engine; cancel it there if its input is endless, then run `apply` again.',
  },
  'stop-timeout': {
    meaning: 'A run that was told to stop is still on its way out after 30 minutes.',
    next: 'Look at the run on the engine, end it there, then run `apply` again.',
  },
  'failed-past-return': {
    meaning: 'The new run failed after the old one was released; past the point of no return nothing is rolled back.',
    next: 'Look at the new run; fix forward with a new commit, or run `rollback`.',
  },
  'drained-early': {
    meaning: 'The old run ended or was draining before the new one was verified: the service or a person released it.',
    next: "Check the new run by hand; raise `parallel.overlap` if the service's own timer did it.",
  },
  'undo-seen': {
    meaning:
      "A run started by this rollout's undo was found while it was recorded as going forward; it goes on backward.",
    next: 'Nothing; the rollout is being closed.',
  },
  'new-run-ended': {
    meaning: 'The new run ended or failed before it was verified.',
    next: "Read the run's own messages in the report; fix the code and push again.",
  },
  'old-run-still-active': {
    meaning: 'The new run is up, but the engine did not replace the old one: two runs are active.',
    next: 'Stop one of the two on the engine, then run `apply` again.',
  },
  'predecessor-gone': {
    meaning: 'The run that was to be updated has ended without us.',
    next: 'Run `apply` with `on-drift: overwrite` to start the job from its kept state.',
  },
  'not-streaming': {
    meaning: 'The run is a batch job: it ends by itself and cannot be rolled out as a stream.',
    next: 'Give the job a streaming pipeline, or take it out of the manifest.',
  },
  'crash-loop': {
    meaning: 'The engine restarted the new run again and again while it was watched.',
    next: "Read the run's own messages in the report; fix the code and push again.",
  },
  'not-running-in-time': {
    meaning: 'The new run was not running within `verify.running-within`.',
    next: 'Look at the run on the engine; raise `verify.running-within` if start-up takes that long.',
  },
  'snapshot-path-missing': {
    meaning:
      'The old run has ended, but the path of the snapshot that it wrote is not known; the job is not started without it.',
    next: 'Find the snapshot where the engine writes them (its directory bears the rollout’s id where the job has a directory of its own), name it where a start begins from (Flink: target.start-from), then run `apply --force`.',
  },
  'step-without-effect': {
    meaning: 'The engine accepted a call, but its effect did not show within the settle time.',
    next: 'Look at the job on the engine, then run `resume`.',
  },
  'verb-missing': {
    meaning:
      'A step that this rollout needs, often the start of the old revision, is one that the engine has no verb for.',
    next: 'Look at what runs now; bring the job back by hand on the engine, or fix forward with a new commit.',
  },
  'state-as-left': {
    meaning:
      'The old revision was put back on state that stays in place, such as a checkpoint location: it goes on from there as the failed run left it.',
    next: 'Check that the old code reads that state; if not, start the job from a checkpoint location of its own.',
  },
  'run-after-close': {
    meaning:
      'A run came up while the rollout was being closed: a call of an earlier process took effect late. It was left alone.',
    next: '`apply --force` stops it and rolls the job out again.',
  },
  'call-unanswered': {
    meaning: 'A call to the engine was sent again and again without a definite answer, and its effect never showed.',
    next: "Look at the job and at the engine's limits (names, concurrent runs, quota), then run `apply` again.",
  },
  superseded: {
    meaning: 'A newer commit closed this rollout and carries on.',
    next: 'Look at the rollout of the newer commit.',
  },
  'rollout-held': {
    meaning: 'Another process holds the rollout of this job.',
    next: 'Wait for it, or take over with `take-over` if you know that it is dead.',
  },
  'rollout-lost': {
    meaning: 'Another process took the rollout over while this one worked on it, and not for a newer commit.',
    next: 'Look at the other run; this one made no further call.',
  },
  'rollout-interrupted': {
    meaning: 'The process was cancelled, or its time ran out; the rollout is open and its state is in the ledger.',
    next: 'Run `resume`.',
  },
  'rollout-pending': {
    meaning: 'The new run is being watched for longer than this call may take.',
    next: 'Run `resume`; the scheduled workflow does so by itself.',
  },
  'backstop-pending': {
    meaning:
      "The new run of an overlap failed and was stopped, and the old one runs. The service's own timer may still drain the old run, so the rollout stays open until a look after that time.",
    next: 'Run `resume` after the time that the message names; the scheduled workflow does so by itself. A newer commit need not wait.',
  },
  'needs-failed': {
    meaning: 'A job that this one needs, or the first instance of its `for-each`, did not succeed.',
    next: 'Fix that job first; nothing was done for this one.',
  },
  'needs-pending': {
    meaning: 'A job that this one needs is not done yet; this rollout is open, and nothing was done for it.',
    next: 'Run `resume` once the other job is done; the scheduled workflow does so by itself.',
  },
  'look-failed': {
    meaning: 'The engine could not be read.',
    next: 'Check credentials, permissions and the network, then run `resume`.',
  },
  'unexpected-error': {
    meaning: 'A defect of this tool, or an answer that it does not know.',
    next: 'Run `resume`; report the message if it comes again.',
  },
  'rollout-not-begun': {
    meaning:
      'The call came to its end before a rollout of this job was opened: its time was over, it was cancelled, or the next look failed. The ledger holds nothing of this commit for the job, so `resume` does not go on.',
    next: 'Run the same command again.',
  },
  'process-cancelled': {
    meaning: 'The process was cancelled before anything was rolled out. No streaming job was touched.',
    next: 'Run the same command again.',
  },
} as const satisfies Record<string, CodeEntry>;
