import type { FieldName } from './fields.js';
import type { Mode } from './inputs.js';

/** Flags that each command takes beside the common ones. */
export const commands: Readonly<
  Record<Exclude<Mode, 'auto'>, { readonly text: string; readonly flags: readonly FieldName[] }>
> = {
  validate: { text: 'check the manifest, for all environments where none is named', flags: [] },
  detect: { text: 'what this commit changes, from git alone: no credentials, no engine call', flags: ['base'] },
  plan: {
    text: 'what apply would do',
    flags: ['base', 'strategy', 'force', 'accept', 'on-drift', 'rollback-to', 'max-changed-jobs'],
  },
  apply: {
    text: 'roll out what changed',
    flags: [
      'base',
      'strategy',
      'force',
      'rebuild',
      'accept',
      'on-drift',
      'plan-file',
      'fail-fast',
      'max-parallel',
      'max-changed-jobs',
      'wait-for-minutes',
      'take-over',
    ],
  },
  resume: { text: 'go on with open rollouts', flags: ['max-parallel', 'wait-for-minutes', 'take-over'] },
  rollback: {
    text: 'go back to a revision that ran well',
    flags: ['rollback-to', 'force', 'accept', 'fail-fast', 'max-parallel', 'wait-for-minutes'],
  },
  status: { text: 'what is recorded and what runs', flags: [] },
};

/** Flags of every command that reads the ledger. */
export const commonFlags: readonly FieldName[] = ['manifest', 'environment', 'jobs', 'vars', 'ledger', 'github-token'];
