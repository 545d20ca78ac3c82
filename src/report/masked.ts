/** Fields that name things; a secret's value that happens to be in one is not what is secret about it. */
const names = new Set([
  ...['job', 'environment', 'name', 'needs', 'hash', 'planHash', 'commit', 'revision', 'rollout', 'manifest'],
  ...['kind', 'engine', 'code', 'outcome', 'strategy', 'verb', 'state', 'level', 'id', 'run', 'file', 'path', 'field'],
]);

/**
 * A document with the values of secrets replaced in all its texts but names. Documents are masked before they are turned into
 * Markdown or JSON, because escaping changes a value so that it would not be found any more.
 */
export function masked<T>(document: T, mask: (text: string) => string): T {
  return walk(document, mask) as T;
}

function walk(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, names.has(key) && isName(item) ? item : walk(item, mask)]),
  );
}

function isName(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}
