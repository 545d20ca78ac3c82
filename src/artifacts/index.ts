export { type Builder, type BuilderOptions, createBuilder, findBuild } from './build.js';
export { digestOf, revisionOf, rolloutIdOf, sha256 } from './digest.js';
export { readerOf } from './reader.js';
export { buildNamesOf, resolveTarget } from './resolve.js';
export { openStores, type Stores } from './stores/index.js';
export { digestsOf, type Uploaded, type UploadRequest, uploadArtifacts, urisOf } from './upload.js';
