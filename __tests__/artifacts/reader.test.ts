import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gitFileOf, gitUri } from '../../src/artifacts/git-uri.js';
import { openStores, readerOf, resolveTarget, sha256, uploadArtifacts, urisOf } from '../../src/artifacts/index.js';
import { uploadProblem } from '../../src/artifacts/upload-to.js';
import { openRepository } from '../../src/changes/index.js';

let folder: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder })
    .toString()
    .trim();

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reader-')));
  git('init', '-q', '-b', 'main');
});
afterEach(() => rmSync(folder, { recursive: true }));

function commit(path: string, text: string): string {
  writeFileSync(join(folder, path), text);
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  return git('rev-parse', 'HEAD');
}

function open() {
  const stores = openStores({ env: {}, userAgent: 'x', signal: new AbortController().signal, secret: () => '' });
  const repository = () => openRepository({ directory: folder, env: process.env });
  return { stores, repository, read: readerOf(stores, repository) };
}

const engine = { artifacts: ['jar'], reference: 'jar', readsArtifacts: true };
const job = { key: 'fraud', target: { jar: { file: 'a b#c.jar' } } };

describe('an artifact that is read by its engine', () => {
  it('is a file of the commit, whatever was committed since', async () => {
    const first = commit('a b#c.jar', 'one');
    commit('a b#c.jar', 'two');
    const { stores, repository, read } = open();
    const uploaded = await uploadArtifacts({
      job,
      engine,
      repository: await repository(),
      commit: first,
      build: null,
      stores,
    });
    const target = resolveTarget(job, engine, { build: null, digests: new Map(), uris: urisOf(uploaded) });
    const uri = String(target['jar']);
    expect(uri).toBe(`git:${first}/a%20b%23c.jar#file=${sha256('one')}`);
    expect(Buffer.from((await read(uri, {})) ?? []).toString()).toBe('one');
    expect(Buffer.from((await read(uri, {}, { offset: 1, length: 9 })) ?? []).toString()).toBe('ne');
    expect(gitFileOf(uri)).toEqual({ commit: first, form: 'file', path: 'a b#c.jar', digest: sha256('one') });
  });

  it('with other bytes than were rolled out is refused', async () => {
    const head = commit('x.jar', 'one');
    const uri = gitUri(head, { form: 'file', path: 'x.jar' }, sha256('two'));
    await expect(open().read(uri, {})).rejects.toMatchObject({ code: 'artifact-bytes-differ' });
  });

  it('may be an object of a store, or a part of it', async () => {
    writeFileSync(join(folder, 'object'), 'abcdef');
    const { read } = open();
    expect(Buffer.from((await read(`file://${folder}/object`, {}, { offset: 2, length: 3 })) ?? []).toString()).toBe(
      'cde',
    );
    expect(await read(`file://${folder}/none`, {})).toBeNull();
  });

  it('of a build needs a place, and so does one of an engine that reads none', () => {
    const artifact = { field: 'jar', form: 'file', path: 'x', uploadTo: null, built: false } as const;
    expect(uploadProblem(artifact, engine)).toBeNull();
    expect(uploadProblem({ ...artifact, built: true }, engine)).toMatchObject({ code: 'upload-to-missing' });
    expect(uploadProblem(artifact, {})).toMatchObject({ code: 'upload-to-missing' });
  });
});
