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
  const fromFork = Object.keys(pull).length > 0 && text(object(head['repo'])['full_name']) !== full;
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
    untrusted: name === 'pull_request' && (fromFork || env['GITHUB_ACTOR'] === 'dependabot[bot]'),
    actor: env['GITHUB_ACTOR'] ?? null,
    runId: env['GITHUB_RUN_ID'] ?? null,
    attempt: Number(env['GITHUB_RUN_ATTEMPT'] ?? '1') || 1,
    serverUrl: env['GITHUB_SERVER_URL'] ?? 'https://github.com',
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
  };
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
