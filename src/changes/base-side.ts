import { committedArtifacts } from '../artifacts/fields.js';
import type { Engine } from '../engines/engine.js';
import { RolloutError } from '../model/error.js';
import type { Job, Manifest } from '../model/job.js';
import type { Base } from '../model/plan.js';
import { resolveBase } from './base.js';
import type { ChangeRequest } from './describe.js';
import { type TreeChange, treeBefore, treeOfChanges } from './diff.js';
import { type Links, noLinks, readLinks, touchesLink } from './links.js';
import type { Repository } from './repository.js';
import type { Tree } from './tree.js';

/** A commit as one side of a comparison. */
export interface Side {
  readonly manifest: Manifest;
  readonly tree: Tree;
  readonly links: Links;
}

/** What differs between the base and the head, and the manifest of the base. */
export interface Comparison {
  readonly base: Base;
  readonly changes: readonly TreeChange[];
  readonly manifest: Manifest | null;
}

/** The base side: its jobs by key, its tree, and the changed files as a tree of their own. */
export interface BaseSide {
  readonly base: Base;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly side: Omit<Side, 'manifest'>;
  readonly changes: readonly TreeChange[];
  readonly changed: Tree;
}

/** Null: there is no base, or it cannot be read. */
export async function comparison({
  repository,
  base,
  head,
  manifest,
  manifestAt,
}: ChangeRequest): Promise<Comparison | null> {
  const found = await resolveBase(repository, base, head);
  if (found.commit === null) return null;
  const changes = await repository.diff(found.commit, head);
  if (changes === null) return null;
  return { base: found, changes, manifest: changes.length === 0 ? manifest : await manifestAt(found.commit) };
}

/** A base that cannot be read to the end explains nothing; it must not stop a rollout either. */
export async function readableSide(request: ChangeRequest, now: Side, against: Comparison): Promise<BaseSide | null> {
  try {
    return await baseSide(request, now, against);
  } catch (error) {
    if (error instanceof RolloutError && error.code === 'git-object-missing') return null;
    throw error;
  }
}

async function baseSide(
  { repository, engines }: ChangeRequest,
  now: Side,
  { base, changes, manifest }: Comparison,
): Promise<BaseSide> {
  const jobs = manifest?.jobs ?? [];
  const tree = changes.length === 0 ? now.tree : treeBefore(now.tree, changes);
  return {
    base,
    jobs: new Map(jobs.map((job) => [job.key, job])),
    side: { tree, links: tree === now.tree ? now.links : await linksOf(engines, jobs, tree, repository) },
    changes,
    changed: treeOfChanges(changes),
  };
}

/** Where links point, if an artifact of these jobs is reached through one. */
export async function linksOf(
  engines: ReadonlyMap<string, Engine>,
  jobs: readonly Job[],
  tree: Tree,
  repository: Repository,
): Promise<Links> {
  const paths = jobs.flatMap((job) => {
    const engine = engines.get(job.engine);
    return engine === undefined ? [] : committedArtifacts(job.target, engine).map((artifact) => artifact.path);
  });
  return paths.some((path) => touchesLink(tree, path)) ? readLinks(tree, repository) : noLinks;
}
