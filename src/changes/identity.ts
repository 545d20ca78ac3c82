import { createHash } from 'node:crypto';
import { digestOf, revisionOf, sha256 } from '../artifacts/digest.js';
import { buildNamesIn, committedArtifacts } from '../artifacts/fields.js';
import type { Engine, Reference } from '../engines/engine.js';
import type { CodeIdentity } from '../model/artifact.js';
import type { Desired } from '../model/change.js';
import type { Job } from '../model/job.js';
import type { Json, JsonObject } from '../model/json.js';
import { select } from './globs.js';
import type { Links } from './links.js';
import type { Ranges } from './ranges.js';
import { scaleOf, settingsOf } from './settings.js';
import { contentOf, type ShipProblem } from './shipped.js';
import type { Tree } from './tree.js';

/** What a job is identified from: the commit's files, and what was read of an artifact made elsewhere (null: not read). */
export interface Source {
  readonly tree: Tree;
  readonly links: Links;
  readonly reference: Reference | null;
}

type Described = Omit<Job, 'positions'>;

/** A job at one commit, with what stands in the way of making its artifacts. */
export interface Identified {
  readonly desired: Desired;
  readonly followed: readonly string[];
  readonly problems: readonly ShipProblem[];
}

/** The part of a job's identity that needs no tree, by the target that it comes from. */
interface Declared {
  readonly engine: Engine;
  readonly settings: JsonObject;
  readonly settingsDigest: string;
  readonly scale: JsonObject;
}

const declared = new WeakMap<JsonObject, Declared>();

/** Settings and scale of a job; worth asking for while git still lists the files. */
export function declaredBy(target: JsonObject, engine: Engine): Declared {
  const known = declared.get(target);
  if (known?.engine === engine) return known;
  const settings = settingsOf(target, engine);
  const made = { engine, settings, settingsDigest: digestOf(settings), scale: scaleOf(target, engine) };
  declared.set(target, made);
  return made;
}

export function identify(job: Described, engine: Engine, source: Source): Identified {
  const { code, codeDigest, followed, problems } = codeOf(job, engine, source);
  const { settings, settingsDigest, scale } = declaredBy(job.target, engine);
  const revision = codeDigest === null ? null : revisionOf(codeDigest, settingsDigest);
  return { desired: { revision, code, codeDigest, settingsDigest, settings, scale }, followed, problems };
}

/** What the job should be at the commit that `source` was read from (DESIGN 5). */
export function desiredOf(job: Described, engine: Engine, source: Source): Desired {
  return identify(job, engine, source).desired;
}

interface Code {
  readonly code: CodeIdentity | null;
  readonly codeDigest: string | null;
  /** Files that the artifacts reach through links. */
  readonly followed: readonly string[];
  readonly problems: readonly ShipProblem[];
}

/** Which of the three identities a job has: a build hides what its results point to; a reference hides where its bytes came from. */
export function codeKind(job: Described, engine: Engine): CodeIdentity['kind'] {
  if (job.build !== null || (engine.pathsAreCode && job.paths !== null)) return 'build';
  return referenceOf(job, engine) === null ? 'files' : 'reference';
}

/** URI of an artifact made elsewhere, or null. */
export function referenceOf(job: Described, engine: Engine): string | null {
  const value = engine.reference === null ? undefined : job.target[engine.reference];
  return typeof value === 'string' && buildNamesIn(value).length === 0 ? value : null;
}

export function codeOf(job: Described, engine: Engine, source: Source): Code {
  const kind = codeKind(job, engine);
  const { content, files, followed, problems } = artifactContent(job, engine, source);
  if (kind === 'files') {
    const digest = digestOfList(['files', content]);
    return { code: { kind, digest, files }, codeDigest: digest, followed, problems };
  }
  if (kind === 'build') {
    const built = select(source.tree, job.paths ?? [], job.ignore);
    const digest = digestOfList(['build', job.build, linesDigest(source.tree, built), content]);
    // Patterns, not what they match: a plan of 1,000 jobs would list every file of the repository many times.
    return {
      code: { kind, digest, files: [...(job.paths ?? []), ...files], built: null },
      codeDigest: digest,
      followed,
      problems,
    };
  }
  return { ...referenceCode(referenceOf(job, engine) as string, source.reference, content), followed, problems };
}

/** An unreadable reference has no identity: taking its URI instead would make a revision that flips when a right goes missing. */
function referenceCode(uri: string, read: Reference | null, artifacts: Json): Omit<Code, 'followed' | 'problems'> {
  const digest = read?.digest ?? null;
  const codeDigest = digest === null ? null : digestOfList(['reference', digest, artifacts]);
  return { code: { kind: 'reference', digest, uri, mutable: read?.mutable ?? false }, codeDigest };
}

interface ArtifactContent {
  readonly content: Json;
  /** Paths as the artifacts name them. */
  readonly files: readonly string[];
  readonly followed: readonly string[];
  readonly problems: readonly ShipProblem[];
}

/** Content of the artifacts that are files of the commit, by their fields. */
function artifactContent(job: Described, engine: Engine, { tree, links }: Source): ArtifactContent {
  const found = committedArtifacts(job.target, engine).map((artifact) => ({
    artifact,
    content: contentOf(artifact, tree, links, job.ignore),
  }));
  return {
    content: found.map(({ artifact, content }) => [artifact.field, content.digest]),
    files: [...new Set(found.map(({ artifact }) => artifact.path))],
    followed: found.flatMap(({ content }) => content.followed),
    problems: found.flatMap(({ content }) => content.problems),
  };
}

/** Lists of texts and lists have one JSON text each: nothing has to be made canonical. */
function digestOfList(list: Json): string {
  return sha256(JSON.stringify(list));
}

/** Jobs of one `for-each` select the same files. */
const digests = new WeakMap<Ranges, string>();

/** sha256 of the entries as git prints them: mode, type, id and path of each. */
function linesDigest(tree: Tree, positions: Ranges): string {
  const known = digests.get(positions);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const range of positions) hash.update(tree.lines(range));
  const digest = hash.digest('hex');
  digests.set(positions, digest);
  return digest;
}
