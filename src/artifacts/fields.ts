import type { Engine } from '../engines/engine.js';
import { isObject, type Json, type JsonObject } from '../model/json.js';

/** An artifact as the manifest writes it: `{file | zip: path, upload-to: "…${digest}…"}`. */
export interface ArtifactField {
  /** Path below `target`; items of a list by their index, for example `extra-py-files.0`. */
  readonly field: string;
  readonly form: 'file' | 'zip';
  /** From the root of the repository, normalised; as written where a build makes it. */
  readonly path: string;
  readonly uploadTo: string | null;
  /** True where the path is a result of the build, not a file of the commit. */
  readonly built: boolean;
}

const buildResult = /\$\{build\.([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Names of the build results that a value uses. */
export function buildNamesIn(text: string): string[] {
  return [...text.matchAll(buildResult)].map((match) => match[1] as string);
}

/** Fills build results into a text; `value` throws for a name that it does not know. */
export function withBuildValues(text: string, value: (name: string) => string): string {
  return text.replace(buildResult, (_, name: string) => value(name));
}

/** The artifact that a value is, or null. */
export function artifactOf(value: Json | undefined, field: string): ArtifactField | null {
  if (!isObject(value)) return null;
  const form = typeof value['file'] === 'string' ? 'file' : typeof value['zip'] === 'string' ? 'zip' : null;
  if (form === null) return null;
  const written = value[form] as string;
  const uploadTo = value['upload-to'];
  const built = buildNamesIn(written).length > 0;
  return {
    field,
    form,
    path: built ? written : normalised(written),
    uploadTo: typeof uploadTo === 'string' ? uploadTo : null,
    built,
  };
}

/** By target; the fields of an engine never change. */
const known = new WeakMap<JsonObject, { readonly of: readonly string[]; readonly found: readonly ArtifactField[] }>();

/** All artifacts of a target, in the order of the engine's fields. */
export function artifactsOf(target: JsonObject, engine: Pick<Engine, 'artifacts'>): readonly ArtifactField[] {
  const before = known.get(target);
  if (before?.of === engine.artifacts) return before.found;
  const found = engine.artifacts.flatMap((name) => {
    const value = target[name];
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
    return items.flatMap((item, i) => artifactOf(item, Array.isArray(value) ? `${name}.${i}` : name) ?? []);
  });
  known.set(target, { of: engine.artifacts, found });
  return found;
}

/** The artifacts that are files of the commit: all but those that a build makes. */
export function committedArtifacts(target: JsonObject, engine: Pick<Engine, 'artifacts'>): readonly ArtifactField[] {
  return artifactsOf(target, engine).filter((artifact) => !artifact.built);
}

/** Replaces each artifact of a target; everything else stays as it is. */
export function mapArtifacts(
  target: JsonObject,
  engine: Pick<Engine, 'artifacts'>,
  replace: (artifact: ArtifactField) => Json,
): JsonObject {
  const entries = Object.entries(target).map(([name, value]) => {
    if (!engine.artifacts.includes(name)) return [name, value] as const;
    if (!Array.isArray(value)) return [name, replaced(value, name)] as const;
    return [name, (value as readonly Json[]).map((item, i) => replaced(item, `${name}.${i}`))] as const;
  });
  function replaced(value: Json, field: string): Json {
    const artifact = artifactOf(value, field);
    return artifact ? replace(artifact) : value;
  }
  return Object.fromEntries(entries);
}

/** `./a//b/../c` as `a/c`; a path that leaves the repository keeps its leading `..` and is found nowhere. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
