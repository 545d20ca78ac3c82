import { invalid } from './errors.js';

/** One page of items that have a key, in the order given. The token is the last key of the page before, so that new items shift nothing. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  token: string | undefined,
  size: number,
): { items: readonly T[]; next: string | undefined } {
  const after = token === undefined ? null : Buffer.from(token, 'base64url').toString();
  const start = after === null ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  if (after !== null && start === 0) throw invalid('The pagination token is not valid.');
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  const more = start + size < items.length && last !== undefined;
  return { items: page, next: more ? Buffer.from(keyOf(last)).toString('base64url') : undefined };
}
