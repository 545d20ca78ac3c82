import type { Annotation } from './annotations.js';
import { type Check, type CheckSet, environmentCheck } from './checks.js';
import { type Conclusion, worstOf } from './conclusion.js';
import type { GitHub } from './github.js';
import { cut } from './text.js';

/** GitHub's limits (REST description of check runs); texts are kept below 65,535. */
const annotationsPerRequest = 50;
const mostAnnotations = 250;
const mostText = 65_000;
const mostMessage = 60_000;
const mostTitle = 250;
/** Every check run of this tool has an external id that begins so; a workflow's own jobs may have the same names. */
const prefix = 'stream-rollout/';

/** The workflow run that writes; `url` is where the details are. */
export interface Writer {
  readonly runId: string | null;
  readonly attempt: number;
  readonly url: string | null;
}

interface Found {
  readonly id: number;
  readonly name: string;
  readonly externalId: string;
  readonly conclusion: Conclusion;
  readonly open: boolean;
}

/**
 * Writes the checks of one commit: one that this attempt made, or that an earlier call left open, is updated; annotations are
 * appended in batches. The environment's check comes last and also counts the jobs that other calls told there: the shards of
 * the same attempt, and for a `resume` all that were told before.
 */
export async function writeCheckSet(github: GitHub, set: CheckSet, writer: Writer): Promise<void> {
  const { group } = set;
  const before = await foundOn(github, group.sha);
  for (const check of set.jobs) await writeCheck(github, set, check, before, writer);
  const after = set.jobs.length === 0 ? before : await foundOn(github, group.sha);
  const finished = after.some((one) => one.name === set.whole.name && !one.open);
  if (!group.own && finished) return;
  const written = new Set(set.jobs.map((check) => check.name));
  const others = newest(after).filter(
    (one) =>
      one.name.startsWith(`${environmentCheck(group.environment)} / `) &&
      !written.has(one.name) &&
      (!group.own || one.externalId.startsWith(attemptOf(writer))),
  );
  const isPlan = set.whole.name !== environmentCheck(group.environment);
  const counted = isPlan ? [] : others.map((one) => one.conclusion);
  const conclusion = worstOf([set.whole.conclusion, ...counted]);
  await writeCheck(github, set, { ...set.whole, conclusion }, after, writer);
}

async function writeCheck(
  { octokit, owner, repo }: GitHub,
  { group }: CheckSet,
  check: Check,
  found: readonly Found[],
  writer: Writer,
): Promise<void> {
  const externalId = `${attemptOf(writer)}${group.environment}/${check.name}`;
  const old = newest(found.filter((one) => one.name === check.name && (one.open || one.externalId === externalId)))[0];
  if (old === undefined && !group.create) return;
  const [first = [], ...more] = batches(check.annotations);
  const text = { title: cut(check.title, mostTitle), summary: cut(check.summary, mostText) };
  const body = {
    ...(writer.url === null ? {} : { details_url: writer.url }),
    ...(check.conclusion === null
      ? ({ status: 'in_progress' } as const)
      : ({ status: 'completed', conclusion: check.conclusion } as const)),
    output: { ...text, annotations: first },
  };
  const id =
    old === undefined
      ? await create()
      : (await octokit.rest.checks.update({ owner, repo, check_run_id: old.id, ...body })).data.id;
  for (const annotations of more) {
    await octokit.rest.checks.update({ owner, repo, check_run_id: id, output: { ...text, annotations } });
  }

  async function create(): Promise<number> {
    const made = { name: check.name, head_sha: group.sha, external_id: externalId, ...body };
    return (await octokit.rest.checks.create({ owner, repo, ...made })).data.id;
  }
}

/** The check runs of this tool on a commit. */
async function foundOn({ octokit, owner, repo }: GitHub, sha: string): Promise<readonly Found[]> {
  const all = await octokit.paginate(octokit.rest.checks.listForRef, {
    owner,
    repo,
    ref: sha,
    filter: 'all',
    per_page: 100,
  });
  return all.flatMap((run) => {
    const externalId = run.external_id ?? '';
    if (!externalId.startsWith(prefix)) return [];
    const open = run.status !== 'completed';
    return [{ id: run.id, name: run.name, externalId, open, conclusion: open ? null : (run.conclusion as Conclusion) }];
  });
}

/** The newest of each name. */
function newest(found: readonly Found[]): readonly Found[] {
  const names = new Map<string, Found>();
  for (const one of [...found].sort((a, b) => a.id - b.id)) names.set(one.name, one);
  return [...names.values()];
}

function attemptOf(writer: Writer): string {
  return `${prefix}${writer.runId ?? 'local'}/${writer.attempt}/`;
}

function batches(annotations: readonly Annotation[]) {
  const wired = annotations
    .slice(0, mostAnnotations)
    .flatMap((one) => (one.file === null ? [] : [wire(one, one.file)]));
  const count = Math.ceil(wired.length / annotationsPerRequest);
  return Array.from({ length: count }, (_, at) =>
    wired.slice(at * annotationsPerRequest, (at + 1) * annotationsPerRequest),
  );
}

function wire(one: Annotation, path: string) {
  return {
    path,
    start_line: one.line,
    end_line: one.line,
    annotation_level: one.level,
    message: cut(one.message, mostMessage) || one.title,
    title: cut(one.title, mostTitle),
  };
}
