import { strategyNames } from '../model/job.js';
import { consents, modes } from './inputs.js';

/** How an input's text is read. `list`: separated by commas or line breaks; `pairs`: `name=value` lines or a JSON object. */
export type FieldKind = 'text' | 'list' | 'flag' | 'count' | 'choice' | 'choices' | 'pairs';

export interface Field {
  readonly kind: FieldKind;
  readonly default: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

/** Every input: the source of action.yml, of the CLI's flags and of the README's table. */
export const fields = {
  manifest: {
    kind: 'text',
    default: '.github/streaming-jobs.yml',
    description: 'Path or glob of the manifest, or the manifest itself as inline YAML.',
  },
  mode: {
    kind: 'choice',
    default: 'auto',
    choices: modes,
    description:
      '`auto` follows the event: pull_request and merge_group plan, a push to a ref of the environment and workflow_dispatch apply, schedule resumes.',
  },
  environment: {
    kind: 'text',
    default: '',
    description:
      'Environment of the manifest to work on; required where it has several. `resume` without it takes all.',
  },
  jobs: { kind: 'list', default: '', description: 'Job keys or globs to work on; empty: all jobs.' },
  vars: {
    kind: 'pairs',
    default: '',
    description: 'Values for `${var.x}`, as `name=value` lines or a JSON object; they win over the manifest.',
  },
  base: {
    kind: 'text',
    default: '',
    description:
      "Commit to explain the changes against; default, and for 40 zeros (a branch's first push): what the event says, else the last recorded commit.",
  },
  strategy: {
    kind: 'choices',
    default: '',
    choices: ['auto', ...strategyNames.filter((name) => name !== 'create' && name !== 'stop')],
    description: "Strategy, or an ordered list, for this call, in place of the manifest's.",
  },
  force: { kind: 'flag', default: 'false', description: 'Roll out even if equal, quarantined or down.' },
  rebuild: { kind: 'flag', default: 'false', description: 'Run `build` again even if this code was built before.' },
  'rollback-to': {
    kind: 'text',
    default: '',
    description: '`previous` or a rollout id; for `rollback`, and for a `plan` that shows it.',
  },
  accept: {
    kind: 'choices',
    default: '',
    choices: consents,
    description: 'One-off consents, recorded with the actor.',
  },
  'plan-file': { kind: 'text', default: '', description: 'A plan written earlier; `apply` refuses it if it is stale.' },
  ledger: {
    kind: 'text',
    default: 'git:origin',
    description:
      'Where the ledger is: `git:<remote>`, `s3://<bucket>/<prefix>`, `gs://<bucket>/<prefix>` or `file:<directory>`.',
  },
  'on-drift': {
    kind: 'choice',
    default: 'fail',
    choices: ['fail', 'adopt', 'overwrite'],
    description: 'What to do with a run that somebody else started or stopped.',
  },
  'fail-fast': { kind: 'flag', default: 'false', description: 'Start no further job after one has failed.' },
  'max-parallel': { kind: 'count', default: '20', description: 'Jobs that are rolled out at the same time.' },
  'max-changed-jobs': {
    kind: 'count',
    default: '20',
    description: 'Refuse to roll out more jobs than this in one call.',
  },
  'wait-for-minutes': {
    kind: 'count',
    default: '60',
    description: 'Time of this call in all, waiting for a held lock included; then it hands over to `resume`.',
  },
  'take-over': {
    kind: 'flag',
    default: 'false',
    description: 'Take a rollout over from a holder that is not known to be dead.',
  },
  comment: { kind: 'flag', default: 'false', description: 'Keep one comment with the plan on the pull request.' },
  deployments: { kind: 'flag', default: 'false', description: 'Record a GitHub Deployment per environment.' },
  'github-token': {
    kind: 'text',
    default: '${{ github.token }}',
    description: 'Token for checks, comments and deployments.',
  },
} as const satisfies { readonly [name: string]: Field };

/** The description with the values that the input takes. */
export function withChoices({ description, choices, kind }: Field): string {
  if (choices === undefined) return description;
  return `${description} ${kind === 'choices' ? 'Any of' : 'One of'}: ${choices.join(', ')}.`;
}

export type FieldName = keyof typeof fields;
export const fieldNames = Object.keys(fields) as FieldName[];

/** Outputs of the action, with their descriptions for action.yml and the README. */
export const outputs = {
  'changed-jobs': 'JSON list of the jobs that this commit changes.',
  'succeeded-jobs': 'JSON list of the jobs that were rolled out or adopted.',
  'failed-jobs': 'JSON list of the jobs that failed, are stuck or were refused.',
  'rolled-back-jobs': 'JSON list of the jobs that were rolled back.',
  'unchanged-jobs': 'JSON list of the jobs with nothing to do.',
  'any-changed': '`true` if at least one job changes.',
  'rolls-out':
    '`false` for an event that rolls nothing out, whatever the plan says: a pull request, a merge group, a push to a ref of no environment.',
  matrix: "JSON object for a matrix: at most 50 shards of the plan's jobs.",
  result: 'The outcome that set the exit code; of a plan `refused`, `planned` or `unchanged`.',
  'plan-file': 'Path of the plan as JSON.',
  'plan-hash': 'Hash of the plan.',
  'summary-file': 'Path of the summary as Markdown.',
  'report-file': 'Path of the report as JSON, with the steps, runs and messages of each job.',
  'evidence-file': 'Path of every sample that the verdicts were made from, as JSON, for `verify --replay`.',
} as const;
export type OutputName = keyof typeof outputs;
