import type { Engine } from '../engines/engine.js';
import type { BuildResult } from '../model/artifact.js';
import { RolloutError } from '../model/error.js';
import type { Job } from '../model/job.js';
import { type JsonObject, mapStrings } from '../model/json.js';
import { artifactsOf, buildNamesIn, mapArtifacts, withBuildValues } from './fields.js';
import { filledIn } from './upload-to.js';

/** What a target's open ends are filled with. */
export interface Resolution {
  readonly build: BuildResult | null;
  /** sha256 of each artifact's bytes by its field (`script`, `extra-py-files.0`). */
  readonly digests: ReadonlyMap<string, string>;
  /** Where artifacts stand that have no `upload-to`, by their field. */
  readonly uris?: ReadonlyMap<string, string>;
}

/** The target as it is launched: artifacts are URIs, build results are filled in; `${secret.X}` stays a reference. */
export function resolveTarget(
  job: Pick<Job, 'key' | 'target'>,
  engine: Pick<Engine, 'artifacts' | 'reference'>,
  { build, digests, uris }: Resolution,
): JsonObject {
  refuseLocal(job, engine, build);
  const withUris = mapArtifacts(job.target, engine, ({ field, uploadTo }) => {
    const digest = digests.get(field);
    const kept = uris?.get(field);
    if (uploadTo === null && kept !== undefined) return kept;
    if (digest === undefined || uploadTo === null) throw new Error(`${job.key}: ${field} was not uploaded`);
    return filledIn(uploadTo, digest);
  });
  const text = (value: string) => withBuildValues(value, (name) => buildValue(job.key, build, name));
  return mapStrings(withUris, text) as JsonObject;
}

/** The result that a `${build.NAME}` stands for. */
export function buildValue(job: string, build: BuildResult | null, name: string): string {
  const value = build === null || !Object.hasOwn(build.values, name) ? undefined : build.values[name];
  if (value !== undefined) return value;
  const written =
    build === null ? 'nothing was built' : `it wrote ${Object.keys(build.values).sort().join(', ') || 'nothing'}`;
  throw new RolloutError('build-result-missing', `${job}: the settings use \${build.${name}}, but ${written}.`, {
    class: 'input',
    next: `let the build write ${name}=value to $STREAM_ROLLOUT_OUTPUT`,
  });
}

/** Names of the build results that a target uses. */
export function buildNamesOf(target: JsonObject): readonly string[] {
  const names = new Set<string>();
  mapStrings(target, (text) => {
    for (const name of buildNamesIn(text)) names.add(name);
    return text;
  });
  return [...names];
}

/** A file of this machine means nothing to an engine: as an artifact it has to be uploaded. */
function refuseLocal(
  job: Pick<Job, 'key' | 'target'>,
  engine: Pick<Engine, 'artifacts' | 'reference'>,
  build: BuildResult | null,
): void {
  const files = build?.files ?? {};
  const uploaded = new Set(artifactsOf(job.target, engine).map((artifact) => artifact.field));
  const fields = [...new Set([...engine.artifacts, ...(engine.reference === null ? [] : [engine.reference])])];
  for (const field of fields) {
    const value = job.target[field];
    if (typeof value !== 'string' || uploaded.has(field)) continue;
    const [name, ...more] = buildNamesIn(value);
    if (name === undefined || more.length > 0 || files[localKey(name)] === undefined) continue;
    throw new RolloutError(
      'build-result-local',
      `${job.key}: ${field} is ${value}, which is the file ${build?.values[name]} of this machine.`,
      {
        class: 'input',
        next: `write ${field}: {file: "${value}", upload-to: "…/\${digest}"}`,
      },
    );
  }
}

/** Key under which a result that names a file of this machine is kept, whether an artifact uses it or not. */
export function localKey(name: string): string {
  return `file \${build.${name}}`;
}
