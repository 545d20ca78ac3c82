import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type BuilderOptions, createBuilder, findBuild } from '../../src/artifacts/build.js';
import { resolveTarget } from '../../src/artifacts/resolve.js';
import { openStores } from '../../src/artifacts/stores/index.js';
import { digestsOf, uploadArtifacts } from '../../src/artifacts/upload.js';
import { openRepository } from '../../src/changes/repository.js';
import { openLedger } from '../../src/ledger/open.js';
import type { BuildResult } from '../../src/model/artifact.js';
import { clockOf } from '../../src/rollout/clock.js';
import { engine, jobOf } from '../changes/jobs.js';
import { env, newRepo, removeTemporaries, temporary } from '../changes/repo.js';

afterAll(removeTemporaries);

async function machine(more: Partial<BuilderOptions> = {}) {
  const repo = newRepo();
  const commit = repo.commit({ 'src/main.txt': 'source' });
  const lines: string[] = [];
  const titles: string[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const ledger = await openLedger(`file:${temporary()}`, { cwd: repo.path, clock: clockOf(), env });
  const stores = openStores({ env: {}, userAgent: 'stream-rollout/0.0.0', signal, secret: () => '' });
  const options: BuilderOptions = {
    ledger,
    repository: await openRepository({ directory: repo.path, env }),
    commit,
    env: {
      ...env,
      INPUT_TOKEN: 'canary-input',
      GITHUB_OUTPUT: '/nonexistent/output',
      ACTIONS_RUNTIME_TOKEN: 'canary-runtime',
      KEPT: 'yes',
    },
    clock: clockOf(),
    signal,
    stores,
    rebuild: false,
    secrets: () => [],
    group(title, work) {
      titles.push(title);
      return work();
    },
    line: (text) => void lines.push(text),
    ...more,
  };
  const job = (build: string, target = {}) => jobOf('orders', { name: 'orders', ...target }, { build, paths: ['src'] });
  return { repo, commit, lines, titles, results: () => ledger.readBuilds('orders'), ledger, stores, options, job };
}

const code = 'c'.repeat(64);

describe('a build', () => {
  it('runs once for its code and keeps its results', async () => {
    const { options, job, lines, titles, results, commit } = await machine();
    const builder = createBuilder(options);
    const made = job(
      'echo building; echo warning >&2; echo ran >> count; printf "template=gs://t/%s\\n" "$(cat src/main.txt)" >> "$STREAM_ROLLOUT_OUTPUT"',
      { script: '${build.template}' },
    );
    const result = await builder.ensure(made, engine, code);
    expect(result).toMatchObject({
      code,
      values: { template: 'gs://t/source' },
      commit,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect([...lines].sort()).toEqual(['building', 'warning']);
    expect(titles).toEqual([expect.stringMatching(/^Build orders: echo building/)]);
    expect(await results()).toEqual([result]);
    expect(await createBuilder(options).ensure(made, engine, code)).toEqual(result);
    await createBuilder(options).ensure(made, engine, 'd'.repeat(64));
    expect(readFileSync(join(options.repository.root, 'count'), 'utf8')).toBe('ran\nran\n');
    expect(await builder.ensure(jobOf('plain', {}), engine, code)).toBeNull();
  });

  it('runs once for all jobs of one code, and one at a time', async () => {
    const { options, job } = await machine();
    const builder = createBuilder(options);
    const build =
      'test ! -e running; touch running; sleep 0.2; echo ran >> count; rm running; echo x=1 >> "$STREAM_ROLLOUT_OUTPUT"';
    const tenants = ['acme', 'globex', 'initech'].map((key) => ({ ...job(build), key }));
    const made = await Promise.all([
      ...tenants.map((tenant) => builder.ensure(tenant, engine, code)),
      builder.ensure(job(build), engine, 'd'.repeat(64)),
    ]);
    expect(made.map((result) => result?.values)).toEqual([{ x: '1' }, { x: '1' }, { x: '1' }, { x: '1' }]);
    expect(readFileSync(join(options.repository.root, 'count'), 'utf8')).toBe('ran\nran\n');
  });

  it('sees the environment without what belongs to the action itself', async () => {
    const { options, job } = await machine();
    const result = await createBuilder(options).ensure(
      job('env >> dump; echo "kept=$KEPT $STREAM_ROLLOUT_CODE $STREAM_ROLLOUT_COMMIT" >> "$STREAM_ROLLOUT_OUTPUT"'),
      engine,
      code,
    );
    expect(result?.values).toEqual({ kept: `yes ${code} ${options.commit}` });
    expect(readFileSync(join(options.repository.root, 'dump'), 'utf8')).not.toMatch(/canary|GITHUB_OUTPUT/);
  });

  it.each([
    ['exit 3', 'with exit code 3'],
    ['false; true', 'with exit code 1'],
    ['false | true', 'with exit code 1'],
    ['kill -KILL $$', 'by SIGKILL'],
    ['no-such-program', 'with exit code 127'],
  ])('that fails is told and keeps nothing: %s', async (build, how) => {
    const { options, job, results } = await machine();
    await expect(createBuilder(options).ensure(job(build), engine, code)).rejects.toMatchObject({
      code: 'build-failed',
      message: expect.stringContaining(how),
    });
    expect(await results()).toEqual([]);
  });

  it('that is cancelled leaves no process behind', async () => {
    const cancel = new AbortController();
    const { options, job } = await machine({ signal: cancel.signal });
    const ready = join(options.repository.root, 'pid');
    const building = createBuilder(options).ensure(
      job('sleep 300 & echo $! > child; trap "" TERM; mv child pid; wait; sleep 300'),
      engine,
      code,
    );
    const outcome = expect(building).rejects.toMatchObject({ code: 'build-cancelled' });
    while (!existsSync(ready)) await sleep(20);
    cancel.abort();
    await outcome;
    const child = Number(readFileSync(ready, 'utf8'));
    expect(() => process.kill(child, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  }, 30_000);

  it('is not started after a cancellation', async () => {
    const { options, job } = await machine({ signal: AbortSignal.abort() });
    await expect(createBuilder(options).ensure(job('touch ran'), engine, code)).rejects.toMatchObject({
      code: 'build-cancelled',
    });
    expect(existsSync(join(options.repository.root, 'ran'))).toBe(false);
  });

  it('does not wait for what it left in the background', async () => {
    const { options, job } = await machine();
    const result = await createBuilder(options).ensure(
      job('sleep 300 & echo x=1 >> "$STREAM_ROLLOUT_OUTPUT"'),
      engine,
      code,
    );
    expect(result?.values).toEqual({ x: '1' });
  });

  it('shows and keeps no secret', async () => {
    const { options, job, lines, results } = await machine({ secrets: () => ['canary', 'canary-long', ''] });
    await createBuilder(options).ensure(
      job('echo "token canary-long, canary"; echo ok=1 >> "$STREAM_ROLLOUT_OUTPUT"'),
      engine,
      code,
    );
    expect(lines).toEqual(['token ***, ***']);
    const leaking = job('echo "url=https://u:canary@host" >> "$STREAM_ROLLOUT_OUTPUT"');
    await expect(createBuilder(options).ensure(leaking, engine, 'd'.repeat(64))).rejects.toMatchObject({
      code: 'build-result-secret',
      message: expect.not.stringContaining('canary'),
    });
    expect(JSON.stringify(await results())).not.toContain('canary');
  });

  it('must write what the settings use', async () => {
    const { options, job, results } = await machine();
    const made = job('echo image=x >> "$STREAM_ROLLOUT_OUTPUT"', { script: '${build.template}' });
    await expect(createBuilder(options).ensure(made, engine, code)).rejects.toMatchObject({
      code: 'build-result-missing',
      message: expect.stringContaining('${build.template}, but it wrote image'),
    });
    expect(await results()).toEqual([]);
  });

  it('gives way to the result of another runner that was faster', async () => {
    const { options, job, ledger } = await machine();
    const other: BuildResult = {
      code,
      values: { x: 'theirs' },
      sha256: 's',
      commit: null,
      builtAt: '2026-01-01T00:00:00.000Z',
    };
    // What this runner read before the other one wrote.
    const racing = { readBuilds: async () => [], writeBuild: ledger.writeBuild };
    await ledger.writeBuild('orders', other);
    const made = await createBuilder({ ...options, ledger: racing }).ensure(
      job('echo x=ours >> "$STREAM_ROLLOUT_OUTPUT"'),
      engine,
      code,
    );
    expect(made).toEqual(other);
  });

  it('can be made again, and the newest result counts from then on', async () => {
    const { options, job, results } = await machine();
    const made = job('echo r >> count; echo "x=$(wc -l < count)" >> "$STREAM_ROLLOUT_OUTPUT"');
    const values = async (rebuild: boolean) =>
      (await createBuilder({ ...options, rebuild }).ensure(made, engine, code))?.values['x']?.trim();
    expect([
      await values(false),
      await values(true),
      await values(false),
      await values(true),
      await values(false),
    ]).toEqual(['1', '2', '2', '3', '3']);
    expect((await results()).map((result) => result.code)).toEqual([code, `${code}#2`, `${code}#3`]);
    expect(findBuild(await results(), 'd'.repeat(64))).toBeNull();
  });
});

describe('a file that a build makes', () => {
  const build =
    'mkdir -p out; cp src/main.txt out/app.jar; echo "jar=out/app.jar" >> "$STREAM_ROLLOUT_OUTPUT"; echo "dir=out" >> "$STREAM_ROLLOUT_OUTPUT"';
  const target = (folder: string) => ({
    script: { file: '${build.jar}', 'upload-to': `file://${folder}/\${digest}.jar` },
    libraries: [{ zip: '${build.dir}', 'upload-to': `file://${folder}/\${digest}.zip` }],
  });

  it('is uploaded before the result is kept, and resolved by its digest', async () => {
    const { options, job, stores, commit } = await machine();
    const folder = temporary();
    const made = job(build, target(folder));
    const result = await createBuilder(options).ensure(made, engine, code);
    const uploaded = await uploadArtifacts({
      job: made,
      engine,
      repository: options.repository,
      commit,
      build: result,
      stores,
    });
    const launched = resolveTarget(made, engine, { build: result, digests: digestsOf(uploaded) });
    const [jar, zip] = uploaded.map((one) => one.sha256);
    expect(launched).toEqual({
      name: 'orders',
      script: `file://${folder}/${jar}.jar`,
      libraries: [`file://${folder}/${zip}.zip`],
    });
    expect(readFileSync(join(folder, `${jar}.jar`), 'utf8')).toBe('source');
    expect(result?.files?.['file ${build.jar}']).toEqual({ sha256: jar, uris: [`file://${folder}/${jar}.jar`] });
  });

  it('goes to the next environment as it was proved, from a machine that never built it', async () => {
    const first = await machine();
    const [staging, production] = [temporary(), temporary()];
    const result = await createBuilder(first.options).ensure(first.job(build, target(staging)), engine, code);
    const next = await machine({ ledger: first.ledger });
    const made = next.job(build, target(production));
    const again = await createBuilder(next.options).ensure(made, engine, code);
    expect(again).toEqual(result);
    expect(existsSync(join(next.options.repository.root, 'out'))).toBe(false);
    const request = {
      job: made,
      engine,
      repository: next.options.repository,
      commit: next.commit,
      build: again,
      stores: next.stores,
    };
    const uploaded = await uploadArtifacts(request);
    expect(readdirSync(production).sort()).toEqual(readdirSync(staging).sort());
    // Another build that lies around here does not get in between.
    next.repo.write({ 'out/app.jar': 'another' });
    expect(await uploadArtifacts(request)).toEqual(uploaded.map((one) => ({ ...one, created: false })));
    const lost = {
      ...again,
      files: { 'file ${build.jar}': { sha256: 'f'.repeat(64), uris: [`file://${staging}/none`] } },
    } as BuildResult;
    await expect(uploadArtifacts({ ...request, build: lost })).rejects.toMatchObject({ code: 'build-file-missing' });
  });

  it('needs an upload where the engine wants a URI', async () => {
    const { options, job } = await machine();
    const made = job(build, { script: '${build.jar}' });
    const result = await createBuilder(options).ensure(made, engine, code);
    expect(() => resolveTarget(made, engine, { build: result, digests: new Map() })).toThrow(
      expect.objectContaining({ code: 'build-result-local' }),
    );
  });
});

describe('artifacts of the commit', () => {
  it('are uploaded as git has them, not as the work tree does', async () => {
    const { repo, stores } = await machine();
    const folder = temporary();
    const commit = repo.commit({ 'glue/clicks.py': 'committed\n', 'glue/lib/a.py': 'a', 'glue/lib/b/run.sh': 'b' });
    repo.link('glue/lib/also.py', 'a.py').executable('glue/lib/b/run.sh', true);
    const head = repo.commit();
    repo.write({ 'glue/clicks.py': 'dirty\n', 'glue/lib/untracked.py': 'x' });
    const repository = await openRepository({ directory: repo.path, env });
    const job = jobOf('clicks', {
      script: { file: 'glue/clicks.py', 'upload-to': `file://${folder}/\${digest}.py` },
      libraries: [{ zip: 'glue/lib', 'upload-to': `file://${folder}/\${digest}.zip` }],
    });
    const uploaded = await uploadArtifacts({ job, engine, repository, commit: head, build: null, stores });
    expect(uploaded.map(({ field, created }) => [field, created])).toEqual([
      ['script', true],
      ['libraries.0', true],
    ]);
    expect(readFileSync(join(folder, `${uploaded[0]?.sha256}.py`), 'utf8')).toBe('committed\n');
    const target = resolveTarget(job, engine, { build: null, digests: digestsOf(uploaded) });
    expect(target).toEqual({ script: uploaded[0]?.uri, libraries: [uploaded[1]?.uri] });
    // An older commit's archive has no link and no executable bit yet: other bytes, another name.
    const older = await uploadArtifacts({ job, engine, repository, commit, build: null, stores });
    expect(older[0]).toEqual({ ...uploaded[0], created: false });
    expect(older[1]?.sha256).not.toBe(uploaded[1]?.sha256);
    expect(statSync(join(folder, `${older[1]?.sha256}.zip`)).size).toBeGreaterThan(0);
  });

  it('in Git LFS are their content, and an error where that is missing', async () => {
    const { repo, stores } = await machine();
    const folder = temporary();
    const content = 'large'.repeat(100);
    const oid = (await import('node:crypto')).createHash('sha256').update(content).digest('hex');
    const commit = repo.commit({
      'app.jar': `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.length}\n`,
    });
    const repository = await openRepository({ directory: repo.path, env });
    const job = jobOf('a', { script: { file: 'app.jar', 'upload-to': `file://${folder}/\${digest}.jar` } });
    const request = { job, engine, repository, commit, build: null, stores };
    await expect(uploadArtifacts(request)).rejects.toMatchObject({
      code: 'artifact-lfs-missing',
      message: expect.stringContaining('another content'),
    });
    repo.write({ 'app.jar': content });
    expect(await uploadArtifacts(request)).toMatchObject([{ sha256: oid }]);
    repo.write({ 'app.jar': null });
    await expect(uploadArtifacts(request)).rejects.toMatchObject({ code: 'artifact-lfs-missing' });
  });

  it.each([
    [{ file: 'src/gone.txt', 'upload-to': 'file:///x/${digest}' }, 'artifact-file-missing'],
    [{ file: 'src/main.txt' }, 'upload-to-missing'],
    [{ file: 'src/main.txt', 'upload-to': 'file:///x/latest' }, 'upload-to-without-digest'],
    [{ file: 'src/main.txt', 'upload-to': 'ftp://x/${digest}' }, 'upload-to-unsupported'],
  ])('are refused as %j', async (script, refusal) => {
    const { options, commit, stores } = await machine();
    const job = jobOf('a', { script });
    await expect(
      uploadArtifacts({ job, engine, repository: options.repository, commit, build: null, stores }),
    ).rejects.toMatchObject({ code: refusal });
  });
});
