import type { Combined } from './combine.js';
import { child, type Entry, entriesOf, type Located } from './located.js';

/**
 * Names that some environment declares in `vars`, and those that a `${var.x}` of any file asks for. Null: they are not all known here,
 * since a file that is missing, or a list of a `for-each`, may ask for more.
 */
export function knownVars({ environments, defaults, jobs, whole }: Combined): ReadonlySet<string> | null {
  const isElsewhere = ({ node }: Entry) => child(node, 'for-each')?.kind === 'scalar';
  if (!whole || [...jobs.values()].some(isElsewhere)) return null;
  const names = new Set<string>();
  for (const [, environment] of entriesOf(environments)) {
    for (const [name] of entriesOf(child(environment.node, 'vars'))) names.add(name);
  }
  for (const node of [environments, defaults, ...[...jobs.values()].map((entry) => entry.node)]) {
    for (const name of asked(node)) names.add(name);
  }
  return names;
}

function asked(node: Located): readonly string[] {
  switch (node.kind) {
    case 'scalar':
      return [...String(node.value).matchAll(/\$\{var\.([^}]+)\}/g)].map(([, name = '']) => name.trim());
    case 'list':
      return node.items.flatMap(asked);
    case 'map':
      return [...node.entries.values()].flatMap((entry) => asked(entry.node));
  }
}
