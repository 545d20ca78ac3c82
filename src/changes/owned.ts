import { committedArtifacts } from '../artifacts/fields.js';
import type { Engine } from '../engines/engine.js';
import type { Job } from '../model/job.js';
import { select, without } from './globs.js';
import { type Ranges, union } from './ranges.js';
import type { Tree } from './tree.js';

/** Positions of the files that belong to a job: what `paths` match, and what its artifacts name (alone, where there are no `paths`). */
export function ownedBy(
  job: Omit<Job, 'positions'>,
  engine: Pick<Engine, 'artifacts'>,
  tree: Tree,
  more: readonly string[] = [],
): Ranges {
  const named = committedArtifacts(job.target, engine);
  return union([
    select(tree, job.paths ?? [], []),
    ...[...named.map((artifact) => artifact.path), ...more].map((path) => tree.at(path)),
  ]);
}

/** As `ownedBy`, without what `ignore` takes out; a file that an artifact names by itself counts all the same. */
export function watchedBy(
  job: Omit<Job, 'positions'>,
  engine: Pick<Engine, 'artifacts'>,
  tree: Tree,
  more: readonly string[] = [],
): Ranges {
  const named = committedArtifacts(job.target, engine);
  const files = [...named.filter((artifact) => artifact.form === 'file').map((artifact) => artifact.path), ...more];
  const folders = named.filter((artifact) => artifact.form === 'zip').map((artifact) => tree.at(artifact.path));
  return union([
    select(tree, job.paths ?? [], job.ignore),
    without(tree, union(folders), job.ignore),
    ...files.map((path) => tree.at(path)),
  ]);
}
