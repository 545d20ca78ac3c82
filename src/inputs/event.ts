import { readFileSync } from 'node:fs';
import type { EventFacts } from './inputs.js';

type Env = { readonly [name: string]: string | undefined };

/** Reads the facts of the workflow event from the runner's environment and event file. Outside GitHub Actions all are null. */
export function readEvent(env: Env): EventFacts {
  const payload = env['GITHUB_EVENT_PATH'] ? readPayload(env['GITHUB_EVENT_PATH']) : {};
  const pull = object(payload['pull_request']);
  const head = object(pull['head']);
  const group = object(payload['merge_group']);
  const repository = object(payload['repository']);
  const name = env['GITHUB_EVENT_NAME'] ?? null;
  const sha = env['GITHUB_SHA'] ?? null;
  const full = env['GITHUB_REPOSITORY'] ?? text(repository['full_name']);
  return {
    name,
    repository: full ?? null,
    ref: env['GITHUB_REF'] ?? null,
    defaultBranch: text(repository['default_branch']),
    sha,
    headSha: text(head['sha']) ?? text(group['head_sha']) ?? sha,
    before: text(payload['before']),
    forced: payload['forced'] === true,
    created: payload['created'] === true,
    deleted: payload['deleted'] === true,
    baseSha: text(object(pull['base'])['sha']) ?? text(group['base_sha']),
    pullRequest: typeof pull['number'] === 'number' ? pull['number'] : null,
    untrusted: isForeign(name, payload, full) || (isPull(name, payload) && env['GITHUB_ACTOR'] === dependabot),
    actor: env['GITHUB_ACTOR'] ?? null,
    runId: env['GITHUB_RUN_ID'] ?? null,
    attempt: Number(env['GITHUB_RUN_ATTEMPT'] ?? '1') || 1,
    serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
  };
}

const dependabot = 'dependabot[bot]';

/** A pull request and what follows from one: reviews run on its merge commit, and who answers a comment on it checks that out. */
function isPull(name: string | null, payload: { readonly [key: string]: unknown }): boolean {
  return name?.startsWith('pull_request') === true || payload['pull_request'] !== undefined || isTalk(name, payload);
}

/** A comment on a pull request: the event file tells its number, but not whose code it holds. */
function isTalk(name: string | null, payload: { readonly [key: string]: unknown }): boolean {
  const about = payload['issue'];
  return name === 'issue_comment' && (about === undefined || object(about)['pull_request'] !== undefined);
}

/** The event speaks for code of another repository. Where the event file does not tell whose it is, it is taken as foreign. */
function isForeign(name: string | null, payload: { readonly [key: string]: unknown }, own: string | null): boolean {
  if (isPull(name, payload)) {
    const from = text(object(object(object(payload['pull_request'])['head'])['repo'])['full_name']);
    return from === null || from !== own;
  }
  // A workflow that follows another one usually checks out what that one ran on.
  if (name !== 'workflow_run') return false;
  const from = text(object(object(payload['workflow_run'])['head_repository'])['full_name']);
  return from === null || from !== own;
}

function readPayload(path: string): { readonly [key: string]: unknown } {
  try {
    return object(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // A missing or broken event file leaves the base unknown, and an unknown base compares everything.
    return {};
  }
}

function object(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
