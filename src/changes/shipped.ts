import { sha256 } from '../artifacts/digest.js';
import type { ArtifactField } from '../artifacts/fields.js';
import { without } from './globs.js';
import { follow, type Links } from './links.js';
import { positionsOf, type Ranges } from './ranges.js';
import { modes, type Tree } from './tree.js';

/** A file of the commit that an artifact consists of. */
export interface ShippedFile {
  /** Name inside the archive; empty for an artifact that is one file. */
  readonly name: string;
  /** Path in the repository, after links were followed. */
  readonly path: string;
  /** Only an archive carries it. */
  readonly executable: boolean;
  readonly oid: string;
}

/** Why an artifact cannot be made from the commit. */
export interface ShipProblem {
  readonly code: 'artifact-file-missing' | 'artifact-link-broken' | 'artifact-submodule';
  readonly field: string;
  readonly message: string;
}

export interface Shipped {
  readonly files: readonly ShippedFile[];
  readonly problems: readonly ShipProblem[];
}

/** The files that an artifact ships at a commit, sorted by path bytes. Files that `ignore` matches are left out of an archive's list. */
export function shippedBy(artifact: ArtifactField, tree: Tree, links: Links, ignore: readonly string[] = []): Shipped {
  const led = follow(tree, links, artifact.path);
  if (led.kind === 'file')
    return { files: [fileAt(tree, led.at, artifact.form === 'zip' ? baseName(artifact.path) : '')], problems: [] };
  if (led.kind === 'submodule') return problem(artifact, 'artifact-submodule', `${led.path} is a submodule`);
  if (led.kind === 'broken-link')
    return problem(artifact, 'artifact-link-broken', `the link ${led.path} leads to no file of the repository`);
  if (led.kind === 'missing')
    return problem(artifact, 'artifact-file-missing', `${artifact.path} is not in the commit`);
  if (artifact.form === 'file')
    return problem(artifact, 'artifact-file-missing', `${artifact.path} is a directory; use zip for it`);
  return directory(artifact, led.path, tree, links, ignore);
}

/** What an artifact is at a commit, as one value: a file by its blob id alone, an archive by names, executable bits and blob ids. */
export interface Content {
  readonly digest: string | null;
  /** Files outside of the artifact's own path that it reaches through links. */
  readonly followed: readonly string[];
  readonly problems: readonly ShipProblem[];
}

/** The archives of a tree; the jobs of a fleet share their libraries. */
const archives = new WeakMap<Tree, Map<string, string>>();

/** Content of an artifact, without what `ignore` takes out of an archive. Where it lies in the repository does not count. */
export function contentOf(artifact: ArtifactField, tree: Tree, links: Links, ignore: readonly string[]): Content {
  const plain = artifact.form === 'zip' ? plainArchive(artifact.path, tree, ignore) : null;
  if (plain !== null) return { digest: plain, followed: [], problems: [] };
  const { files, problems } = shippedBy(artifact, tree, links, ignore);
  const followed = files
    .map((file) => file.path)
    .filter((path) => path !== artifact.path && !path.startsWith(`${artifact.path}/`));
  if (artifact.form === 'file') return { digest: files[0]?.oid ?? null, followed, problems };
  const lines = files.map(({ name, executable, oid }) => `${executable ? 'x' : '-'}${oid}\t${name}\0`);
  return { digest: sha256(lines.join('')), followed, problems };
}

/** A directory without links and submodules, straight from the tree's bytes; null where it is not one. */
function plainArchive(path: string, tree: Tree, ignore: readonly string[]): string | null {
  const below = tree.below(path);
  if (below[0] === below[1]) return null;
  const known = archives.get(tree) ?? new Map<string, string>();
  archives.set(tree, known);
  const key = JSON.stringify([path, ignore]);
  const digest = known.get(key);
  if (digest !== undefined) return digest;
  const lines = tree.archiveLines(without(tree, [below], ignore), path === '' ? 0 : Buffer.byteLength(path) + 1);
  if (lines === null) return null;
  const made = sha256(lines);
  known.set(key, made);
  return made;
}

function directory(
  artifact: ArtifactField,
  path: string,
  tree: Tree,
  links: Links,
  ignore: readonly string[],
): Shipped {
  const files: ShippedFile[] = [];
  const problems: ShipProblem[] = [];
  const below: Ranges = [tree.below(path)];
  for (const i of positionsOf(without(tree, below, ignore))) {
    const name = path === '' ? tree.path(i) : tree.path(i).slice(path.length + 1);
    const led = tree.isLink(i) ? follow(tree, links, tree.path(i)) : null;
    if (led?.kind === 'file') files.push(fileAt(tree, led.at, name));
    else if (led?.kind === 'directory')
      problems.push(
        ...problem(
          artifact,
          'artifact-link-broken',
          `${tree.path(i)} is a link to a directory, which an archive cannot hold`,
        ).problems,
      );
    else if (led)
      problems.push(
        ...problem(artifact, 'artifact-link-broken', `the link ${tree.path(i)} leads to no file of the repository`)
          .problems,
      );
    else if (tree.mode(i) === modes.submodule)
      problems.push(...problem(artifact, 'artifact-submodule', `${tree.path(i)} is a submodule`).problems);
    else files.push(fileAt(tree, i, name));
  }
  return { files, problems };
}

function fileAt(tree: Tree, i: number, name: string): ShippedFile {
  return { name, path: tree.path(i), executable: tree.mode(i) === modes.executable, oid: tree.oid(i) };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function problem(artifact: ArtifactField, code: ShipProblem['code'], what: string): Shipped {
  return { files: [], problems: [{ code, field: artifact.field, message: `${artifact.field}: ${what}.` }] };
}
