import { getOctokit } from '@actions/github';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { badToken, type GithubOptions, githubService, readOnlyToken } from '../../emulators/github/index.js';
import { TestRepository } from './github-repository.js';
import { startLocal } from './local.js';

const repo = { owner: 'acme', repo: 'streams' };
let repository: TestRepository;
let first: string;
let head: string;
let local: Awaited<ReturnType<typeof start>>;
let octokit: ReturnType<typeof getOctokit>;

const start = (options: GithubOptions = {}) =>
  startLocal(
    (clock) =>
      [
        githubService(clock, {
          validate: true,
          repositories: { 'acme/streams': repository.directory, 'acme/bare': null },
          ...options,
        }),
      ] as const,
  );
const as = (token: string) => getOctokit(token, { baseUrl: local.services['github'] ?? '' });

beforeAll(() => {
  repository = new TestRepository();
  repository.write('jobs/orders.py', 'print(1)\n');
  repository.write('docs/readme.md', 'x\n');
  first = repository.commit('First');
  repository.write('jobs/orders.py', 'print(2)\n');
  head = repository.commit('Second\n\nwith a body');
});
afterAll(() => repository.close());

beforeEach(async () => {
  local = await start();
  octokit = as('canary-token');
});
afterEach(async () => {
  await local.close();
  expect(local.errors).toEqual([]);
});

const violations = () => local.parts[0].violations;
const control = async (path: string, body: object) => {
  const answer = await fetch(`${local.control}/${path}`, {
    method: 'POST',
    body: JSON.stringify({ service: 'github', ...body }),
  });
  return { status: answer.status, body: (await answer.json()) as { error?: string; id: string } };
};
const annotation = (line: number, more: object = {}) => ({
  path: 'jobs/orders.py',
  start_line: line,
  end_line: line,
  annotation_level: 'warning' as const,
  message: `line ${line}`,
  ...more,
});
const output = (more: object = {}) => ({ title: 'Rollout', summary: 'Two jobs', ...more });
const create = (more: object = {}) =>
  octokit.rest.checks.create({ ...repo, name: 'rollout / production', head_sha: head, ...more });
const statusOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: { status: number }) => error.status,
  );

describe('check runs', () => {
  it('live from queued to completed, with appended annotations', async () => {
    const { data: check } = await create({
      status: 'in_progress',
      external_id: '1/1/orders',
      details_url: 'https://ci/1',
      output: output({ annotations: [annotation(1)] }),
    });
    expect(check).toMatchObject({ status: 'in_progress', conclusion: null, external_id: '1/1/orders', head_sha: head });
    const id = { ...repo, check_run_id: check.id };
    await octokit.rest.checks.update({
      ...id,
      output: output({ summary: 'More', annotations: [annotation(2), annotation(3)] }),
    });
    const { data: done } = await octokit.rest.checks.update({ ...id, conclusion: 'success' });
    expect(done).toMatchObject({ status: 'completed', conclusion: 'success', completed_at: expect.any(String) });
    expect(done.output).toMatchObject({ title: 'Rollout', summary: 'More', annotations_count: 3 });
    const annotations = await octokit.paginate(octokit.rest.checks.listAnnotations, { ...id, per_page: 2 });
    expect(annotations.map(({ start_line: line }) => line)).toEqual([1, 2, 3]);
    expect((await octokit.rest.checks.get(id)).data).toEqual(done);
    expect(violations()).toEqual([]);
  });

  it('goes back to work when it is updated without a conclusion', async () => {
    const { data } = await create({ conclusion: 'failure' });
    const again = await octokit.rest.checks.update({ ...repo, check_run_id: data.id, status: 'in_progress' });
    expect([again.data.conclusion, again.data.completed_at]).toEqual([null, null]);
  });

  it('lists by commit, name and status, the newest of each name unless told otherwise', async () => {
    const { data: old } = await create();
    const { data: fresh } = await create({ conclusion: 'neutral' });
    const { data: other } = await create({ name: 'other' });
    await create({ head_sha: first });
    const list = async (more: object) =>
      (await octokit.rest.checks.listForRef({ ...repo, ref: 'main', ...more })).data.check_runs.map(({ id }) => id);
    expect(await list({})).toEqual([other.id, fresh.id]);
    expect(await list({ filter: 'all' })).toEqual([other.id, fresh.id, old.id]);
    expect(await list({ check_name: 'other' })).toEqual([other.id]);
    expect(await list({ status: 'completed' })).toEqual([fresh.id]);
    expect(violations()).toEqual([]);
  });

  it('lands in the suite of any workflow of the commit', async () => {
    await control('runs', { repository: 'acme/streams', workflowRun: 70, headSha: head, name: 'Lint' });
    const { data } = await create();
    expect(data.check_suite?.id).toBe(71);
  });

  it.each([
    ['completed without a conclusion', { status: 'completed' }],
    ['a conclusion that only GitHub sets', { conclusion: 'stale' }],
    ['an output without a summary', { output: { title: 'x' } }],
    [
      'an annotation of level error',
      { output: output({ annotations: [annotation(1, { annotation_level: 'error' })] }) },
    ],
    [
      '51 annotations',
      { output: output({ annotations: Array.from({ length: 51 }, (_, index) => annotation(index + 1)) }) },
    ],
    ['a line 0', { output: output({ annotations: [annotation(0)] }) }],
    ['an end before the start', { output: output({ annotations: [annotation(5, { end_line: 4 })] }) }],
    [
      'columns over several lines',
      { output: output({ annotations: [annotation(1, { end_line: 2, start_column: 1 })] }) },
    ],
    ['a title of 256 characters', { output: output({ annotations: [annotation(1, { title: 'x'.repeat(256) })] }) }],
    ['a message over 64 KB', { output: output({ annotations: [annotation(1, { message: 'x'.repeat(65_537) })] }) }],
    ['an absolute path', { output: output({ annotations: [annotation(1, { path: '/jobs/x.py' })] }) }],
    ['a summary over 65535 characters', { output: output({ summary: 'x'.repeat(65_536) }) }],
    ['a text over 65535 characters', { output: output({ text: 'x'.repeat(65_536) }) }],
    ['four buttons', { actions: Array.from({ length: 4 }, () => ({ label: 'a', description: 'b', identifier: 'c' })) }],
    ['a misspelt member', { detail_url: 'https://ci/1' }],
    ['a link that is none', { details_url: 'ci/1' }],
  ])('refuses %s, and says so in the violations', async (_, more) => {
    expect(await statusOf(create(more))).toBe(422);
    expect(violations()).toMatchObject([{ side: 'request', operation: 'checks.create' }]);
    expect(local.parts[0].snapshot()).toMatchObject({ 'acme/streams': { checkRuns: [] } });
  });

  it('takes what lies just inside the limits', async () => {
    const many = Array.from({ length: 50 }, (_, index) => annotation(index + 1, { title: 'x'.repeat(255) }));
    await create({ output: output({ summary: 'x'.repeat(65_535), annotations: many }) });
    expect(violations()).toEqual([]);
  });

  it('refuses the same by its own rules where nothing is validated', async () => {
    await local.close();
    local = await start({ validate: false });
    octokit = as('canary-token');
    for (const more of [
      { status: 'completed' },
      { output: { title: 'x' } },
      { output: output({ annotations: [annotation(1, { annotation_level: 'error' })] }) },
    ])
      expect(await statusOf(create(more))).toBe(422);
    expect(violations()).toHaveLength(3);
    await create({ misspelt: true });
  });

  it('refuses a commit that the repository does not have, without a violation', async () => {
    expect(await statusOf(create({ head_sha: '1'.repeat(40) }))).toBe(422);
    expect(await statusOf(octokit.rest.checks.get({ ...repo, check_run_id: 1 }))).toBe(404);
    expect(violations()).toEqual([]);
  });

  it('deletes the oldest of a name beyond a thousand', async () => {
    await local.close();
    local = await start({ rateLimit: 5000, validate: false });
    octokit = as('canary-token');
    const bare = { owner: 'acme', repo: 'bare' };
    const make = () => octokit.rest.checks.create({ ...bare, name: 'rollout', head_sha: head });
    const { data: oldest } = await make();
    const { data: next } = await make();
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 100 }, make));
    const { total_count: kept } = (await octokit.rest.checks.listForRef({ ...bare, ref: head, filter: 'all' })).data;
    expect(kept).toBe(1000);
    expect(await statusOf(octokit.rest.checks.get({ ...bare, check_run_id: next.id }))).toBe(404);
    expect(await statusOf(octokit.rest.checks.get({ ...bare, check_run_id: oldest.id }))).toBe(404);
  });
});

describe('deployments', () => {
  const deploy = (more: object = {}) =>
    octokit.rest.repos.createDeployment({
      ...repo,
      ref: head,
      environment: 'staging',
      auto_merge: false,
      required_contexts: [],
      ...more,
    });
  const idOf = ({ data }: Awaited<ReturnType<typeof deploy>>) => ('id' in data ? data.id : 0);
  const setStatus = (deployment_id: number, state: 'success' | 'failure', more: object = {}) =>
    octokit.rest.repos.createDeploymentStatus({ ...repo, deployment_id, state, ...more });
  const statesOf = async (deployment_id: number) =>
    (await octokit.rest.repos.listDeploymentStatuses({ ...repo, deployment_id })).data.map(({ state }) => state);

  it('are created, found and followed by statuses', async () => {
    const id = idOf(await deploy({ payload: { jobs: ['orders'] }, description: 'Rollout' }));
    await deploy({ environment: 'production' });
    const { data: list } = await octokit.rest.repos.listDeployments({ ...repo, environment: 'staging' });
    expect(list).toMatchObject([{ id, sha: head, payload: { jobs: ['orders'] }, production_environment: false }]);
    await setStatus(id, 'failure', { log_url: 'https://ci/1', description: 'x'.repeat(140) });
    await setStatus(id, 'success');
    expect(await statesOf(id)).toEqual(['success', 'failure']);
    expect(violations()).toEqual([]);
  });

  it('make the earlier ones of an environment inactive, but for production', async () => {
    const [older, newer] = [idOf(await deploy()), idOf(await deploy())];
    const [oldProduction, newProduction] = [
      idOf(await deploy({ environment: 'production' })),
      idOf(await deploy({ environment: 'production' })),
    ];
    for (const id of [older, newer, oldProduction, newProduction]) await setStatus(id, 'success');
    expect(await statesOf(older)).toEqual(['inactive', 'success']);
    expect(await statesOf(newer)).toEqual(['success']);
    expect(await statesOf(oldProduction)).toEqual(['success']);
  });

  it('are held back by a failed commit status, unless no context is required', async () => {
    await octokit.rest.repos.createCommitStatus({ ...repo, sha: head, state: 'failure', context: 'ci' });
    expect(await statusOf(octokit.rest.repos.createDeployment({ ...repo, ref: head, auto_merge: false }))).toBe(409);
    expect(await statusOf(deploy())).toBeNull();
  });

  it('merge the default branch first, unless told not to', async () => {
    const { status } = await octokit.rest.repos.createDeployment({ ...repo, ref: first, required_contexts: [] });
    expect(status).toBe(202);
    expect((await octokit.rest.repos.listDeployments(repo)).data).toEqual([]);
  });

  it('refuse a long description and a made-up state', async () => {
    const id = idOf(await deploy());
    expect(await statusOf(setStatus(id, 'success', { description: 'x'.repeat(141) }))).toBe(422);
    expect(await statusOf(setStatus(id, 'done' as 'success'))).toBe(422);
    expect(await statusOf(deploy({ ref: 'nowhere' }))).toBe(422);
    expect(violations()).toHaveLength(2);
  });
});

describe('commit statuses', () => {
  it('combine the newest of each context', async () => {
    const set = (context: string, state: 'success' | 'pending' | 'error', more: object = {}) =>
      octokit.rest.repos.createCommitStatus({ ...repo, sha: head, context, state, ...more });
    const combined = async () => (await octokit.rest.repos.getCombinedStatusForRef({ ...repo, ref: 'main' })).data;
    expect((await combined()).state).toBe('pending');
    await set('a', 'error');
    await set('a', 'success', { target_url: 'https://ci/1', description: 'ok' });
    expect(await combined()).toMatchObject({ state: 'success', total_count: 1 });
    await set('b', 'pending');
    expect((await combined()).state).toBe('pending');
    expect((await octokit.rest.repos.listCommitStatusesForRef({ ...repo, ref: head })).data).toHaveLength(3);
    expect(violations()).toEqual([]);
    expect(await statusOf(set('c', 'success', { description: 'x'.repeat(141) }))).toBe(422);
    expect(await statusOf(set('c', 'success', { target_url: 'ci' }))).toBe(422);
    expect(violations()).toHaveLength(2);
  });
});

describe('comments', () => {
  it('belong to planted pull requests and issues', async () => {
    const plan = (issue_number: number, body = 'Plan') =>
      octokit.rest.issues.createComment({ ...repo, issue_number, body });
    expect(await statusOf(plan(7))).toBe(404);
    const end = { ref: 'main', sha: head };
    await control('runs', { repository: 'acme/streams', pull: 7, head: { ref: 'topic', sha: head }, base: end });
    const { data: comment } = await plan(7);
    await plan(7, 'Second');
    local.advance(5);
    const { data: changed } = await octokit.rest.issues.updateComment({
      ...repo,
      comment_id: comment.id,
      body: 'Plan 2',
    });
    expect(changed.updated_at > changed.created_at).toBe(true);
    const all = await octokit.paginate(octokit.rest.issues.listComments, { ...repo, issue_number: 7, per_page: 1 });
    expect(all.map(({ body }) => body)).toEqual(['Plan 2', 'Second']);
    await octokit.rest.issues.deleteComment({ ...repo, comment_id: comment.id });
    expect(await statusOf(octokit.rest.issues.getComment({ ...repo, comment_id: comment.id }))).toBe(404);
    expect(violations()).toEqual([]);
    expect(await statusOf(plan(7, ' '))).toBe(422);
    expect(await statusOf(plan(7, 'x'.repeat(65_537)))).toBe(422);
    expect(violations()).toHaveLength(2);
  });
});

describe('workflow runs', () => {
  it('are planted attempt by attempt', async () => {
    const plant = (more: object) =>
      control('runs', { repository: 'acme/streams', workflowRun: 42, headSha: head, ...more });
    await plant({ status: 'completed', conclusion: 'cancelled' });
    await plant({ attempt: 2 });
    const get = { ...repo, run_id: 42 };
    expect((await octokit.rest.actions.getWorkflowRun(get)).data).toMatchObject({
      status: 'in_progress',
      run_attempt: 2,
      conclusion: null,
    });
    const { data } = await octokit.rest.actions.getWorkflowRunAttempt({ ...get, attempt_number: 1 });
    expect([data.status, data.conclusion]).toEqual(['completed', 'cancelled']);
    expect(await statusOf(octokit.rest.actions.getWorkflowRun({ ...repo, run_id: 43 }))).toBe(404);
    const runs = (await (await fetch(`${local.control}/runs`)).json()) as object[];
    expect(runs).toMatchObject([
      { id: '42', attempt: 1, state: 'completed' },
      { id: '42', attempt: 2, state: 'in_progress' },
    ]);
    expect(violations()).toEqual([]);
  });

  it('can only be planted where the repository is known', async () => {
    expect(await control('runs', { repository: 'acme/unknown', workflowRun: 1 })).toMatchObject({ status: 400 });
    expect((await control('runs', { repository: 'acme/streams', workflowRun: 0 })).status).toBe(400);
  });
});

describe('who asks', () => {
  it('needs a token, a good one', async () => {
    const answer = await fetch(`${local.services['github']}/repos/acme/streams`, { headers: { 'user-agent': 'x' } });
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
      401,
      'Requires authentication',
    ]);
    expect(await statusOf(as(badToken).rest.repos.get(repo))).toBe(401);
  });

  it('may be restricted to reading', async () => {
    const { data } = await create();
    const reader = as(readOnlyToken);
    await expect(reader.rest.checks.create({ ...repo, name: 'x', head_sha: head })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Resource not accessible by integration'),
    });
    expect((await reader.rest.checks.get({ ...repo, check_run_id: data.id })).data.id).toBe(data.id);
  });

  it('may lack single permissions', async () => {
    const without = as('canary-without-checks,deployments');
    expect(await statusOf(without.rest.checks.listForRef({ ...repo, ref: head }))).toBe(403);
    expect(await statusOf(without.rest.repos.listDeployments(repo))).toBe(403);
    expect(await statusOf(without.rest.repos.getCommit({ ...repo, ref: head }))).toBeNull();
  });

  it('is limited by the hour, and sees how much is left', async () => {
    await control('settings', { rateLimit: 2 });
    const { headers } = await octokit.rest.repos.get(repo);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1', 'x-ratelimit-used': '1' });
    await octokit.rest.repos.get(repo);
    await expect(octokit.rest.repos.get(repo)).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'x-ratelimit-remaining': '0' } },
    });
    local.advance(3601);
    await octokit.rest.repos.get(repo);
  });

  it('gets 304 for what it knows, for free', async () => {
    const { headers } = await octokit.rest.repos.getCommit({ ...repo, ref: head });
    const again = octokit.rest.repos.getCommit({
      ...repo,
      ref: head,
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    await expect(again).rejects.toMatchObject({ status: 304 });
    expect((await octokit.rest.repos.get(repo)).headers['x-ratelimit-used']).toBe('2');
  });
});

describe('faults and mistakes', () => {
  it.each([
    [403, 'Resource not accessible by integration', undefined],
    [429, 'secondary rate limit', '1'],
    [502, 'Server Error', undefined],
  ])("answers an injected %i in GitHub's words", async (status, message, wait) => {
    await control('faults', { operation: 'repos.get', when: 'before', effect: 'status', status });
    const answer = await fetch(`${local.services['github']}/repos/acme/streams`, {
      headers: { authorization: 'token x' },
    });
    expect([answer.status, answer.headers.get('retry-after') ?? undefined]).toEqual([status, wait]);
    expect(await answer.text()).toContain(message);
  });

  it('records what it does not serve and what no client should send', async () => {
    expect(await statusOf(octokit.request('GET /repos/{owner}/{repo}/branches', repo))).toBe(404);
    expect(await statusOf(octokit.request('GET /repos/{owner}/{repo}/check-runs/{id}', { ...repo, id: 'abc' }))).toBe(
      422,
    );
    expect(await statusOf(octokit.request('GET /repos/{owner}/{repo}/deployments', { ...repo, enviroment: 'x' }))).toBe(
      422,
    );
    const post = async (body: string) => {
      const headers = { authorization: 'token x' };
      return (
        await fetch(`${local.services['github']}/repos/acme/streams/check-runs`, { method: 'POST', headers, body })
      ).status;
    };
    expect([await post('[]'), await post('{')]).toEqual([422, 400]);
    expect(violations().map(({ problems }) => problems.join())).toEqual([
      'not emulated',
      expect.stringContaining('check_run_id abc is no integer'),
      expect.stringContaining('query enviroment is not known'),
      expect.stringContaining('body must be object'),
      'Problems parsing JSON',
    ]);
  });

  it('knows no repository that was not declared', async () => {
    expect(await statusOf(octokit.rest.repos.get({ owner: 'acme', repo: 'other' }))).toBe(404);
    await control('settings', { repositories: { '*': null } });
    expect(await statusOf(octokit.rest.repos.get({ owner: 'acme', repo: 'other' }))).toBeNull();
    expect((await control('settings', { repositories: { x: 1 } })).status).toBe(400);
  });

  it('takes any whole commit id where there is no git', async () => {
    const bare = { owner: 'acme', repo: 'bare' };
    await octokit.rest.checks.create({ ...bare, name: 'x', head_sha: '2'.repeat(40) });
    expect(await statusOf(octokit.rest.git.getTree({ ...bare, tree_sha: 'main' }))).toBe(409);
    await control('runs', {
      repository: 'acme/bare',
      pull: 1,
      head: { ref: 't', sha: '2'.repeat(40) },
      base: { ref: 'main', sha: '1'.repeat(40) },
    });
    expect((await octokit.rest.pulls.get({ ...bare, pull_number: 1 })).data.changed_files).toBe(0);
    expect(violations()).toEqual([]);
  });

  it('shows what it keeps, and the violations, at the control endpoint', async () => {
    await create();
    await statusOf(create({ status: 'completed' }));
    const state = await (await fetch(`${local.control}/state?service=github`)).json();
    expect(state).toMatchObject({
      github: {
        repositories: {
          'acme/streams': { checkRuns: [{ name: 'rollout / production' }] },
          'acme/bare': { checkRuns: [] },
        },
        violations: [{ operation: 'checks.create' }],
      },
    });
  });

  it('names operations as Octokit does', async () => {
    await create();
    await octokit.rest.repos.get(repo);
    const log = (await (await fetch(`${local.control}/requests`)).json()) as { operation: string; write: boolean }[];
    expect(log.map(({ operation, write }) => [operation, write])).toEqual([
      ['checks.create', true],
      ['repos.get', false],
    ]);
  });
});
