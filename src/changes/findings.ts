import { artifactsOf, committedArtifacts } from '../artifacts/fields.js';
import { uploadProblem } from '../artifacts/upload-to.js';
import type { Engine, Reference } from '../engines/engine.js';
import type { Code } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { Job } from '../model/job.js';
import { positionOf } from './explain.js';
import { matchGlob, select } from './globs.js';
import { codeKind, type Identified, type Source } from './identity.js';
import { ownedBy, watchedBy } from './owned.js';
import { contains, countOf, positionsOf, type Ranges, subtract } from './ranges.js';
import type { Tree } from './tree.js';

/** Paths named in one finding; the rest is a count. */
const named = 3;

/** What is worth saying about a job's code at the head commit. `changed`: the paths of the explaining diff, null without a base. */
export function findingsOf(
  job: Job,
  engine: Engine,
  source: Source,
  identified: Identified,
  changed: Tree | null,
): Finding[] {
  return [
    ...artifactFindings(job, engine, identified),
    ...pathFindings(job, engine, source),
    ...notShipped(job, engine, source, identified, changed),
    ...referenceFindings(job, engine, identified, source.reference),
  ];
}

function artifactFindings(job: Job, engine: Engine, { problems }: Identified): Finding[] {
  const broken = problems.map((problem) =>
    finding(job, 'error', problem.code, `target.${problem.field}`, problem.message),
  );
  const uploads = artifactsOf(job.target, engine).flatMap((artifact) => {
    const problem = uploadProblem(artifact, engine);
    return problem ? [finding(job, 'error', problem.code, `target.${artifact.field}`, problem.message)] : [];
  });
  return [...broken, ...uploads];
}

function pathFindings(job: Job, engine: Engine, { tree }: Source): Finding[] {
  const empty = (job.paths ?? []).flatMap((pattern, i) => {
    if (matchGlob(tree, pattern).length > 0) return [];
    return [finding(job, 'warning', 'paths-match-nothing', `paths.${i}`, `${pattern} matches no file of the commit.`)];
  });
  if (job.build !== null && job.paths === null && committedArtifacts(job.target, engine).length === 0) {
    const message = 'There is a build but no paths: a change of what it builds is not seen.';
    return [...empty, finding(job, 'warning', 'build-without-paths', 'build', message)];
  }
  if (codeKind(job, engine) === 'files' && artifactsOf(job.target, engine).length === 0) {
    const message = 'Nothing says where the code of this job is: only changed settings roll out.';
    return [...empty, finding(job, 'notice', 'code-not-watched', 'target', message)];
  }
  return empty;
}

/** Only a build ships whatever `paths` match; elsewhere a matched file must be part of an artifact to reach a run. */
function notShipped(
  job: Job,
  engine: Engine,
  { tree }: Source,
  { followed }: Identified,
  changed: Tree | null,
): Finding[] {
  if (job.paths === null || codeKind(job, engine) === 'build') return [];
  const others = subtract(
    select(tree, job.paths, job.ignore),
    ownedBy({ ...job, paths: null }, engine, tree, followed),
  );
  if (others.length === 0) return [];
  const now =
    changed === null
      ? []
      : pathsAt(changed, select(changed, job.paths, job.ignore)).filter((path) => contains(others, tree.find(path)));
  if (now.length > 0) {
    const message = `${listed(now, now.length)}: in paths, but shipped by no artifact and no build; this change reaches no run.`;
    return [finding(job, 'warning', 'paths-not-shipped', 'paths', message)];
  }
  const examples = [...firstOf(others)].map((i) => tree.path(i));
  return [
    finding(
      job,
      'notice',
      'paths-not-shipped',
      'paths',
      `${listed(examples, countOf(others))}: in paths, but shipped by no artifact and no build.`,
    ),
  ];
}

function* firstOf(positions: Ranges): Generator<number> {
  let left = named;
  for (const i of positionsOf(positions)) {
    if (left-- === 0) return;
    yield i;
  }
}

function pathsAt(tree: Tree, positions: Ranges): string[] {
  return [...positionsOf(positions)].map((i) => tree.path(i));
}

/** Some paths, and how many more there are. */
function listed(paths: readonly string[], total: number): string {
  const shown = paths.slice(0, named);
  return total > shown.length ? `${shown.join(', ')} and ${total - shown.length} more` : shown.join(', ');
}

/** Uncommitted changes of a job's files. `paths`: what differs in the work tree or the index. */
export function dirtyFinding(job: Job, engine: Engine, tree: Tree, paths: readonly string[]): Finding[] {
  if (paths.length === 0) return [];
  const watched = watchedBy(job, engine, tree);
  const files = paths.filter((path) => contains(watched, tree.find(path)));
  if (files.length === 0) return [];
  const effect =
    job.build === null
      ? "the commit's content is used"
      : 'the build reads the work tree, so its result would not be that of the commit';
  const message = `${listed(files, files.length)}: changed in the work tree but not committed; ${effect}.`;
  return [{ code: 'dirty-work-tree', level: 'warning', message, file: files[0] as string, line: 1 }];
}

function referenceFindings(job: Job, engine: Engine, { desired }: Identified, read: Reference | null): Finding[] {
  const identifies = desired.code?.kind === 'reference';
  const found: Finding[] = [];
  if (identifies && read?.digest === null) {
    const message = `${read.uri} could not be read: its content is not known.`;
    found.push(finding(job, 'error', 'reference-unreadable', 'target', message));
  }
  const named = engine.overwritable?.(job.target) ?? [];
  const open = named.length === 0 && read?.mutable ? [read.uri] : named;
  if (open.length > 0) {
    const seen = identifies
      ? 'a rollback cannot bring its present content back'
      : 'a change of its content is not seen';
    const message = `${listed(open, open.length)} can be overwritten: ${seen}.`;
    found.push(finding(job, 'warning', 'mutable-artifact', fieldOf(job, engine, open), message));
  }
  return found;
}

/** The field that holds one of these URIs. */
function fieldOf(job: Job, engine: Engine, uris: readonly string[]): string {
  const holds = (field: string) => [job.target[field]].flat().some((value) => uris.includes(String(value)));
  const field = [...engine.artifacts, ...(engine.reference === null ? [] : [engine.reference])].find(holds);
  return field === undefined ? 'target' : `target.${field}`;
}

function finding(job: Job, level: Finding['level'], code: Code, path: string, message: string): Finding {
  const { file, line } = positionOf(job, path);
  return { code, level, message, file, line };
}
