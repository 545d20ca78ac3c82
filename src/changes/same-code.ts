import { committedArtifacts } from '../artifacts/fields.js';
import type { Engine } from '../engines/engine.js';
import type { Desired } from '../model/change.js';
import type { Job } from '../model/job.js';
import { codeKind, desiredOf } from './identity.js';
import { noLinks, readLinks, touchesLink } from './links.js';
import type { Repository } from './repository.js';
import { sameJson } from './settings.js';

/** What a job's code was made of when the running revision was rolled out, as the ledger's record keeps it. */
export type StampedJob = Pick<Job, 'build' | 'paths' | 'ignore'>;

export interface SameCodeRequest {
  readonly job: Omit<Job, 'positions'>;
  readonly engine: Engine;
  readonly repository: Repository;
  readonly desired: Desired;
  /** Commit that the running revision was made from. */
  readonly stampedCommit: string;
  /** The job as it was declared then; null where the ledger does not know. */
  readonly stamped: StampedJob | null;
}

/**
 * Editing `paths` or `ignore` moves the code identity though no code changed. The stamped commit's tree, read under today's globs, tells:
 * equal means unchanged. Settings are compared elsewhere. Null: it cannot be told.
 */
export async function sameCodeUnderTodaysGlobs(request: SameCodeRequest): Promise<boolean | null> {
  const { job, engine, repository, desired, stampedCommit, stamped } = request;
  if (desired.codeDigest === null || codeKind(job, engine) === 'reference') return null;
  // The build's text is part of the identity; without a record it could have been edited as well.
  if (job.build !== null && stamped === null) return null;
  if (stamped !== null && stamped.build !== job.build) return false;
  if (stamped !== null && sameJson(stamped.paths, job.paths) && sameJson(stamped.ignore, job.ignore)) return false;
  const tree = await repository.tree(stampedCommit);
  if (tree === null) return null;
  const artifacts = committedArtifacts(job.target, engine);
  const links = artifacts.some((artifact) => touchesLink(tree, artifact.path))
    ? await readLinks(tree, repository)
    : noLinks;
  return desiredOf(job, engine, { tree, links, reference: null }).codeDigest === desired.codeDigest;
}
