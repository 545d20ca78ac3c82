import { nearest } from '../manifest/nearest.js';
import { RolloutError } from '../model/error.js';
import type { StrategyName } from '../model/job.js';
import { type Field, type FieldName, fieldNames, fields } from './fields.js';
import type { Consent, EventFacts, Inputs, Mode } from './inputs.js';

/** Raw texts of the inputs; a missing one takes its default. */
export type RawInputs = { readonly [name in FieldName]?: string | undefined };

/** What the entry point knows beside the inputs. */
export interface Surroundings {
  readonly event: EventFacts;
  readonly workspace: string;
  readonly outputDirectory: string;
  readonly env: Inputs['env'];
  readonly wait: boolean;
}

type Value = string | readonly string[] | boolean | number | { readonly [name: string]: string };

/** Reads all inputs and tells all errors at once. */
export function parseInputs(raw: RawInputs, around: Surroundings): Inputs {
  const errors: string[] = [];
  const values = {} as Record<FieldName, Value>;
  for (const name of fieldNames) {
    const field: Field = fields[name];
    const text = raw[name]?.trim() || (field.default.startsWith('${{') ? '' : field.default);
    try {
      values[name] = readers[field.kind](text, field);
    } catch (error) {
      errors.push(`\`${name}\`: ${(error as Error).message}`);
    }
  }
  errors.push(...contradictions(values));
  if (errors.length > 0) {
    throw new RolloutError('input-invalid', errors.join('; '), {
      class: 'input',
      next: 'Correct the inputs named above.',
    });
  }
  const strategies = values['strategy'] as readonly string[];
  return {
    mode: values['mode'] as Mode,
    manifest: values['manifest'] as string,
    environment: textOrNull(values['environment']),
    jobs: values['jobs'] as readonly string[],
    vars: values['vars'] as Inputs['vars'],
    base: textOrNull(values['base']),
    strategy:
      strategies.length === 0 ? null : strategies.includes('auto') ? 'auto' : (strategies as readonly StrategyName[]),
    force: values['force'] as boolean,
    rebuild: values['rebuild'] as boolean,
    rollbackTo: textOrNull(values['rollback-to']),
    accept: values['accept'] as readonly Consent[],
    planFile: textOrNull(values['plan-file']),
    ledger: values['ledger'] as string,
    onDrift: values['on-drift'] as Inputs['onDrift'],
    failFast: values['fail-fast'] as boolean,
    maxParallel: values['max-parallel'] as number,
    maxChangedJobs: values['max-changed-jobs'] as number,
    waitForMinutes: values['wait-for-minutes'] as number,
    takeOver: values['take-over'] as boolean,
    comment: values['comment'] as boolean,
    deployments: values['deployments'] as boolean,
    githubToken: textOrNull(values['github-token']),
    ...around,
  };
}

/** Inputs that do not go together: what somebody asked for is never left undone in silence. */
function contradictions(values: { readonly [name in FieldName]?: Value }): readonly string[] {
  const { mode, strategy } = values;
  const errors: string[] = [];
  if (Array.isArray(strategy) && strategy.length > 1 && strategy.includes('auto'))
    errors.push('`strategy`: takes auto alone, or a list without it');
  for (const [name, modes] of Object.entries(goesWith) as [FieldName, readonly string[]][]) {
    if (!values[name] || typeof mode !== 'string' || modes.includes(mode)) continue;
    errors.push(
      `\`${name}\`: goes with mode ${modes.filter((one) => one !== 'auto').join(' or ')}, and the mode is ${mode}`,
    );
  }
  return errors;
}

/** Inputs that say what is to be carried out, with the modes that do so; any other mode would do something else. */
const goesWith: { readonly [name in FieldName]?: readonly Mode[] } = {
  'rollback-to': ['rollback', 'plan'],
  'plan-file': ['apply', 'auto'],
};

const readers: { readonly [kind in Field['kind']]: (text: string, field: Field) => Value } = {
  text: (text) => text,
  list: (text) => splitList(text),
  flag: readFlag,
  count: readCount,
  choice: (text, field) => oneOf(text, field.choices ?? []),
  choices: (text, field) => splitList(text).map((item) => oneOf(item, field.choices ?? [])),
  pairs: readPairs,
};

function readFlag(text: string): boolean {
  const value = flags.get(text.toLowerCase());
  if (value === undefined) throw new Error(`takes true or false, not "${text}"`);
  return value;
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

function readCount(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1) throw new Error(`takes a whole number from 1, not "${text}"`);
  return Number(text);
}

function oneOf(text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  const near = nearest(text, choices);
  throw new Error(`takes ${choices.join(', ')}; not "${text}"${near !== null ? ` (did you mean "${near}"?)` : ''}`);
}

function readPairs(text: string): Value {
  if (text.startsWith('{')) {
    return Object.fromEntries(Object.entries(jsonObject(text)).map(([name, value]) => [name, scalar(name, value)]));
  }
  const pairs: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const at = line.indexOf('=');
    if (at < 1) throw new Error(`takes name=value lines, not "${line.trim()}"`);
    pairs[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return pairs;
}

function jsonObject(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new Error(`begins like a JSON object and is none: ${(error as Error).message}`);
  }
}

function scalar(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`takes a text, a number or true or false for each name, and \`${name}\` is ${JSON.stringify(value)}`);
}

function splitList(text: string): readonly string[] {
  return text
    .split(/[,\r\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function textOrNull(value: Value): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
