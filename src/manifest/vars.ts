import type { Combined } from './combine.js';
import { interpolate, type Scope, type Value } from './interpolate.js';
import { knownVars } from './known-vars.js';
import { child, entriesOf, type Located } from './located.js';
import { inVars } from './scopes.js';

/** Values for `${var.x}`: those of the environment, and the input `vars` before them. */
export function varsOf(
  combined: Combined,
  environment: string,
  given: Readonly<Record<string, string>>,
  scope: Omit<Scope, 'vars' | 'each' | 'refuses'>,
): ReadonlyMap<string, Value> {
  const vars = new Map<string, Value>();
  for (const [name, entry] of entriesOf(child(child(combined.environments, environment), 'vars'))) {
    const node = interpolate(entry.node, { ...scope, vars: new Map(), each: null, refuses: inVars });
    vars.set(name, { node, at: entry.node.at });
  }
  const known = knownVars(combined);
  for (const [name, text] of Object.entries(given)) {
    if (known !== null && !known.has(name)) {
      const all = [...known].sort().map((one) => `\`${one}\``);
      const instead = all.length === 0 ? 'the manifest has none' : `known: ${all.join(', ')}`;
      const message = `no environment declares a variable \`${name}\`, and no \`\${var.${name}}\` asks for it; ${instead}`;
      scope.problems.add({ code: 'manifest-reference', at: combined.at, field: `vars.${name}`, message });
    }
    if (text.includes('${')) {
      // An input can come from outside of the repository: it may not name a secret.
      const message = `the input variable \`${name}\` can not hold \${…}`;
      scope.problems.add({ code: 'manifest-reference', at: combined.at, field: `vars.${name}`, message });
    }
    const declared = vars.get(name)?.node;
    const node: Located = { kind: 'scalar', at: combined.at, field: `vars.${name}`, value: typed(text, declared) };
    vars.set(name, { node, at: null });
  }
  return vars;
}

/** An input is text; it takes the type that the manifest declares the variable with, if it can be read as one. */
function typed(text: string, declared: Located | undefined): string | number | boolean {
  const type = declared?.kind === 'scalar' ? typeof declared.value : 'undefined';
  if (type === 'number' && /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
