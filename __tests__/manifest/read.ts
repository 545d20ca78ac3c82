import type { Engine } from '../../src/engines/engine.js';
import { type ManifestOptions, type ManifestSource, readManifest } from '../../src/manifest/index.js';
import type { Manifest } from '../../src/model/job.js';
import { pond, river } from './engines.js';

export interface Given extends Partial<ManifestOptions> {
  /** Files of the repository beside the manifest. */
  readonly repository?: Readonly<Record<string, string>>;
}

export function optionsOf(given: Given = {}): ManifestOptions {
  const engines: Readonly<Record<string, Engine>> = { river, pond };
  const { repository: _, ...options } = given;
  return {
    environment: null,
    vars: {},
    engines: async (id) => engines[id] ?? null,
    engineIds: Object.keys(engines),
    ...options,
  };
}

export function sourceOf(manifest: string | Readonly<Record<string, string>>, given: Given = {}): ManifestSource {
  const files = typeof manifest === 'string' ? { 'jobs.yml': manifest } : manifest;
  return {
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    readFile: async (path) => given.repository?.[path] ?? null,
  };
}

/** The manifest, or an error that shows what is wrong with it. */
export async function manifestOf(
  manifest: string | Readonly<Record<string, string>>,
  given: Given = {},
): Promise<Manifest> {
  const result = await readManifest(sourceOf(manifest, given), optionsOf(given));
  if (!result.ok) throw new Error(`not a manifest:\n${JSON.stringify(result.errors, null, 1)}`);
  return result.manifest;
}

/** Errors as a person sees them: one line each. */
export async function errorsOf(
  manifest: string | Readonly<Record<string, string>>,
  given: Given = {},
): Promise<readonly string[]> {
  const result = await readManifest(sourceOf(manifest, given), optionsOf(given));
  if (result.ok) return [];
  return result.errors.map(
    ({ file, line, column, field, code, message }) => `${file}:${line}:${column} ${field || '-'} [${code}] ${message}`,
  );
}
