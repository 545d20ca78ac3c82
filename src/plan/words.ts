/** A duration for people: two units at most. */
export function seconds(of: number): string {
  const whole = Math.round(of);
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => whole >= size);
  if (first < 0) return '0 s';
  const [name, size] = units[first] ?? ['s', 1];
  const [small, smallSize] = units[first + 1] ?? ['s', 1];
  const rest = Math.floor((whole % size) / smallSize);
  const head = `${Math.floor(whole / size)} ${name}`;
  return rest === 0 || size === 1 ? head : `${head} ${rest} ${small}`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(items: readonly string[], most = 3): string {
  const shown = items.length <= most ? items : items.slice(0, most - 1);
  const more = items.length - shown.length;
  const last = more > 0 ? `${more} more` : shown.at(-1);
  const head = more > 0 ? shown : shown.slice(0, -1);
  return head.length === 0 ? (last ?? '') : `${head.join(', ')} and ${last}`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A commit as people read it. */
export function short(commit: string | null): string {
  return commit === null ? 'no commit' : commit.slice(0, 8);
}
