import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { baseRequest } from '../../src/changes/index.js';
import { readEvent } from '../../src/inputs/event.js';
import type { EventFacts, Mode } from '../../src/inputs/inputs.js';
import { chooseMode, needsRefs } from '../../src/inputs/mode.js';

const folder = mkdtempSync(join(tmpdir(), 'event-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const own = 'acme/streams';
const zero = '0'.repeat(40);
const repository = { full_name: own, default_branch: 'main' };
const pull = (from: string | null) => ({
  number: 7,
  head: { sha: 'head', repo: from === null ? null : { full_name: from } },
  base: { sha: 'base', repo: { full_name: own } },
});

/** What the runner tells of an event. `payload` null: there is no event file. */
function event(name: string, payload: object | null, env: { readonly [name: string]: string } = {}): EventFacts {
  const path = join(folder, 'event.json');
  if (payload !== null) writeFileSync(path, JSON.stringify({ repository, ...payload }));
  return readEvent({
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: payload === null ? join(folder, 'none.json') : path,
    GITHUB_REPOSITORY: own,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: 'checked-out',
    GITHUB_ACTOR: 'ada',
    ...env,
  });
}

const bot = { GITHUB_ACTOR: 'dependabot[bot]' };
const on = (ref: string) => ({ GITHUB_REF: ref });
const branch = { ref: 'refs/heads/main', before: 'before', after: 'after' };

describe('what an event means in mode auto', () => {
  it.each<[string, EventFacts, readonly string[] | null, string]>([
    ['push to the default branch', event('push', branch), null, 'apply'],
    ['push to another branch', event('push', branch, on('refs/heads/feature')), null, 'plan'],
    [
      'push to a branch that the environment names',
      event('push', branch, on('refs/heads/release')),
      ['release'],
      'apply',
    ],
    ['push to the default branch, which it does not name', event('push', branch), ['release'], 'plan'],
    ['push of a tag named like its branch', event('push', branch, on('refs/tags/release')), ['release'], 'plan'],
    ['push of a tag that it names in full', event('push', branch, on('refs/tags/v1')), ['refs/tags/v1'], 'apply'],
    [
      'deletion of a branch: the ref is the default one then',
      event('push', { ...branch, deleted: true }),
      null,
      'plan',
    ],
    ['push without an event file: the default branch is not known', event('push', null), null, 'plan'],
    ['dispatch on the default branch', event('workflow_dispatch', { ref: 'refs/heads/main' }), null, 'apply'],
    ['dispatch elsewhere', event('workflow_dispatch', {}, on('refs/heads/feature')), null, 'plan'],
    ['merge group', event('merge_group', { merge_group: { head_sha: 'head', base_sha: 'base' } }), null, 'plan'],
    ['schedule', event('schedule', { schedule: '*/15 * * * *' }), null, 'resume'],
    ['pull request', event('pull_request', { pull_request: pull(own) }), null, 'plan'],
    ['pull request of a fork', event('pull_request', { pull_request: pull('mallory/streams') }), null, 'detect'],
    ['pull request of a fork that is gone', event('pull_request', { pull_request: pull(null) }), null, 'detect'],
    ['pull request of Dependabot', event('pull_request', { pull_request: pull(own) }, bot), null, 'detect'],
    ['pull request without an event file', event('pull_request', null), null, 'detect'],
  ])('%s', (_, facts, refs, mode) => {
    expect(chooseMode({ mode: 'auto' }, facts, refs).mode).toBe(mode);
  });

  it.each(['pull_request_target', 'release', 'workflow_run', 'issue_comment'])('%s is refused', (name) => {
    expect(() => chooseMode({ mode: 'auto' }, event(name, {}), null)).toThrow(
      expect.objectContaining({ code: 'event-refused', class: 'input' }),
    );
  });

  it('says why a push is only planned', () => {
    const notice = (facts: EventFacts) => chooseMode({ mode: 'auto' }, facts, null).notice;
    expect(notice(event('push', { ...branch, deleted: true }))).toMatch(/^A ref was deleted, so this is a plan/);
    expect(notice(event('push', branch, on('refs/heads/x')))).toMatch(
      /^refs\/heads\/x is not a ref of this environment/,
    );
    expect(notice(event('push', branch))).toBeNull();
  });
});

describe('a mode that a workflow names', () => {
  it.each<[string, EventFacts]>([
    ['of a fork', event('pull_request', { pull_request: pull('mallory/streams') })],
    ['of Dependabot', event('pull_request', { pull_request: pull(own) }, bot)],
    ['of a fork, reviewed', event('pull_request_review', { pull_request: pull('mallory/streams') })],
    [
      'that followed one of a fork',
      event('workflow_run', { workflow_run: { head_repository: { full_name: 'mallory/streams' } } }),
    ],
    ['whose origin is not known', event('workflow_run', null)],
    [
      'of a pull request that is talked of',
      event('issue_comment', { issue: { number: 7, pull_request: { url: 'https://api.github.com/x' } } }),
    ],
    ['that is talked of without an event file', event('issue_comment', null)],
  ])('acts on no code %s', (_, facts) => {
    for (const mode of ['plan', 'apply', 'rollback', 'resume', 'status'] as const)
      expect(chooseMode({ mode }, facts, null)).toMatchObject({
        mode: 'detect',
        notice: expect.stringContaining(mode),
      });
    for (const mode of ['detect', 'validate'] as const)
      expect(chooseMode({ mode }, facts, null)).toEqual({ mode, notice: null, rollsOut: false });
  });

  it.each<[string, EventFacts]>([
    ['push', event('push', branch, on('refs/heads/feature'))],
    ['release', event('release', {})],
    ['a comment on an issue', event('issue_comment', { issue: { number: 7 } })],
    [
      'a run that followed one of our own',
      event('workflow_run', { workflow_run: { head_repository: { full_name: own } } }),
    ],
  ])('stands for %s', (_, facts) => {
    expect(chooseMode({ mode: 'apply' as Mode }, facts, ['main'])).toMatchObject({ mode: 'apply', notice: null });
  });

  it('does not stand for pull_request_target', () => {
    expect(() => chooseMode({ mode: 'plan' }, event('pull_request_target', {}), null)).toThrow('pull_request_target');
  });
});

describe('an event that rolls nothing out', () => {
  const feature = event('push', branch, on('refs/heads/feature'));

  it.each<[string, EventFacts, boolean]>([
    ['push to a ref of the environment', event('push', branch), true],
    ['push elsewhere', feature, false],
    ['deletion', event('push', { ...branch, deleted: true }), false],
    ['pull request', event('pull_request', { pull_request: pull(own) }), false],
    ['pull request of a fork', event('pull_request', { pull_request: pull('mallory/streams') }), false],
    ['merge group', event('merge_group', { merge_group: { head_sha: 'head', base_sha: 'base' } }), false],
    ['dispatch elsewhere, by name', event('workflow_dispatch', {}, on('refs/heads/feature')), true],
  ])('is told of a plan before a %s', (_, facts, expected) => {
    expect(chooseMode({ mode: 'plan' }, facts, ['main']).rollsOut).toBe(expected);
  });

  it('is told in mode auto, too', () => {
    expect(chooseMode({ mode: 'auto' }, feature, ['main']).rollsOut).toBe(false);
    expect(chooseMode({ mode: 'auto' }, event('push', branch), ['main']).rollsOut).toBe(true);
    const elsewhere = event('workflow_dispatch', {}, on('refs/heads/feature'));
    expect(chooseMode({ mode: 'auto' }, elsewhere, ['main']).rollsOut).toBe(false);
  });

  it('says so in a plan, for which the manifest is read first', () => {
    const refs = (mode: Mode, facts: EventFacts, rollbackTo: string | null = null) =>
      needsRefs({ mode, rollbackTo }, facts);
    expect(chooseMode({ mode: 'plan' }, feature, ['main']).notice).toMatch(/is not a ref of this environment/);
    expect(chooseMode({ mode: 'plan' }, feature, ['main', 'feature']).notice).toBeNull();
    expect([refs('plan', feature), refs('auto', feature), refs('apply', feature)]).toEqual([true, true, false]);
    expect(refs('plan', feature, 'previous')).toBe(false);
    expect(refs('auto', event('schedule', {}))).toBe(false);
  });
});

describe('the base', () => {
  const base = (facts: EventFacts, input: string | null = null, ledger: string | null = 'ledger') =>
    baseRequest(facts, { input, ledger }).candidates.map(({ how, commit }) => `${how} ${commit}`);

  it.each<[string, EventFacts, readonly string[]]>([
    ['push', event('push', branch), ['push before', 'ledger ledger']],
    ['first push of a branch', event('push', { ...branch, before: zero }), ['ledger ledger']],
    ['rerun of a push', event('push', branch, { GITHUB_RUN_ATTEMPT: '2' }), ['ledger ledger', 'push before']],
    [
      'pull request',
      event('pull_request', { pull_request: pull(own), before: 'x' }),
      ['pull-request base', 'ledger ledger'],
    ],
    [
      'merge group',
      event('merge_group', { merge_group: { base_sha: 'group' } }),
      ['merge-group group', 'ledger ledger'],
    ],
    ['dispatch', event('workflow_dispatch', {}), ['ledger ledger']],
    ['schedule', event('schedule', {}), ['ledger ledger']],
    ['push without an event file', event('push', null), ['ledger ledger']],
  ])('of a %s', (_, facts, expected) => {
    expect(base(facts)).toEqual(expected);
    expect(base(facts, 'given')).toEqual(['input given']);
    // What GitLab gives for the first push of a branch is no commit.
    for (const none of [zero, '0'.repeat(64)]) expect(base(facts, none)).toEqual(expected);
    expect(base(facts, '0')).toEqual(['input 0']);
  });

  it('is unknown where neither the event nor the ledger tells it', () => {
    expect(base(event('workflow_dispatch', {}), null, null)).toEqual([]);
  });
});

describe('facts', () => {
  it('reports of a pull request belong to its head, not to the merge that is checked out', () => {
    const facts = event('pull_request', { pull_request: pull(own) });
    expect([facts.sha, facts.headSha, facts.pullRequest]).toEqual(['checked-out', 'head', 7]);
    expect(event('push', branch).headSha).toBe('checked-out');
  });

  it('come from the server that the runner names', () => {
    const at = { GITHUB_SERVER_URL: 'https://github.acme.test', GITHUB_API_URL: 'https://github.acme.test/api/v3' };
    expect(event('push', branch, at)).toMatchObject({ serverUrl: at.GITHUB_SERVER_URL, apiUrl: at.GITHUB_API_URL });
  });

  it('are none outside of a workflow', () => {
    expect(readEvent({})).toMatchObject({ name: null, repository: null, runId: null, untrusted: false, attempt: 1 });
  });
});
