import type { CodeEntry } from './entry.js';

export const inputsCodes = {
  'engine-unknown': {
    meaning: 'The manifest or the ledger names an engine that this version does not have.',
    next: 'Correct `engine`, or use a version of the tool that has it.',
  },
  'plan-file-invalid': {
    meaning: 'The file given as `plan-file` cannot be read as a plan of this version.',
    next: 'Give the file that `plan` wrote (output `plan-file`).',
  },
  'evidence-invalid': {
    meaning: 'The file given to `verify --replay` is no evidence of this version.',
    next: 'Give the file that a rollout wrote (output `evidence-file`, or `evidence.json` in `--out`).',
  },
  'input-invalid': {
    meaning: 'An input or flag has a value that cannot be read.',
    next: 'Correct the value; the message names the input and what it takes.',
  },
  'event-refused': {
    meaning:
      'The workflow event is not one that this tool may act on: `pull_request_target` runs foreign code with rights, others are unknown.',
    next: 'Use `push`, `pull_request`, `merge_group`, `workflow_dispatch` or `schedule`, or name the mode.',
  },
  'environment-required': {
    meaning: 'The manifest has several environments and none was chosen.',
    next: 'Set the input `environment`.',
  },
  'environment-unknown': {
    meaning: 'The ledger has no records of the chosen environment.',
    next: 'Choose one of those that the message names.',
  },
  'job-not-recorded': {
    meaning: 'A name given in `jobs` is not in the ledger.',
    next: 'Run `status` without `jobs` to see the names.',
  },
  'manifest-not-found': {
    meaning: 'No manifest was found.',
    next: 'Create `.github/streaming-jobs.yml`, or set the input `manifest`.',
  },
  'clock-rate-refused': {
    meaning:
      'The clock was to run fast (`STREAM_ROLLOUT_CLOCK_RATE`), but a service that the jobs or the ledger use is not on this machine: waits on a real cloud are never shortened.',
    next: 'Unset `STREAM_ROLLOUT_CLOCK_RATE`, or take all variables that `emulate` prints.',
  },
  'secret-missing': {
    meaning: 'The manifest refers to `${secret.NAME}`, and the process environment has no such variable.',
    next: 'Pass the secret to the step as an environment variable of that name.',
  },
} as const satisfies Record<string, CodeEntry>;
