import { type Combined, combine } from './combine.js';
import { child, entriesOf } from './located.js';
import { suggestion } from './nearest.js';
import { problems as collect, type Problems } from './problems.js';
import { environmentName } from './schema/names.js';
import type { ManifestSource } from './source.js';

/** The environment of a manifest that declares none. */
export const onlyEnvironment = 'default';

/** Names of the environments in the order of the manifest; `default` alone where it declares none. */
export function environmentsOf(source: ManifestSource): readonly string[] {
  return namesOf(combine(source, collect()));
}

export function namesOf(combined: Combined): readonly string[] {
  // A name that can't be one has been told and is not offered.
  const names = [...combined.environments.entries.keys()].filter((name) => environmentName.safeParse(name).success);
  return names.length === 0 ? [onlyEnvironment] : names;
}

/** The environment to read for, or null if that is not clear, which was added to the problems. */
export function chooseEnvironment(combined: Combined, asked: string | null, problems: Problems): string | null {
  const names = namesOf(combined);
  const [first] = names;
  if (asked === null && names.length === 1 && first !== undefined) return first;
  if (asked !== null && names.includes(asked)) return asked;
  const at = combined.environments.at;
  const message =
    asked === null
      ? `the manifest has several environments: set the input \`environment\` (\`--environment\`) to one of ${names.join(', ')}`
      : unknownEnvironment(combined, asked, names);
  problems.add({ code: 'manifest-environment', at, field: 'environments', message });
  return null;
}

function unknownEnvironment(combined: Combined, asked: string, names: readonly string[]): string {
  if (combined.environments.entries.size === 0) {
    return `there is no environment \`${asked}\`: the manifest declares none, so it has only \`${onlyEnvironment}\``;
  }
  return `there is no environment \`${asked}\`${suggestion(asked, names)}`;
}

/** Branches whose pushes apply to the environment, or null for the default branch. */
export function refsOf(combined: Combined, environment: string): readonly string[] | null {
  const refs = child(child(combined.environments, environment), 'refs');
  if (refs?.kind !== 'list') return null;
  return refs.items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
}

export function overlaysOf(combined: Combined, environment: string) {
  return entriesOf(child(child(combined.environments, environment), 'jobs'));
}
