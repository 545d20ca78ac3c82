import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

/** Stands before a message that no author of a schema has written, so that ours can take its place. */
const mark = '\u0000';

/** Message of an issue while parsing: marked, with the keys that would have been known, which only the parser can tell. */
export function marked(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== 'unrecognized_keys') return mark;
  const shape = (issue.inst as z.core.$ZodObject | undefined)?._zod.def.shape;
  return `${mark}${JSON.stringify(Object.keys(shape ?? {}))}`;
}

export function knownKeysOf(issue: Issue): string[] | null {
  return issue.message.startsWith(`${mark}[`) ? (JSON.parse(issue.message.slice(1)) as string[]) : null;
}

/** True where the schema's author says it all. */
export function isCustom(issue: Issue): boolean {
  return issue.code === 'custom' && !issue.message.startsWith(mark);
}

/** True where the message is the parser's, not the author's. */
export function isPlain(issue: Issue): boolean {
  return issue.message.startsWith(mark);
}

/** What was expected, as a sentence without its end. */
export function expectationOf(issue: Issue): string {
  const text = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? mark) : issue.message;
  // An author's message may be the end of a sentence (`a duration such as …`).
  const isEnd = issue.code !== 'custom' && /^(a|an|the|one of|at (least|most)) /.test(text);
  if (!text.startsWith(mark)) return isEnd ? `expected ${text}` : text;
  return `expected ${expected(issue)}`;
}

const types: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

const units: { readonly [origin: string]: readonly [one: string, many: string] } = {
  string: [' character', ' characters'],
  array: [' entry', ' entries'],
  object: [' key', ' keys'],
};

function counted(count: number | bigint, origin: string): string {
  return `${count}${units[origin]?.[Number(count) === 1 ? 0 : 1] ?? ''}`;
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return types[issue.expected] ?? `a value of type ${issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${counted(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${counted(issue.maximum, issue.origin)}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.pattern === undefined
        ? `a text of the form ${issue.format}`
        : `a text that matches ${issue.pattern}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((form) => forms(form)))].join(' or ') || 'one of the forms allowed here';
    case 'invalid_key':
      return 'another key';
    default:
      return 'another value';
  }
}

function forms(form: readonly Issue[]): string[] {
  const own = form.find((issue) => issue.path.length === 0);
  return own === undefined ? [] : [expectationOf(own).replace(/^expected /, '')];
}
