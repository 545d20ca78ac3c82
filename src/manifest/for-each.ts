import type { Position } from '../model/position.js';
import type { Declaration } from './declarations.js';
import { isMap } from './fragments.js';
import { pathFault } from './globs.js';
import { interpolate, type Scope, type Value } from './interpolate.js';
import { child, emptyMap, type Located } from './located.js';
import type { Problems } from './problems.js';
import { keyPattern } from './schema/names.js';
import { inForEach, inForEachPath } from './scopes.js';
import { readYaml } from './yaml.js';

export interface Instance {
  readonly key: string;
  readonly at: Position;
  readonly first: boolean;
  /** Values for `${each.x}`; null in a job without `for-each`. */
  readonly each: ReadonlyMap<string, Value> | null;
}

/** Reads each file once, however many jobs name it. Null: it is not there, or can't be read, which was added to the problems. */
export function forEachFiles(readFile: (path: string) => Promise<string | null>, problems: Problems) {
  const read = new Map<string, Promise<{ root: Located | null } | null>>();
  return (path: string): Promise<{ root: Located | null } | null> => {
    const known =
      read.get(path) ??
      readFile(path).then((text) => (text === null ? null : { root: readYaml(path, text, problems) }));
    read.set(path, known);
    return known;
  };
}

/** The instances of a job: one without values where it has no `for-each`. */
export async function instancesOf(
  declaration: Declaration,
  scope: Omit<Scope, 'each' | 'refuses'>,
  files: ReturnType<typeof forEachFiles>,
): Promise<readonly Instance[]> {
  const node = child(declaration.map, 'for-each');
  if (node === undefined) return [{ key: declaration.key, at: declaration.at, first: true, each: null }];
  const map = node.kind === 'scalar' ? await fromFile(node, scope, files) : node;
  if (map === null) return [];
  if (!isMap(map)) {
    const message = 'expected a map from instance key to values, for example {acme: {topic: acme-in}}';
    scope.problems.add({ code: 'manifest-for-each', at: map.at, field: map.field || 'for-each', message });
    return [];
  }
  const instances: Instance[] = [];
  for (const [key, entry] of map.entries) {
    const values = valuesOf(key, entry.node, scope);
    if (!keyPattern.test(key)) {
      const message = `\`${key}\` can not be the key of an instance: expected letters, digits, - and _, beginning with a letter or digit, at most 100`;
      scope.problems.add({ code: 'manifest-key', at: entry.at, field: entry.node.field, message });
    } else if (values !== null) {
      instances.push({
        key: `${declaration.key}-${key}`,
        at: declaration.at,
        first: instances.length === 0,
        each: values,
      });
    }
  }
  return instances;
}

async function fromFile(
  node: Located & { kind: 'scalar' },
  scope: Omit<Scope, 'each' | 'refuses'>,
  files: ReturnType<typeof forEachFiles>,
): Promise<Located | null> {
  const before = scope.problems.count;
  const filled = interpolate(node, { ...scope, each: null, refuses: inForEachPath });
  if (scope.problems.count > before) return null;
  if (filled.kind !== 'scalar' || typeof filled.value !== 'string') return filled;
  const path = filled.value;
  const fault = pathFault(path);
  if (fault !== null) {
    scope.problems.add({ code: 'manifest-path', at: node.at, field: node.field, message: fault });
    return null;
  }
  const file = await files(path);
  if (file === null) {
    const message = `there is no file \`${path}\` in the repository`;
    scope.problems.add({ code: 'manifest-for-each', at: node.at, field: node.field, message });
  }
  return file?.root ?? null;
}

function valuesOf(
  key: string,
  node: Located,
  scope: Omit<Scope, 'each' | 'refuses'>,
): ReadonlyMap<string, Value> | null {
  const nothing = node.kind === 'scalar' && node.value === null;
  const map = nothing ? emptyMap(node.at, node.field) : node;
  if (!isMap(map)) {
    const message = `expected a map of the values of \`${key}\`, for example {topic: acme-in}; \`${key}: {}\` if it has none`;
    scope.problems.add({ code: 'manifest-for-each', at: node.at, field: node.field, message });
    return null;
  }
  const own: Located = { kind: 'scalar', at: map.at, field: map.field, value: key };
  const values = new Map<string, Value>([['key', { node: own, at: map.at }]]);
  for (const [name, entry] of map.entries) {
    if (name === 'key') {
      const message = '`key` is the key of the instance itself and can not be one of its values';
      scope.problems.add({ code: 'manifest-for-each', at: entry.at, field: entry.node.field, message });
      continue;
    }
    const value = interpolate(entry.node, { ...scope, each: null, refuses: inForEach });
    values.set(name, { node: value, at: entry.node.at });
  }
  return values;
}
