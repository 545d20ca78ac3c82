import type { CodeEntry } from './entry.js';

export const manifestCodes = {
  'manifest-empty': {
    meaning: 'A manifest file holds nothing, or there is no manifest file at all.',
    next: 'Write at least `version: 1` and `jobs`.',
  },
  'manifest-syntax': {
    meaning: 'A file is not well-formed YAML, or uses a feature that JSON values do not have.',
    next: 'Correct the line that the error names; inside `{ }` and `[ ]` write "${…}" in quotes.',
  },
  'manifest-too-large': {
    meaning: 'A file, the values that it expands to, or a text in it is larger than a manifest may be.',
    next: 'Split the manifest into several files, or shorten the value.',
  },
  'manifest-duplicate-key': {
    meaning: 'A map has the same key twice.',
    next: 'Remove one of the two.',
  },
  'manifest-unknown-key': {
    meaning: 'A key is not known at this place.',
    next: 'Use the key that the error names, or remove it.',
  },
  'manifest-missing': {
    meaning:
      'A value that is needed is not given, neither in the job nor in defaults or the overlay of the environment.',
    next: 'Add it to the job, to `defaults` of its engine, or to the overlay.',
  },
  'manifest-value': {
    meaning: 'A value has the wrong type, or is not one of those that are allowed here.',
    next: 'Write what the error says was expected.',
  },
  'manifest-version': {
    meaning: 'The version of the manifest format is missing or is not one that this release reads.',
    next: 'Write `version: 1` at the top of each manifest file.',
  },
  'manifest-key': {
    meaning:
      'A job key, an environment name or a `for-each` key has characters that can not stand in a ref, or is reserved.',
    next: 'Use letters, digits, `-` and `_`, beginning with a letter or a digit; at most 100.',
  },
  'manifest-engine': {
    meaning: 'The engine that a job or a block of `defaults` names is not known.',
    next: 'Use one of the engines that the error lists.',
  },
  'manifest-environment': {
    meaning: 'The environment that was asked for is not declared, or none was named though the manifest has several.',
    next: 'Name one of the environments that the error lists with the input `environment`.',
  },
  'manifest-conflict': {
    meaning: 'Two manifest files give different values for the same field of `name`, `environments` or `defaults`.',
    next: 'Keep the field in one of the files.',
  },
  'manifest-duplicate-job': {
    meaning: 'Two jobs, or an instance of a `for-each` and a job, have the same key.',
    next: 'Rename one of them; `was: old-name` keeps the history of a renamed job.',
  },
  'manifest-overlay': {
    meaning: 'The overlay of an environment names a job that no manifest file declares.',
    next: 'Correct the name, or declare the job under `jobs`.',
  },
  'manifest-for-each': {
    meaning: 'The instances of a `for-each` can not be read.',
    next: 'Give a map from instance key to values, or the path of a JSON or YAML file in the repository that holds one.',
  },
  'manifest-path': {
    meaning: 'A path or glob leaves the repository, is absolute, or costs too much to match.',
    next: 'Write it relative to the root of the repository, with `/` between the parts and without `..`.',
  },
  'manifest-reference': {
    meaning: 'A `${…}` is malformed, or names something that does not exist at this place.',
    next: 'Use `${var.x}`, `${secret.X}`, `${build.x}`, `${digest}`, `${environment}`, `${each.x}` or `${each.key}` where they are allowed.',
  },
  'manifest-needs': {
    meaning: '`needs` names a job that is not declared.',
    next: 'Correct the name; the name of a `for-each` means all its instances.',
  },
  'manifest-cycle': {
    meaning: 'Jobs need each other in a circle, so that none of them could be first.',
    next: 'Remove one of the `needs` on the circle that the error prints.',
  },
  'manifest-was': {
    meaning: '`was` names a job that is still declared, or two jobs claim the history of the same old one.',
    next: 'Let `was` name one job that is not in the manifest any more, in one place only.',
  },
  'manifest-duplicate-name': {
    meaning:
      'Two jobs have the same exact name on one engine, account and region, so that their runs could not be told apart.',
    next: 'Give one of them another `target.name`.',
  },
  'manifest-shared-value': {
    meaning:
      'Two jobs, or two slots of a job, share a value that belongs to one run only, such as the place of its checkpoints.',
    next: 'Give each of them a value of its own.',
  },
  'manifest-slots': {
    meaning: 'The slots for parallel runs are not a pair of overlays of the target that differ.',
    next: 'Give exactly two slots with what the two runs may not share, in the place of the job, or none.',
  },
  'manifest-gate': {
    meaning: 'A gate has no comparator, or one that does not go with its mode.',
    next: 'Give at least one of `max`, `min`, `equals`, `max-vs-baseline`, `min-vs-baseline`, or `max-delta` for `mode: budget`.',
  },
  'manifest-signal': {
    meaning:
      'A gate names a signal that neither the job declares nor its engine offers, or a declared signal has more than one source.',
    next: 'Name a signal of the engine (docs/verification.md lists them), or declare it under `verify.signals` with one source.',
  },
  'manifest-build': {
    meaning: 'A job has a `build` command but no `paths`, so that nothing says when its code changed.',
    next: 'List the sources that go into the build under `paths`.',
  },
  'manifest-upload': {
    meaning: 'An `upload-to` lacks `${digest}`, so that another version would overwrite the object that a run uses.',
    next: 'Put `${digest}` into the object name, for example "s3://bucket/job/${digest}.py".',
  },
  'manifest-drain': {
    meaning: '`drain.on-timeout: leave` stands in a job that never runs in parallel.',
    next: 'Use `fail` or `cancel`, or put `parallel` into the strategy.',
  },
} as const satisfies Record<string, CodeEntry>;
