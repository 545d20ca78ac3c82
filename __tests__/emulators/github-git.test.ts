import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { githubService } from '../../emulators/github/index.js';
import { TestRepository } from './github-repository.js';
import { startLocal } from './local.js';

const repo = { owner: 'acme', repo: 'streams' };
let repository: TestRepository;
let base: string;
let head: string;
let side: string;
let wide: string;
let local: Awaited<ReturnType<typeof start>>;
let octokit: ReturnType<typeof getOctokit>;

const start = () =>
  startLocal(
    (clock) =>
      [githubService(clock, { validate: true, repositories: { 'acme/streams': repository.directory } })] as const,
  );

beforeAll(async () => {
  repository = new TestRepository();
  repository.write('jobs/orders.py', `${'line\n'.repeat(20)}print(1)\n`);
  repository.write('jobs/gone.py', 'x\n');
  repository.write('jobs/tool.sh', '#!/bin/sh\n');
  repository.write('jobs/héllo "x"\t.py', 'x\n');
  repository.link('jobs/link.py', 'orders.py');
  base = repository.commit('Base');
  repository.git('checkout', '-q', '-b', 'feature/side');
  repository.write('side.txt', 'x\n');
  side = repository.commit('Side');
  repository.git('checkout', '-q', 'main');
  repository.move('jobs/orders.py', 'jobs/renamed/orders.py');
  repository.remove('jobs/gone.py');
  repository.executable('jobs/tool.sh');
  repository.write('jobs/new.py', 'a\nb\n');
  head = repository.commit('Head');
  for (let index = 0; index < 320; index += 1) repository.write(`many/${index}.txt`, `${index}\n`);
  wide = repository.commit('Many');
  repository.git('tag', 'v1', head);
  local = await start();
  octokit = getOctokit('canary-token', { baseUrl: local.services['github'] ?? '' });
});

afterAll(async () => {
  await local.close();
  repository.close();
  expect(local.errors).toEqual([]);
});

const statusOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: { status: number }) => error.status,
  );
const withoutViolation = () => expect(local.parts[0].violations).toEqual([]);

it('tells the default branch', async () => {
  expect((await octokit.rest.repos.get(repo)).data.default_branch).toBe('main');
  withoutViolation();
});

describe('trees', () => {
  it('agree with git, for commits, trees and branches', async () => {
    const lines = repository
      .git('ls-tree', '-r', '-t', '-z', head)
      .split('\0')
      .filter((line) => line !== '');
    const expected = lines.map((line) => line.replace('\t', ' '));
    for (const tree_sha of [head, repository.git('rev-parse', `${head}^{tree}`), 'v1']) {
      const { data } = await octokit.rest.git.getTree({ ...repo, tree_sha, recursive: '1' });
      expect(data.tree.map(({ mode, type, sha, path }) => `${mode} ${type} ${sha} ${path}`)).toEqual(expected);
      expect(data.truncated).toBe(false);
    }
    withoutViolation();
  });

  it('lead on to subtrees where not recursive', async () => {
    const { data } = await octokit.rest.git.getTree({ ...repo, tree_sha: head });
    expect(data.tree.map(({ path, type }) => [path, type])).toEqual([['jobs', 'tree']]);
    const jobs = await octokit.rest.git.getTree({ ...repo, tree_sha: data.tree[0]?.sha ?? '' });
    expect(jobs.data.tree.find(({ path }) => path === 'link.py')?.mode).toBe('120000');
    expect(jobs.data.tree.find(({ path }) => path === 'new.py')).toMatchObject({ size: 4, type: 'blob' });
  });

  it('are cut at the limit', async () => {
    const settings = { service: 'github', treeEntries: 3 };
    await fetch(`${local.control}/settings`, { method: 'POST', body: JSON.stringify(settings) });
    const { data } = await octokit.rest.git.getTree({ ...repo, tree_sha: head, recursive: '1' });
    expect([data.truncated, data.tree.length]).toEqual([true, 3]);
    await fetch(`${local.control}/settings`, {
      method: 'POST',
      body: JSON.stringify({ ...settings, treeEntries: 100_000 }),
    });
    expect(await statusOf(octokit.rest.git.getTree({ ...repo, tree_sha: 'nothing' }))).toBe(404);
  });
});

it('gives blobs, commits and refs', async () => {
  const sha = repository.git('rev-parse', `${head}:jobs/new.py`);
  const { data: blob } = await octokit.rest.git.getBlob({ ...repo, file_sha: sha });
  expect(Buffer.from(blob.content, 'base64').toString()).toBe('a\nb\n');
  const { data: commit } = await octokit.rest.git.getCommit({ ...repo, commit_sha: head });
  expect(commit).toMatchObject({
    message: 'Head',
    parents: [{ sha: base }],
    tree: { sha: repository.git('rev-parse', `${head}^{tree}`) },
  });
  expect(commit.author).toEqual({ name: 'Ada', email: 'ada@example.com', date: '2026-01-02T01:04:05Z' });
  const { data: ref } = await octokit.rest.git.getRef({ ...repo, ref: 'heads/feature/side' });
  expect(ref.object.sha).toBe(side);
  expect(await statusOf(octokit.rest.git.getRef({ ...repo, ref: 'heads/feature' }))).toBe(404);
  withoutViolation();
});

describe('changes', () => {
  const files = (
    list: readonly { filename: string; status: string; previous_filename?: string | undefined }[] | undefined,
  ) => list?.map(({ filename, status, previous_filename: from }) => [filename, status, from]);

  it('compare from the merge base, with renames', async () => {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ ...repo, basehead: `${side}...${head}` });
    expect(data).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 1, total_commits: 1 });
    expect(data.merge_base_commit.sha).toBe(base);
    expect(files(data.files)).toEqual([
      ['jobs/gone.py', 'removed', undefined],
      ['jobs/new.py', 'added', undefined],
      ['jobs/renamed/orders.py', 'renamed', 'jobs/orders.py'],
      ['jobs/tool.sh', 'modified', undefined],
    ]);
    expect(data.files?.[1]).toMatchObject({
      additions: 2,
      deletions: 0,
      changes: 2,
      sha: repository.git('rev-parse', `${head}:jobs/new.py`),
    });
    expect(data.commits.map(({ sha }) => sha)).toEqual([head]);
    withoutViolation();
  });

  it('say ahead, behind and identical, by branch names with slashes too', async () => {
    const status = async (basehead: string) =>
      (await octokit.rest.repos.compareCommitsWithBasehead({ ...repo, basehead })).data.status;
    expect(await status(`${base}...${head}`)).toBe('ahead');
    expect(await status(`${head}...${base}`)).toBe('behind');
    expect(await status(`${head}...v1`)).toBe('identical');
    expect(await status('feature/side...main')).toBe('diverged');
    expect(await statusOf(status(`${'0'.repeat(40)}...${head}`))).toBe(404);
  });

  it('show at most 300 files, on the first page only', async () => {
    const compare = (page: number) =>
      octokit.rest.repos.compareCommitsWithBasehead({ ...repo, basehead: `${head}...${wide}`, page, per_page: 1 });
    expect((await compare(1)).data.files).toHaveLength(300);
    expect((await compare(2)).data.files).toBeUndefined();
    withoutViolation();
  });

  it('page the files of a commit by 300', async () => {
    const page = async (number: number) =>
      (await octokit.rest.repos.getCommit({ ...repo, ref: wide, page: number })).data;
    const [one, two] = [await page(1), await page(2)];
    expect([one.files?.length, two.files?.length]).toEqual([300, 20]);
    expect(one.stats?.total).toBe(320);
    expect((await octokit.rest.repos.getCommit({ ...repo, ref: base })).data.files).toHaveLength(5);
    expect(await statusOf(octokit.rest.repos.getCommit({ ...repo, ref: 'f'.repeat(40) }))).toBe(422);
    withoutViolation();
  });

  it('list the files of a pull request page by page', async () => {
    const spec = {
      service: 'github',
      repository: 'acme/streams',
      pull: 3,
      head: { ref: 'main', sha: wide },
      base: { ref: 'feature/side', sha: side },
    };
    await fetch(`${local.control}/runs`, { method: 'POST', body: JSON.stringify({ ...spec, fork: 'eve/streams' }) });
    const list = await octokit.paginate(octokit.rest.pulls.listFiles, { ...repo, pull_number: 3, per_page: 100 });
    expect(list).toHaveLength(324);
    const { data } = await octokit.rest.pulls.get({ ...repo, pull_number: 3 });
    expect(data).toMatchObject({
      changed_files: 324,
      commits: 2,
      head: { sha: wide, repo: { full_name: 'eve/streams', fork: true } },
    });
    expect(data.base.repo.full_name).toBe('acme/streams');
    withoutViolation();
  });

  it('keep odd names whole', async () => {
    const { data } = await octokit.rest.repos.getCommit({ ...repo, ref: base });
    expect(data.files?.map(({ filename }) => filename)).toContain('jobs/héllo "x"\t.py');
  });
});
