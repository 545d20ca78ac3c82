import type { Engine, Reference } from '../engines/engine.js';
import type { Desired, Explanation } from '../model/change.js';
import type { Finding } from '../model/finding.js';
import type { Job, Manifest } from '../model/job.js';
import type { Base } from '../model/plan.js';
import { type BaseRequest, unknownBase } from './base.js';
import { type BaseSide, comparison, linksOf, readableSide, type Side } from './base-side.js';
import { missing } from './blobs.js';
import type { TreeChange } from './diff.js';
import { explain, unexplained } from './explain.js';
import { dirtyFinding, findingsOf } from './findings.js';
import { prepareGlobs } from './globs.js';
import { codeKind, declaredBy, desiredOf, identify, referenceOf, type Source } from './identity.js';
import { ownedBy, watchedBy } from './owned.js';
import { positionsOf, subtract, union } from './ranges.js';
import type { Repository } from './repository.js';
import { sameJson } from './settings.js';

export interface ChangeRequest {
  readonly manifest: Manifest;
  /** By id; every engine that the manifest uses. */
  readonly engines: ReadonlyMap<string, Engine>;
  readonly repository: Repository;
  /** Commit that is wanted. */
  readonly head: string;
  readonly base: BaseRequest;
  /** The manifest as it was at a commit, for the same environment and variables; null where it had none that is valid. */
  manifestAt(commit: string): Promise<Manifest | null>;
  /** What was read of artifacts made elsewhere, by job; absent or null: not read (`detect`). */
  readonly references: ReadonlyMap<string, Reference | null>;
  /** Files that the manifest was read from, where it is more than `manifest.file`: they belong to no job and are not unowned. */
  readonly manifestFiles?: readonly string[];
  /** Also look for uncommitted changes of the jobs' files. */
  readonly workTree?: boolean;
}

export interface JobChange {
  readonly desired: Desired;
  /** Null where the base is unknown or does not declare the job. */
  readonly desiredAtBase: Desired | null;
  readonly explanation: Explanation;
  readonly findings: readonly Finding[];
}

export interface Changes {
  readonly base: Base;
  readonly jobs: ReadonlyMap<string, JobChange>;
  /** Changed files that belong to no job. */
  readonly unowned: readonly string[];
  /** About the whole comparison. */
  readonly findings: readonly Finding[];
}

/** What every job should be at the head commit, and what the diff against the base says about it. Reads git only. */
export async function describeChanges(request: ChangeRequest): Promise<Changes> {
  const { repository, head, manifest } = request;
  const reading = Promise.all([
    repository.tree(head),
    comparison(request),
    request.workTree === true ? repository.workTreeChanges() : [],
  ]);
  prepare(request);
  const [tree, against, dirty] = await reading;
  if (tree === null) throw missing(head);
  const now: Side = { manifest, tree, links: await linksOf(request.engines, manifest.jobs, tree, repository) };
  const before = against === null ? null : await readableSide(request, now, against);
  const jobs = manifest.jobs.map((job) => [job.key, describe(request, job, now, before, dirty)] as const);
  return {
    base: before?.base ?? unknownBase,
    jobs: new Map(jobs),
    unowned: before === null ? [] : unownedIn(request, before),
    findings:
      before === null ? [baseUnknown(request.base)] : before.base.how === 'parent' ? [baseParent(before.base)] : [],
  };
}

/** What needs no tree is worked out while git lists the files. */
function prepare({ manifest, engines }: ChangeRequest): void {
  for (const job of manifest.jobs) {
    declaredBy(job.target, engines.get(job.engine) as Engine);
    prepareGlobs([...(job.paths ?? []), ...job.ignore]);
  }
}

/** Says which commits were looked for: a checkout that may not fetch, or a commit that is gone. */
function baseUnknown({ candidates }: BaseRequest): Finding {
  const named = candidates.map(({ how, commit }) => `${commit.slice(0, 12)} (${how})`);
  const why =
    named.length === 0
      ? 'neither the event nor the ledger names one'
      : `neither the checkout nor the remote gives ${named.join(' or ')}`;
  const message = `The commit to explain this change against is not known: ${why}. So every job is compared with what runs.`;
  return { code: 'base-unknown', level: 'notice', message };
}

function baseParent({ commit }: Base): Finding {
  const message = `No base was given, so the commit is compared with its parent ${commit?.slice(0, 12)}.`;
  return { code: 'base-parent', level: 'notice', message, next: 'give `base` to compare with another commit' };
}

function describe(
  request: ChangeRequest,
  job: Job,
  now: Side,
  before: BaseSide | null,
  dirty: readonly string[],
): JobChange {
  const engine = request.engines.get(job.engine) as Engine;
  const reference = request.references.get(job.key) ?? null;
  const source = { tree: now.tree, links: now.links, reference };
  const identified = identify(job, engine, source);
  const findings = [
    ...findingsOf(job, engine, source, identified, before?.changed ?? null),
    ...dirtyFinding(job, engine, now.tree, dirty),
  ];
  const { desired } = identified;
  if (before === null) return { desired, desiredAtBase: null, explanation: unexplained, findings };
  const files = [...positionsOf(watchedBy(job, engine, before.changed, identified.followed))].map(
    (i) => before.changes[i] as TreeChange,
  );
  const old = before.jobs.get(job.key) ?? (job.was === null ? undefined : before.jobs.get(job.was));
  const was = old && desiredBefore(request, old, job, before, source, desired, files.length > 0);
  const explanation = explain(job, desired, old && was ? { job: old, desired: was } : null, files);
  return { desired, desiredAtBase: was ?? null, explanation, findings };
}

/** The job at the base; where neither its declaration nor a file of it differs, it is what it is now. */
function desiredBefore(
  request: ChangeRequest,
  old: Job,
  job: Job,
  before: BaseSide,
  now: Source,
  desired: Desired,
  filesChanged: boolean,
): Desired | null {
  const engine = request.engines.get(old.engine);
  if (engine === undefined) return null;
  if (!filesChanged && declaredAlike(old, job) && before.side.links.size === 0) return desired;
  // What a reference held at the base cannot be read any more; the same URI counts as the same content.
  const reference =
    codeKind(old, engine) === 'reference' && referenceOf(old, engine) === now.reference?.uri ? now.reference : null;
  return desiredOf(old, engine, { ...before.side, reference });
}

function declaredAlike(a: Job, b: Job): boolean {
  return (
    a.engine === b.engine &&
    a.build === b.build &&
    sameJson(a.target, b.target) &&
    sameJson(a.paths, b.paths) &&
    sameJson(a.ignore, b.ignore)
  );
}

/** Files of jobs that the base declared and the head does not are told, too: they belong to nobody now. */
function unownedIn({ engines, manifest, manifestFiles }: ChangeRequest, { changed, changes }: BaseSide): string[] {
  const owned = union(manifest.jobs.map((job) => ownedBy(job, engines.get(job.engine) as Engine, changed)));
  const own = new Set([manifest.file, ...(manifestFiles ?? [])]);
  const others = [...positionsOf(subtract(changed.all, owned))].map((i) => (changes[i] as TreeChange).path);
  return others.filter((path) => !own.has(path));
}
