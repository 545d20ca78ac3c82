import { quoted } from '../model/command.js';
import { commands, commonFlags } from './commands.js';
import { type Field, type FieldName, fields } from './fields.js';
import type { Inputs } from './inputs.js';

/**
 * Inputs that a printed command has to repeat, as texts. Not the jobs and the environment: who prints a command knows whom it is about.
 * Not what is for one call alone (a token, a stored plan, taking over), nor how fast it goes.
 */
const repeated: { readonly [name in FieldName]?: (inputs: Inputs) => string } = {
  manifest: ({ manifest }) => (manifest.includes('\n') ? '<the inline manifest>' : manifest),
  vars: ({ vars }) => (Object.keys(vars).length === 0 ? '' : JSON.stringify(vars)),
  ledger: ({ ledger }) => ledger,
  base: ({ base }) => base ?? '',
  strategy: ({ strategy }) => (strategy === null || strategy === 'auto' ? (strategy ?? '') : strategy.join(',')),
  force: ({ force }) => String(force),
  rebuild: ({ rebuild }) => String(rebuild),
  'rollback-to': ({ rollbackTo }) => rollbackTo ?? '',
  accept: ({ accept }) => accept.join(','),
  'on-drift': ({ onDrift }) => onDrift,
  'fail-fast': ({ failFast }) => String(failFast),
  'max-changed-jobs': ({ maxChangedJobs }) => String(maxChangedJobs),
};

const command = new RegExp(
  `stream-rollout (${[...Object.keys(commands), 'log'].join('|')})\\b((?: --[a-z-]+(?: (?:'[^']*'|(?!--)[^\\s\`;']+))?)*)`,
  'g',
);

/**
 * A text with the commands in it completed by what this call was given and they do not say: pasted as they are, they work on the same
 * ledger and manifest and ask for the same. Consents add up, so that the next call does not miss the ones of this call.
 */
export function repeatInputs(text: string, inputs: Inputs): string {
  return text.replace(command, (_, name: string, said: string) => {
    const { words, rest } = wordsOf(said);
    const taken = new Set<FieldName>([...commonFlags, ...((commands as Partial<Commands>)[name]?.flags ?? [])]);
    for (const [flag, textOf] of Object.entries(repeated) as [FieldName, (inputs: Inputs) => string][]) {
      const value = textOf(inputs);
      if (!taken.has(flag) || value === fields[flag].default) continue;
      const before = words.get(flag);
      if (flag === 'accept') words.set(flag, [...new Set(`${value},${before ?? value}`.split(','))].join(','));
      else if (before === undefined) words.set(flag, isSwitch(flag) ? '' : quoted(value));
    }
    const flags = [...words].map(([flag, value]) => (value === '' ? ` --${flag}` : ` --${flag} ${value}`));
    return `stream-rollout ${name}${flags.join('')}${rest}`;
  });
}

type Commands = { readonly [name: string]: { readonly flags: readonly FieldName[] } };

function isSwitch(flag: string): boolean {
  return (fields as { readonly [name: string]: Field | undefined })[flag]?.kind === 'flag';
}

/** The flags that a command has already. What follows one that takes no value, or a mere `stream-rollout plan`, is prose. */
function wordsOf(said: string): { readonly words: Map<string, string>; readonly rest: string } {
  const words = new Map<string, string>();
  for (const [, flag = '', value = ''] of said.matchAll(/--([a-z-]+)(?: ('[^']*'|(?!--)[^\s]+))?/g)) {
    if (isSwitch(flag) && value !== '') return { words: words.set(flag, ''), rest: ` ${value}` };
    words.set(flag, value);
  }
  return { words, rest: '' };
}
