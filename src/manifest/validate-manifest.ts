import { environmentsOf } from './environments.js';
import type { ManifestError } from './problems.js';
import { type ManifestOptions, readManifest } from './read.js';
import type { ManifestSource } from './source.js';

/** All errors of a manifest: of one environment, or of every one where none is named. */
export async function validateManifest(
  source: ManifestSource,
  options: ManifestOptions,
): Promise<readonly ManifestError[]> {
  const environments = options.environment === null ? environmentsOf(source) : [options.environment];
  const errors = new Map<string, ManifestError>();
  for (const environment of environments) {
    const result = await readManifest(source, { ...options, environment });
    for (const error of result.ok ? [] : result.errors) errors.set(JSON.stringify(error), error);
  }
  return [...errors.values()];
}
