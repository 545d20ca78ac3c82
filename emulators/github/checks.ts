import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import { type Call, created, ok } from './call.js';
import { checkRules } from './check-rules.js';
import { notFound, Refusal } from './errors.js';
import { commitOf } from './git.js';
import { pageOf } from './paging.js';
import { actionsApp, encodePath, nodeId, time } from './shapes.js';
import type { Annotation, CheckRun, Repository } from './state.js';

/** More check runs of one name in one suite than this: GitHub deletes the oldest. */
const sameName = 1000;

export async function createCheck(call: Call) {
  const { repository, body } = call;
  checkRules(body, true);
  const headSha = await commitOf(repository, String(body['head_sha'] ?? ''));
  if (headSha === null) throw new Refusal(422, `No commit found for SHA: ${body['head_sha']}`);
  const blank: CheckRun = {
    id: call.nextId(),
    head_sha: headSha,
    name: String(body['name']),
    status: 'queued',
    conclusion: null,
    details_url: null,
    external_id: null,
    started_at: time(call.now),
    completed_at: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
  };
  const check = applied(blank, body, call.now);
  repository.checkRuns.set(check.id, check);
  const twins = [...repository.checkRuns.values()].filter(
    ({ head_sha, name }) => head_sha === headSha && name === check.name,
  );
  for (const oldest of twins.slice(0, Math.max(0, twins.length - sameName))) repository.checkRuns.delete(oldest.id);
  return created(shownCheck(call, check));
}

/** Annotations are appended to those of earlier requests; everything else that is sent replaces. */
export function updateCheck(call: Call) {
  const check = checkOf(call);
  checkRules(call.body, false);
  const changed = applied(check, call.body, call.now);
  call.repository.checkRuns.set(check.id, changed);
  return ok(shownCheck(call, changed));
}

export function getCheck(call: Call) {
  return ok(shownCheck(call, checkOf(call)));
}

export function listAnnotations(call: Call) {
  const check = checkOf(call);
  const { items, headers } = pageOf(call.request, check.annotations);
  return ok(
    items.map((annotation) => shownAnnotation(call, check, annotation)),
    headers,
  );
}

/** `filter=latest` (the default) shows the newest run of each name. */
export async function listChecksForRef(call: Call) {
  const { repository, request } = call;
  const sha = await commitOf(repository, call.path['ref'] ?? '');
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${call.path['ref']}`);
  const { query } = request;
  const wanted = (name: string, value: string) => !query.has(name) || query.get(name) === value;
  const all = [...repository.checkRuns.values()]
    .filter((check) => check.head_sha === sha && wanted('check_name', check.name) && wanted('status', check.status))
    .filter(() => wanted('app_id', '15368'))
    .reverse();
  const newest = new Map([...all].reverse().map((check) => [check.name, check.id]));
  const listed = query.get('filter') === 'all' ? all : all.filter((check) => newest.get(check.name) === check.id);
  const { items, headers } = pageOf(request, listed);
  return ok({ total_count: listed.length, check_runs: items.map((check) => shownCheck(call, check)) }, headers);
}

function checkOf(call: Call): CheckRun {
  const check = call.repository.checkRuns.get(Number(call.path['check_run_id']));
  if (!check) throw notFound();
  return check;
}

/** A conclusion completes the run; going back to another status takes it away. */
function applied(check: CheckRun, body: JsonObject, now: number): CheckRun {
  const output = isObject(body['output']) ? body['output'] : null;
  const status = body['conclusion'] !== undefined ? 'completed' : (text(body['status']) ?? check.status);
  const completed = status === 'completed';
  return {
    ...check,
    name: text(body['name']) ?? check.name,
    status,
    conclusion: completed ? (text(body['conclusion']) ?? check.conclusion) : null,
    details_url: text(body['details_url']) ?? check.details_url,
    external_id: text(body['external_id']) ?? check.external_id,
    started_at: text(body['started_at']) ?? check.started_at,
    completed_at: completed ? (text(body['completed_at']) ?? check.completed_at ?? time(now)) : null,
    title: text(output?.['title']) ?? check.title,
    summary: text(output?.['summary']) ?? check.summary,
    text: text(output?.['text']) ?? check.text,
    annotations: [...check.annotations, ...((output?.['annotations'] ?? []) as unknown as readonly Annotation[])],
  };
}

/** A check run as the API shows it. A workflow's token can't choose the suite: it is the one of any run of that commit. */
function shownCheck(call: Call, check: CheckRun): JsonObject {
  const url = `${call.api}/check-runs/${check.id}`;
  return {
    id: check.id,
    node_id: nodeId('CheckRun', check.id),
    head_sha: check.head_sha,
    name: check.name,
    url,
    html_url: `${call.html}/runs/${check.id}`,
    details_url: check.details_url,
    external_id: check.external_id ?? '',
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.started_at,
    completed_at: check.completed_at,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: suiteOf(call.repository, check.head_sha) },
    app: actionsApp(call),
    pull_requests: [],
  };
}

/** The suite of the first workflow run of the commit, whichever workflow that was. */
export function suiteOf(repository: Repository, sha: string): number {
  const first = [...repository.runs.values()].flat().find(({ headSha }) => headSha === sha);
  return first ? first.id + 1 : Number.parseInt(sha.slice(0, 8), 16);
}

function shownAnnotation(call: Call, check: CheckRun, annotation: Annotation): JsonObject {
  return {
    path: annotation.path,
    blob_href: `${call.html}/blob/${check.head_sha}/${encodePath(annotation.path)}`,
    start_line: annotation.start_line,
    end_line: annotation.end_line,
    start_column: annotation.start_column ?? null,
    end_column: annotation.end_column ?? null,
    annotation_level: annotation.annotation_level,
    title: annotation.title ?? null,
    message: annotation.message,
    raw_details: annotation.raw_details ?? null,
  };
}

function text(value: Json | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
