import type { Position } from '../model/position.js';
import { limits } from './limits.js';
import type { Entry, Located, LocatedMap, LocatedScalar, Scalar } from './located.js';
import { suggestion } from './nearest.js';
import type { Problems } from './problems.js';
import { partsOf, type Reference } from './references.js';

/** A value that a reference stands for; `at` is null for the input `vars`. */
export interface Value {
  readonly node: Located;
  readonly at: Position | null;
}

export interface Scope {
  readonly environment: string;
  readonly vars: ReadonlyMap<string, Value>;
  /** Values of the instance, `key` among them; null outside of a `for-each`. */
  readonly each: ReadonlyMap<string, Value> | null;
  /** Says why a reference may not stand at a path, or null if it may. */
  readonly refuses: (kind: Reference['kind'], path: readonly string[]) => string | null;
  /** The job that errors are about, if the text is shared by several. */
  readonly job?: string;
  /** Values that may still be made, over all jobs. */
  readonly budget: { left: number };
  readonly problems: Problems;
}

/** Replaces `${…}` in every text; what only a rollout knows (`secret`, `build`, `digest`) stays as written. Keys are not interpolated. */
export function interpolate<T extends Located>(node: T, scope: Scope, path: readonly string[] = []): T | Located {
  if (node.kind === 'scalar') {
    return typeof node.value === 'string' && node.value.includes('${') ? text(node, node.value, scope, path) : node;
  }
  scope.budget.left -= node.kind === 'map' ? node.entries.size : node.items.length;
  if (scope.budget.left < 0) return node;
  if (node.kind === 'list') return list(node, scope, path);
  return map(node, scope, path);
}

function list(node: Located & { kind: 'list' }, scope: Scope, path: readonly string[]): Located {
  const items = node.items.map((item, index) => interpolate(item, scope, [...path, String(index)]));
  // Instances of a `for-each` share what does not differ between them.
  return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
}

function map(node: LocatedMap, scope: Scope, path: readonly string[]): LocatedMap {
  const entries = new Map<string, Entry>();
  let same = true;
  for (const [key, entry] of node.entries) {
    if (key.includes('${')) {
      complain(scope, { ...entry.node, at: entry.at }, `\`${key}\`: keys are not interpolated, only values are`);
    }
    const value = interpolate(entry.node, scope, [...path, key]);
    same &&= value === entry.node;
    entries.set(key, value === entry.node ? entry : { at: entry.at, node: value });
  }
  return same ? node : { ...node, entries };
}

function text(node: LocatedScalar, written: string, scope: Scope, path: readonly string[]): Located {
  const parts = partsOf(written).filter((part) => part !== '');
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return alone(node, only, scope, path);
  let whole = '';
  for (const part of parts) {
    const value = typeof part === 'string' ? part : embedded(node, part, scope, path);
    if (value === null) return { ...node, broken: true };
    whole += value;
    if (whole.length > limits.text) {
      const message = `this text has more than ${limits.text} characters when its references are filled in`;
      scope.problems.add({ code: 'manifest-too-large', at: node.at, field: node.field, message, job: scope.job });
      return { ...node, broken: true };
    }
  }
  return { ...node, value: whole };
}

/** A value that is one reference alone keeps its type, and stands where the reference does. */
function alone(node: LocatedScalar, reference: Reference, scope: Scope, path: readonly string[]): Located {
  const found = look(node, reference, scope, path);
  if (found === null) return { ...node, broken: true };
  if (found === 'stays') return node;
  return { ...found.node, at: node.at, field: node.field, via: { text: reference.text, at: found.at } };
}

function embedded(node: LocatedScalar, reference: Reference, scope: Scope, path: readonly string[]): string | null {
  const found = look(node, reference, scope, path);
  if (found === null) return null;
  if (found === 'stays') return reference.text;
  const value: Scalar | undefined = found.node.kind === 'scalar' ? found.node.value : undefined;
  if (value !== undefined && value !== null) return String(value);
  const what = value === null ? 'empty' : `a ${found.node.kind}`;
  complain(scope, node, `\`${reference.text}\` is ${what}, which can not stand inside a text`);
  return null;
}

/** What a reference stands for, `stays`, or null if it is wrong, which was added to the problems. */
function look(
  node: LocatedScalar,
  reference: Reference,
  scope: Scope,
  path: readonly string[],
): Value | 'stays' | null {
  const refused = reference.kind === 'unknown' ? unknown(reference) : scope.refuses(reference.kind, path);
  if (refused !== null) return complain(scope, node, refused);
  if (reference.kind === 'environment') return { node: { ...node, value: scope.environment }, at: null };
  if (reference.kind !== 'var' && reference.kind !== 'each') return 'stays';
  const values = (reference.kind === 'var' ? scope.vars : scope.each) ?? new Map<string, Value>();
  const value = values.get(reference.name);
  if (value === undefined) {
    const whose =
      reference.kind === 'var' ? `environment \`${scope.environment}\` has no variable` : 'this instance has no value';
    return complain(scope, node, `${whose} \`${reference.name}\`${suggestion(reference.name, [...values.keys()])}`);
  }
  const hidden = holdsSecret(value.node) ? scope.refuses('secret', path) : null;
  return hidden === null ? value : complain(scope, node, `\`${reference.text}\` holds a secret: ${hidden}`);
}

function unknown(reference: Reference): string {
  if (!reference.text.endsWith('}')) return `\`${reference.text.slice(0, 40)}\` has no closing \`}\``;
  return `\`${reference.text.slice(0, 80)}\` is none of \${var.x}, \${secret.X}, \${build.x}, \${digest}, \${environment}, \${each.x}, \${each.key}; a shell variable is written without braces`;
}

function holdsSecret(node: Located): boolean {
  if (node.kind === 'scalar') return typeof node.value === 'string' && node.value.includes('${secret.');
  return (node.kind === 'list' ? [...node.items] : [...node.entries.values()].map((entry) => entry.node)).some(
    holdsSecret,
  );
}

function complain(scope: Scope, node: Located, message: string): null {
  scope.problems.add({ code: 'manifest-reference', at: node.at, field: node.field, message, job: scope.job });
  return null;
}
