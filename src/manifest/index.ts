export { environmentsOf, onlyEnvironment } from './environments.js';
export { manifestSchema } from './json-schema.js';
export type { ManifestError } from './problems.js';
export { type ManifestOptions, type ManifestResult, readManifest } from './read.js';
export type { ManifestSource } from './source.js';
export { validateManifest } from './validate-manifest.js';
