import { missing } from '../changes/blobs.js';
import { noLinks, readLinks, touchesLink } from '../changes/links.js';
import type { Repository } from '../changes/repository.js';
import { shippedBy } from '../changes/shipped.js';
import type { Engine } from '../engines/engine.js';
import type { BuildResult } from '../model/artifact.js';
import { RolloutError } from '../model/error.js';
import type { Job } from '../model/job.js';
import { archiveOf } from './archive.js';
import { sha256 } from './digest.js';
import { type ArtifactField, artifactsOf, withBuildValues } from './fields.js';
import { gitUri } from './git-uri.js';
import { contentOfBlob } from './lfs.js';
import { localBytes } from './local.js';
import { buildValue } from './resolve.js';
import type { Stores } from './stores/index.js';
import { filledIn, uploadProblem } from './upload-to.js';

export interface UploadRequest {
  readonly job: Pick<Job, 'key' | 'target'>;
  readonly engine: Pick<Engine, 'artifacts' | 'readsArtifacts'>;
  readonly repository: Repository;
  /** Commit whose files are shipped; never the work tree's. */
  readonly commit: string;
  /** Result of the job's build, where it has one. */
  readonly build: BuildResult | null;
  readonly stores: Stores;
}

/** One artifact that stands in storage now. */
export interface Uploaded {
  readonly field: string;
  readonly uri: string;
  readonly sha256: string;
  /** False: the same bytes stood there before. */
  readonly created: boolean;
}

/** Puts all artifacts of a job into storage, by names made from their content; nothing is ever overwritten. Safe to repeat. */
export async function uploadArtifacts(request: UploadRequest): Promise<readonly Uploaded[]> {
  const artifacts = artifactsOf(request.job.target, request.engine);
  for (const artifact of artifacts) refuse(request.job.key, artifact, request.engine);
  const done: Uploaded[] = [];
  for (const artifact of artifacts)
    done.push(artifact.built ? await uploadBuilt(request, artifact) : await uploadCommitted(request, artifact));
  return done;
}

/** Digests by field, as `resolveTarget` wants them. */
export function digestsOf(uploaded: readonly Uploaded[]): ReadonlyMap<string, string> {
  return new Map(uploaded.map(({ field, sha256: digest }) => [field, digest]));
}

/** URIs by field, as `resolveTarget` wants them. */
export function urisOf(uploaded: readonly Uploaded[]): ReadonlyMap<string, string> {
  return new Map(uploaded.map(({ field, uri }) => [field, uri]));
}

function refuse(job: string, artifact: ArtifactField, engine: Pick<Engine, 'readsArtifacts'>): void {
  const problem = uploadProblem(artifact, engine);
  if (problem)
    throw new RolloutError(problem.code, `${job}: ${problem.message}`, {
      class: 'input',
      next: 'correct upload-to in the manifest',
    });
}

async function uploadCommitted(request: UploadRequest, artifact: ArtifactField): Promise<Uploaded> {
  const bytes = await committedBytes(request, artifact);
  if (artifact.uploadTo !== null) return put(request, artifact, bytes);
  const digest = sha256(bytes);
  return { field: artifact.field, uri: gitUri(request.commit, artifact, digest), sha256: digest, created: false };
}

/** What the artifact is at the commit, from git's objects. */
export async function committedBytes(
  { job, repository, commit }: Pick<UploadRequest, 'job' | 'repository' | 'commit'>,
  artifact: ArtifactField,
): Promise<Uint8Array> {
  const tree = await repository.tree(commit);
  if (tree === null) throw missing(commit);
  const links = touchesLink(tree, artifact.path) ? await readLinks(tree, repository) : noLinks;
  const { files, problems } = shippedBy(artifact, tree, links);
  const [problem] = problems;
  if (problem)
    throw new RolloutError(problem.code, `${job.key}: ${problem.message}`, {
      class: 'input',
      next: 'correct the path, or commit the file',
    });
  const blobs = await repository.blobs(files.map((file) => file.oid));
  const read = await Promise.all(
    files.map(async (file) => ({
      ...file,
      bytes: await contentOfBlob(blobs.get(file.oid) as Uint8Array, repository.root, file.path),
    })),
  );
  return artifact.form === 'zip' ? archiveOf(read) : (read[0] as { bytes: Uint8Array }).bytes;
}

/** Key of an artifact among a build result's files. */
export function builtKey(artifact: Pick<ArtifactField, 'form' | 'path'>): string {
  return `${artifact.form} ${artifact.path}`;
}

/**
 * An artifact that the build made. Where the ledger knows its digest these bytes and no others are shipped: from this machine, else
 * from where an earlier environment put them.
 */
async function uploadBuilt(request: UploadRequest, artifact: ArtifactField): Promise<Uploaded> {
  const { job, build, repository, stores } = request;
  const path = withBuildValues(artifact.path, (name) => buildValue(job.key, build, name));
  const local = await localBytes(repository.root, path, artifact.form);
  const known = build?.files?.[builtKey(artifact)];
  if (known === undefined) {
    if (local !== null) return put(request, artifact, local);
    throw notThere(job.key, artifact, path);
  }
  if (local !== null && sha256(local) === known.sha256) return put(request, artifact, local);
  for (const uri of known.uris) {
    const bytes = await stores.get(uri, job.target);
    if (bytes !== null && sha256(bytes) === known.sha256) return put(request, artifact, bytes);
  }
  throw notThere(job.key, artifact, path);
}

function notThere(job: string, artifact: ArtifactField, path: string): RolloutError {
  return new RolloutError(
    'build-file-missing',
    `${job}: ${artifact.field} is made by the build, but its bytes are not at ${path} and nowhere else.`,
    {
      class: 'input',
      next: 'run again with `rebuild`, or let all environments read the bucket of the first one',
    },
  );
}

async function put(
  { job, build, stores }: UploadRequest,
  artifact: ArtifactField,
  bytes: Uint8Array,
): Promise<Uploaded> {
  const digest = sha256(bytes);
  const uri = withBuildValues(filledIn(artifact.uploadTo as string, digest), (name) =>
    buildValue(job.key, build, name),
  );
  const answer = await stores.put(uri, job.target, bytes);
  return { field: artifact.field, uri, sha256: digest, created: answer === 'created' };
}
