import type * as z from 'zod';
import type { Code } from '../model/codes/index.js';
import { codes } from '../model/codes/index.js';
import { expectationOf, isCustom, isPlain, knownKeysOf, marked } from './expectation.js';
import { type Located, plainOf, walk } from './located.js';
import { nearest, suggestion } from './nearest.js';
import type { Problems } from './problems.js';

type Issue = z.core.$ZodIssue;

interface More {
  readonly job?: string | undefined;
  /** Says where an unknown key belongs instead, or null. */
  readonly belongs?: (key: string, path: readonly PropertyKey[]) => string | null;
  /** Which issues to tell; all by default. */
  readonly only?: (path: readonly PropertyKey[]) => boolean;
}

/** Checks a value against a schema; adds each fault at the place where the value is written. Undefined if there was one. */
export function validate<T>(node: Located, schema: z.ZodType<T>, problems: Problems, more: More = {}): T | undefined {
  const result = schema.safeParse(plainOf(node), { error: marked });
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => leaves(issue, []));
  const meant = new Set(issues.flatMap(({ issue, path }) => meantKeys(issue, path)));
  for (const { issue, path } of issues) {
    if (more.only?.(path) === false) continue;
    if (issue.code === 'unrecognized_keys') unknownKeys(node, issue, path, problems, more);
    // The typo is told; that the right key is missing too would be the same mistake twice.
    else if (!meant.has(pathText(path)) || walk(node, path).rest.length === 0) value(node, issue, path, problems, more);
  }
  return undefined;
}

interface Leaf {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

/** The issues of the form of a union that the value comes closest to. */
function leaves(issue: Issue, above: readonly PropertyKey[]): Leaf[] {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const forms = issue.errors.filter((form) => !form.some((inner) => inner.path.length === 0 && isOfOtherType(inner)));
  const closest = [...forms].sort((a, b) => faults(a) - faults(b))[0];
  if (closest === undefined || closest.length === 0) return [{ issue, path }];
  return closest.flatMap((inner) => leaves(inner, path));
}

function isOfOtherType(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' || isNoForm(issue);
}

function isNoForm(issue: Issue): boolean {
  return (
    issue.code === 'invalid_union' &&
    issue.errors.every((form) => form.some((inner) => inner.path.length === 0 && isOfOtherType(inner)))
  );
}

function faults(form: readonly Issue[]): number {
  return form.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

function meantKeys(issue: Issue, path: readonly PropertyKey[]): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  return issue.keys.flatMap((key) => {
    const near = nearest(key, knownKeysOf(issue) ?? []);
    return near === null ? [] : [pathText([...path, near])];
  });
}

function unknownKeys(
  root: Located,
  issue: Issue & { code: 'unrecognized_keys' },
  path: readonly PropertyKey[],
  problems: Problems,
  more: More,
): void {
  const known = knownKeysOf(issue);
  for (const key of issue.keys) {
    const { at, node } = walk(root, [...path, key]);
    const elsewhere = more.belongs?.(key, path) ?? null;
    const end = elsewhere === null ? (known === null ? '' : suggestion(key, known)) : `; ${elsewhere}`;
    const message = `\`${key}\` is not known here${end}`;
    problems.add({ code: 'manifest-unknown-key', at, field: node.field, message, job: more.job });
  }
}

function value(root: Located, issue: Issue, path: readonly PropertyKey[], problems: Problems, more: More): void {
  const { node, at, rest } = walk(root, path);
  if (node.kind === 'scalar' && node.broken) return;
  const expected = expectationOf(issue);
  if (rest.length > 0) {
    const field = [node.field, ...rest].filter((part) => part !== '').join('.');
    const message = `\`${rest.join('.')}\` is missing: ${expected}`;
    problems.add({ code: 'manifest-missing', at, field, message, job: more.job });
    return;
  }
  // A bad key is told at the key; a bad value where the value begins.
  const place = issue.code === 'invalid_key' || node.kind === 'map' ? at : node.at;
  const got = isCustom(issue) || issue.code === 'invalid_key' ? '' : `, got ${gotOf(node, issue)}`;
  const message = `${expected}${got}${viaOf(node)}${meantValue(node, issue)}`;
  problems.add({ code: codeOf(issue), at: place, field: node.field, message, job: more.job });
}

function codeOf(issue: Issue): Code {
  if (issue.code === 'invalid_key') return 'manifest-key';
  const code = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof code === 'string' && Object.hasOwn(codes, code) ? (code as Code) : 'manifest-value';
}

function gotOf(node: Located, issue: Issue): string {
  if (node.kind === 'list' && ['too_small', 'too_big'].includes(issue.code)) return String(node.items.length);
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  if (node.value === null)
    return wantsMap(issue) ? 'nothing: what belongs to it is written below it, and further to the right' : 'nothing';
  if (typeof node.value === 'string') return `the text ${JSON.stringify(short(node.value))}${asNumber(node, issue)}`;
  const quote =
    issue.code === 'invalid_type' && issue.expected === 'string' && isPlain(issue) ? ': write it in quotes' : '';
  return typeof node.value === 'number' ? `the number ${node.value}${quote}` : `${node.value}${quote}`;
}

function wantsMap(issue: Issue): boolean {
  return issue.code === 'invalid_type' && ['object', 'record', 'map'].includes(String(issue.expected));
}

function asNumber(node: Located, issue: Issue): string {
  const wants = issue.code === 'invalid_type' && ['number', 'int', 'boolean'].includes(String(issue.expected));
  if (!wants || node.via === undefined || node.via.at !== null) return '';
  return ' (an input is text: declare the variable with a value of that type in `vars` of the environment)';
}

function meantValue(node: Located, issue: Issue): string {
  const near = node.kind === 'scalar' && typeof node.value === 'string' ? nearest(node.value, valuesOf(issue)) : null;
  return near === null ? '' : `; did you mean \`${near}\`?`;
}

function valuesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' ? issue.errors.flatMap((form) => form.flatMap(valuesOf)) : [];
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Where the value comes from, if a reference stands in its place. */
function viaOf(node: Located): string {
  if (node.via === undefined) return '';
  const { text, at } = node.via;
  return at === null ? ` (${text})` : ` (${text}, given in ${at.file}:${at.line}:${at.column})`;
}

function pathText(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}
