import type { CodeEntry } from './entry.js';

export const commandCodes = {
  'command-not-runnable': {
    meaning: 'A command of the job could not be started: the program is missing or is not executable.',
    next: 'Check the path in the manifest, the executable bit in git and what is installed on the runner.',
  },
  'command-failed': {
    meaning: 'A command answered `failed`: it says that the change was not made.',
    next: 'Read the message, which is the command’s own, then fix what it names.',
  },
  'command-answer-unknown': {
    meaning: 'A command that changes a run ended without an answer, so it is not known whether the change was made.',
    next: 'Run `stream-rollout resume`: it looks at the runs before anything is asked again. Let the command print one JSON answer.',
  },
  'command-timed-out': {
    meaning: 'A command ran longer than `target.timeout` and was ended with its whole process group.',
    next: 'Let a slow command answer `running` and be called again, or raise `target.timeout`.',
  },
  'command-cancelled': {
    meaning: 'A command was ended because the process was cancelled.',
    next: 'Run `stream-rollout resume`.',
  },
  'command-output-too-large': {
    meaning: 'A command printed more than 8 MiB to stdout and was ended.',
    next: 'Print one JSON answer to stdout and logs to stderr; leave ended runs out unless the request asks for them.',
  },
  'command-observe-failed': {
    meaning: 'The observe command ended with an exit code other than 0, so it is not known what runs.',
    next: 'Run the command by hand with the request from docs/engines/command.md and fix what it reports.',
  },
  'command-answer-invalid': {
    meaning: 'A command that only reads answered something that does not follow the contract.',
    next: 'Compare the answer with docs/engines/command.md; the message names the field.',
  },
  'command-secret-outside-env': {
    meaning:
      'A secret is named in a field that would reach a command as text or as an argument, where it could be seen.',
    next: 'Move the reference into `target.env` or `target.credentials` and read the variable in the command.',
  },
  'command-scaling-without-scale': {
    meaning: 'The job has `target.scaling` but no `target.scale` command.',
    next: 'Add a scale command, or move the values into `target.settings`.',
  },
  'command-files-from-checkout': {
    meaning: 'The job starts from the files that are checked out, so going back cannot bring the old files back.',
    next: 'Give the job a `build` or an `artifact`, or let the start command fetch what its request names.',
  },
  'command-run-unknown': {
    meaning: 'A signal was asked for of a run whose job was not observed in this process.',
    next: 'Observe the job first; this is a defect of the tool, please report it.',
  },
} as const satisfies Record<string, CodeEntry>;
