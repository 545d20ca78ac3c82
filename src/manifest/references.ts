/** One `${…}` of a text. `name` is null where it is not one that can be. */
export interface Reference {
  readonly text: string;
  readonly kind: 'var' | 'secret' | 'build' | 'each' | 'digest' | 'environment' | 'run' | 'unknown';
  readonly name: string;
}

/** A text cut into plain parts and references, in order. */
export function partsOf(text: string): readonly (string | Reference)[] {
  return text.split(/(\$\{[^}]*\}?)/).map((part) => (part.startsWith('${') ? referenceOf(part) : part));
}

const shapes: readonly { kind: Reference['kind']; pattern: RegExp }[] = [
  { kind: 'var', pattern: /^\$\{var\.([A-Za-z0-9_-]+)\}$/ },
  { kind: 'each', pattern: /^\$\{each\.([A-Za-z0-9_-]+)\}$/ },
  // As the names of environment variables: that is where both values pass through.
  { kind: 'secret', pattern: /^\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)\}$/ },
  { kind: 'build', pattern: /^\$\{build\.([A-Za-z_][A-Za-z0-9_]*)\}$/ },
  { kind: 'digest', pattern: /^\$\{(digest)\}$/ },
  { kind: 'environment', pattern: /^\$\{(environment)\}$/ },
  { kind: 'run', pattern: /^\$\{run\.(id|name)\}$/ },
];

function referenceOf(text: string): Reference {
  for (const { kind, pattern } of shapes) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) return { text, kind, name };
  }
  return { text, kind: 'unknown', name: text.replace(/^\$\{|\}$/g, '') };
}
