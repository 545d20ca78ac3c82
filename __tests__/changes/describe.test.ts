import { afterAll, describe, expect, it } from '@jest/globals';
import { baseRequest } from '../../src/changes/base.js';
import { type ChangeRequest, type Changes, describeChanges } from '../../src/changes/describe.js';
import { openRepository, type Repository } from '../../src/changes/repository.js';
import { sameCodeUnderTodaysGlobs } from '../../src/changes/same-code.js';
import type { Manifest } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';
import { engine, engines, fileTarget, jobOf, manifestOf, pathsEngine } from './jobs.js';
import { cloneOf, env, newRepo, type Repo, removeTemporaries } from './repo.js';

afterAll(removeTemporaries);

const clicks = jobOf('clicks', fileTarget);
const orders = jobOf(
  'orders',
  { script: '${build.template}', workers: { max: 5 } },
  { build: 'make orders', paths: ['pipelines/orders/**', 'pipelines/common/**'], ignore: ['**/*.md'] },
);
const returns = jobOf(
  'orders-returns',
  { script: '${build.template}' },
  { build: 'make returns', paths: ['pipelines/orders-returns/**', 'pipelines/common/**'] },
);
const sync = jobOf('sync', {}, { engine: 'paths', paths: ['sync'] });
const events = jobOf('events', { script: 'gs://templates/events.json' });
const fleet = manifestOf(clicks, orders, returns, sync, events);

const files = {
  'glue/clicks.py': 'clicks',
  'glue/lib/__init__.py': '',
  'pipelines/orders/main.py': 'orders',
  'pipelines/orders/README.md': 'orders',
  'pipelines/orders-returns/main.py': 'returns',
  'pipelines/common/io.py': 'io',
  'sync/main.py': 'sync',
  'jobs.yml': 'version: 1',
  'README.md': 'hello',
};

interface Asked {
  readonly repo: Repo;
  readonly repository: Repository;
  readonly before?: Manifest | null;
}

async function ask(
  { repo, repository, before = fleet }: Asked,
  base: string | null,
  more: Partial<ChangeRequest> = {},
): Promise<Changes> {
  return describeChanges({
    manifest: fleet,
    engines,
    repository,
    head: repository.head,
    base: { candidates: base === null ? [] : [{ how: 'push', commit: base }], pullHead: null },
    manifestAt: async (commit) =>
      commit === base ? before : Promise.reject(new Error(`asked for ${commit} of ${repo.path}`)),
    references: new Map(),
    ...more,
  });
}

function touchedIn(changes: Changes): string[] {
  return [...changes.jobs].filter(([, job]) => job.explanation.touched === true).map(([key]) => key);
}

function codesIn(changes: Changes, key: string): string[] {
  return (changes.jobs.get(key)?.findings ?? []).map((finding) => `${finding.level} ${finding.code}`);
}

/** A repository with the fleet's files, and the next commit made by `change`. */
async function changedBy(change: (repo: Repo) => string): Promise<Asked & { base: string }> {
  const repo = newRepo();
  const base = repo.commit(files);
  change(repo);
  return { repo, base, repository: await openRepository({ directory: repo.path, env }) };
}

describe('the jobs that a commit changed', () => {
  it.each<[string, (repo: Repo) => string, readonly string[], readonly string[]]>([
    ['none, by a file of nobody', (repo) => repo.commit({ 'README.md': 'new' }), [], ['README.md']],
    ['none, by an ignored file', (repo) => repo.commit({ 'pipelines/orders/README.md': 'new' }), [], []],
    ['none, by the manifest itself', (repo) => repo.commit({ 'jobs.yml': 'version: 1 # new' }), [], []],
    ['none, by an empty commit', (repo) => repo.commit(), [], []],
    ['one of two with similar names', (repo) => repo.commit({ 'pipelines/orders/main.py': 'new' }), ['orders'], []],
    [
      'all that share a file',
      (repo) => repo.commit({ 'pipelines/common/io.py': 'new' }),
      ['orders', 'orders-returns'],
      [],
    ],
    ['by the content of an artifact', (repo) => repo.commit({ 'glue/clicks.py': 'new' }), ['clicks'], []],
    ['by a file added to an archive', (repo) => repo.commit({ 'glue/lib/odd\nname"ü.py': '' }), ['clicks'], []],
    ['by a deletion', (repo) => repo.commit({ 'sync/main.py': null, 'sync/other.py': 'sync' }), ['sync'], []],
    [
      'by a rename into it',
      (repo) => repo.commit({ 'README.md': null, 'sync/README.md': 'hello' }),
      ['sync'],
      ['README.md'],
    ],
    ['by a mode alone', (repo) => repo.executable('sync/main.py', true).commit(), ['sync'], []],
    ['by a submodule', (repo) => repo.submodule('sync/vendored', '1'.repeat(40)), ['sync'], []],
    ['by a link that points elsewhere', (repo) => repo.link('sync/link', 'main.py').commit(), ['sync'], []],
  ])('%s', async (_, change, touched, unowned) => {
    const asked = await changedBy(change);
    const changes = await ask(asked, asked.base);
    expect(touchedIn(changes)).toEqual(touched);
    expect(changes.unowned).toEqual(unowned);
    expect(changes.base).toEqual({ how: 'push', commit: asked.base });
    for (const key of ['clicks', 'orders', 'orders-returns', 'sync']) {
      const job = changes.jobs.get(key);
      expect(job?.desired.revision === job?.desiredAtBase?.revision).toBe(!touched.includes(key));
    }
  });

  it('are explained by their files, before and after', async () => {
    const asked = await changedBy((repo) =>
      repo.commit({ 'pipelines/orders/main.py': 'new', 'pipelines/common/io.py': null, 'pipelines/orders/new.py': '' }),
    );
    const { explanation } = (await ask(asked, asked.base)).jobs.get('orders') ?? {};
    const oid = (path: string, commit: string) => asked.repo.git('rev-parse', `${commit}:${path}`);
    expect(explanation?.files).toEqual([
      { path: 'pipelines/common/io.py', before: oid('pipelines/common/io.py', asked.base), after: null },
      {
        path: 'pipelines/orders/main.py',
        before: oid('pipelines/orders/main.py', asked.base),
        after: oid('pipelines/orders/main.py', 'HEAD'),
      },
      { path: 'pipelines/orders/new.py', before: null, after: oid('pipelines/orders/new.py', 'HEAD') },
    ]);
  });

  it('are explained by their settings, with the line of each', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'jobs.yml': 'new' }));
    const at = (line: number) => ({ file: 'jobs.yml', line, column: 3 });
    const now = manifestOf({
      ...orders,
      build: 'make -j orders',
      target: { script: '${build.template}', workers: { max: 9 }, options: { a: 2 } },
      positions: { target: at(5), 'target.workers': at(7), 'target.options.a': at(9), build: at(3) },
    });
    const before = manifestOf({ ...orders, target: { ...orders.target, region: 'eu', options: { a: 1 } } });
    const changes = await ask({ ...asked, before }, asked.base, { manifest: now });
    expect(changes.jobs.get('orders')?.explanation).toEqual({
      touched: true,
      files: [],
      fields: [
        { field: 'build', at: at(3) },
        { field: 'options.a', at: at(9) },
        { field: 'region', at: at(5) },
        { field: 'workers.max', at: at(7) },
      ],
    });
  });

  it('include those whose scale alone changed', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'jobs.yml': 'new' }));
    const before = manifestOf({ ...orders, target: { script: '${build.template}', workers: { max: 4 } } });
    const { desired, desiredAtBase, explanation } =
      (await ask({ ...asked, before }, asked.base, { manifest: manifestOf(orders) })).jobs.get('orders') ?? {};
    expect(explanation).toMatchObject({ touched: true, fields: [{ field: 'workers.max' }] });
    expect(desired?.revision).toBe(desiredAtBase?.revision);
  });

  it('do not include a job that came into the manifest: a running fleet is not restarted by it', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'jobs.yml': 'new', 'glue/clicks.py': 'new' }));
    for (const before of [null, manifestOf(orders)]) {
      const job = (await ask({ ...asked, before }, asked.base)).jobs.get('clicks');
      expect(job).toMatchObject({
        desiredAtBase: null,
        explanation: { touched: false, added: true, files: [{ path: 'glue/clicks.py' }] },
      });
    }
  });

  it('follow a renamed job to its old name', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'jobs.yml': 'new' }));
    const renamed = manifestOf({ ...clicks, key: 'clicks-to-lake', was: 'clicks' });
    const job = (await ask(asked, asked.base, { manifest: renamed })).jobs.get('clicks-to-lake');
    expect(job?.explanation.touched).toBe(false);
    expect(job?.desiredAtBase?.revision).toBe(job?.desired.revision);
  });

  it('list the files of a job that was taken out as files of nobody', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'sync/main.py': 'new', 'tenants.json': '{}' }));
    const without = manifestOf(clicks, orders);
    expect((await ask(asked, asked.base, { manifest: without })).unowned).toEqual(['sync/main.py', 'tenants.json']);
    expect(
      (await ask(asked, asked.base, { manifest: without, manifestFiles: ['jobs.yml', 'tenants.json'] })).unowned,
    ).toEqual(['sync/main.py']);
  });
});

describe('the base', () => {
  it('can be missing in a shallow clone and left behind by a forced push', async () => {
    const origin = newRepo();
    origin.commit(files);
    const before = origin.commit({ 'sync/main.py': 'unlucky' });
    origin.git('reset', '-q', '--hard', 'HEAD~1');
    origin.commit({ 'pipelines/orders/main.py': 'new' });
    const clone = cloneOf(origin, '--depth=1');
    const repository = await openRepository({ directory: clone.path, env });
    const changes = await ask({ repo: clone, repository }, before);
    expect(touchedIn(changes)).toEqual(['orders', 'sync']);
  });

  it('that is unknown means that everything is compared, never that nothing changed', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'sync/main.py': 'new' }));
    for (const [base, why] of [
      [null, 'neither the event nor the ledger names one'],
      ['1'.repeat(40), 'neither the checkout nor the remote gives 111111111111 ('],
    ] as const) {
      const changes = await ask(asked, base);
      expect(changes.findings[0]?.message).toContain(why);
      expect(changes.base).toEqual({ how: 'unknown', commit: null });
      expect(changes.findings.map((finding) => finding.code)).toEqual(['base-unknown']);
      expect(changes.unowned).toEqual([]);
      for (const job of changes.jobs.values()) {
        expect(job).toMatchObject({ desiredAtBase: null, explanation: { touched: null, files: [], fields: [] } });
      }
      expect(changes.jobs.get('sync')?.desired.revision).toMatch(/^r1-/);
    }
  });

  it('that is the parent is told, as nobody asked for it', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'sync/main.py': 'new' }));
    const [parent = ''] = await asked.repository.parents(asked.repository.head);
    const base = baseRequest(null, { input: null, ledger: null, parent });
    const changes = await ask(asked, parent, { base });
    expect(changes.base).toEqual({ how: 'parent', commit: parent });
    expect(touchedIn(changes)).toEqual(['sync']);
    expect(changes.findings).toMatchObject([{ code: 'base-parent', level: 'notice' }]);
  });

  it('that is the head explains that nothing changed', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'sync/main.py': 'new' }));
    const changes = await ask({ ...asked, before: null }, asked.repository.head);
    expect(touchedIn(changes)).toEqual([]);
    expect(changes.jobs.get('clicks')?.explanation.added).toBeUndefined();
  });
});

describe('an artifact behind a link', () => {
  async function linked(change: (repo: Repo) => string) {
    const repo = newRepo();
    repo.write(files);
    repo.link('jobs/current.py', '../glue/clicks.py');
    repo.link('jobs/lib', '../glue/lib');
    const base = repo.commit();
    change(repo);
    const repository = await openRepository({ directory: repo.path, env });
    const target = {
      script: { file: 'jobs/current.py', 'upload-to': 's3://c/${digest}' },
      libraries: [{ zip: 'jobs/lib', 'upload-to': 's3://c/${digest}' }],
    };
    const manifest = manifestOf(jobOf('clicks', target));
    return ask({ repo, repository, before: manifest }, base, { manifest });
  }

  it('is its target', async () => {
    expect(touchedIn(await linked((repo) => repo.commit({ 'README.md': 'new' })))).toEqual([]);
    const changes = await linked((repo) => repo.commit({ 'glue/clicks.py': 'new' }));
    expect(touchedIn(changes)).toEqual(['clicks']);
    expect(changes.jobs.get('clicks')?.explanation.files.map((file) => file.path)).toEqual(['glue/clicks.py']);
    expect(touchedIn(await linked((repo) => repo.commit({ 'glue/lib/more.py': '' })))).toEqual(['clicks']);
  });

  it('changes when it points to other content, not when it takes another way to the same', async () => {
    expect(touchedIn(await linked((repo) => repo.link('jobs/current.py', '../sync/main.py').commit()))).toEqual([
      'clicks',
    ]);
    expect(
      touchedIn(await linked((repo) => repo.link('jobs/current.py', '../jobs/../glue/clicks.py').commit())),
    ).toEqual([]);
  });

  it.each([['../../outside'], ['/etc/hostname'], ['missing'], ['current.py']])(
    'that leads nowhere is an error: %s',
    async (target) => {
      const changes = await linked((repo) => repo.link('jobs/current.py', target).commit());
      expect(codesIn(changes, 'clicks')).toEqual(['error artifact-link-broken']);
    },
  );
});

describe('findings', () => {
  async function findingsFor(
    job: ReturnType<typeof jobOf>,
    more: Partial<ChangeRequest> = {},
    change = (repo: Repo) => repo.commit({ 'README.md': 'new' }),
  ) {
    const asked = await changedBy(change);
    const manifest = manifestOf(job);
    const changes = await ask({ ...asked, before: manifest }, asked.base, { manifest, ...more });
    return changes.jobs.get(job.key)?.findings ?? [];
  }

  it('none for a job that is as it should be', async () => {
    for (const job of [clicks, orders, sync]) expect(await findingsFor(job)).toEqual([]);
  });

  it.each<[string, Parameters<typeof jobOf>[1], Parameters<typeof jobOf>[2], readonly string[]]>([
    [
      'a file that is not committed',
      { script: { file: 'glue/gone.py', 'upload-to': 's3://b/${digest}' } },
      {},
      ['error artifact-file-missing'],
    ],
    [
      'a folder as a file',
      { script: { file: 'glue/lib', 'upload-to': 's3://b/${digest}' } },
      {},
      ['error artifact-file-missing'],
    ],
    [
      'a path out of the repository',
      { script: { file: '../secrets', 'upload-to': 's3://b/${digest}' } },
      {},
      ['error artifact-file-missing'],
    ],
    ['no upload-to', { script: { file: 'glue/clicks.py' } }, {}, ['error upload-to-missing']],
    [
      'an upload that overwrites',
      { script: { file: 'glue/clicks.py', 'upload-to': 's3://b/latest.py' } },
      {},
      ['error upload-to-without-digest'],
    ],
    [
      'an upload to nowhere',
      { script: { file: 'glue/clicks.py', 'upload-to': 'ftp://b/${digest}' } },
      {},
      ['error upload-to-unsupported'],
    ],
    [
      'a pattern without a match',
      { script: '${build.x}' },
      { build: 'make', paths: ['sync', 'typo/**'] },
      ['warning paths-match-nothing'],
    ],
    ['a build without paths', { script: '${build.x}' }, { build: 'make' }, ['warning build-without-paths']],
    ['no code at all', { region: 'eu' }, {}, ['notice code-not-watched']],
    ['paths beside the artifacts', fileTarget, { paths: ['glue/**', 'sync/**'] }, ['notice paths-not-shipped']],
  ])('%s', async (_, target, more, wanted) => {
    const found = await findingsFor(jobOf('a', target, more));
    expect(found.map((finding) => `${finding.level} ${finding.code}`)).toEqual(wanted);
  });

  it('warn where this commit changes a file that reaches no run', async () => {
    const job = jobOf('a', fileTarget, {
      paths: ['glue/**', 'sync/**'],
      positions: { paths: { file: 'jobs.yml', line: 4, column: 5 } },
    });
    const [found, ...more] = await findingsFor(job, {}, (repo) =>
      repo.commit({ 'sync/main.py': 'new', 'glue/clicks.py': 'new' }),
    );
    expect(found).toMatchObject({
      level: 'warning',
      code: 'paths-not-shipped',
      file: 'jobs.yml',
      line: 4,
      message: expect.stringMatching(/^sync\/main\.py:/),
    });
    expect(more).toEqual([]);
  });

  it('an artifact in a submodule', async () => {
    const change = (repo: Repo) => repo.submodule('glue/lib/vendored', '1'.repeat(40));
    expect((await findingsFor(clicks, {}, change)).map((finding) => finding.code)).toEqual(['artifact-submodule']);
    const inside = jobOf('a', { script: { file: 'glue/lib/vendored/a.py', 'upload-to': 's3://b/${digest}' } });
    expect((await findingsFor(inside, {}, change)).map((finding) => finding.code)).toEqual(['artifact-submodule']);
  });

  it('a reference that can be overwritten or was not readable', async () => {
    const read = (digest: string | null, mutable: boolean) => ({
      references: new Map([['events', { uri: 'gs://templates/events.json', digest, mutable }]]),
    });
    const codes = async (given: Partial<ChangeRequest>) =>
      (await findingsFor(events, given)).map((finding) => `${finding.level} ${finding.code}`);
    expect(await codes({})).toEqual([]);
    expect(await codes(read('1'.repeat(64), false))).toEqual([]);
    expect(await codes(read('1'.repeat(64), true))).toEqual(['warning mutable-artifact']);
    expect(await codes(read(null, false))).toEqual(['error reference-unreadable']);
  });

  it('a library made elsewhere that can be overwritten, beside a script of the repository', async () => {
    const positions = { 'target.libraries': { file: 'jobs.yml', line: 9, column: 5 } };
    const job = jobOf('clicks', { ...fileTarget, libraries: ['s3://code/io-1.2.jar'] }, { positions });
    const overwritable = (target: JsonObject) => (target['libraries'] ?? []) as string[];
    const given = { engines: new Map([...engines, ['lab', { ...engine, overwritable }]]) };
    expect((await findingsFor(job, given)).filter(({ code }) => code === 'mutable-artifact')).toEqual([
      {
        code: 'mutable-artifact',
        level: 'warning',
        message: 's3://code/io-1.2.jar can be overwritten: a change of its content is not seen.',
        file: 'jobs.yml',
        line: 9,
      },
    ]);
  });

  it('files that are not committed, of the jobs that they belong to', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'README.md': 'new' }));
    asked.repo.write({
      'pipelines/orders/main.py': 'dirty',
      'pipelines/orders/README.md': 'dirty',
      'README.md': 'dirty',
      'glue/clicks.py': null,
    });
    const changes = await ask(asked, asked.base, { workTree: true });
    expect(changes.jobs.get('orders')?.findings).toMatchObject([
      {
        code: 'dirty-work-tree',
        level: 'warning',
        file: 'pipelines/orders/main.py',
        message: expect.stringContaining('the build reads the work tree'),
      },
    ]);
    expect(codesIn(changes, 'clicks')).toEqual(['warning dirty-work-tree']);
    expect(codesIn(changes, 'orders-returns')).toEqual([]);
    // Identities are the commit's all the same.
    expect(touchedIn(changes)).toEqual([]);
    expect(codesIn(await ask(asked, asked.base), 'orders')).toEqual([]);
  });
});

describe('a reference', () => {
  it('is not told to have changed by a commit that left its URI alone', async () => {
    const asked = await changedBy((repo) => repo.commit({ 'README.md': 'new' }));
    const references = new Map([
      ['events', { uri: 'gs://templates/events.json', digest: '1'.repeat(64), mutable: true }],
    ]);
    for (const given of [references, new Map()]) {
      expect((await ask(asked, asked.base, { references: given })).jobs.get('events')?.explanation.touched).toBe(false);
    }
  });
});

describe('edited globs', () => {
  it('are told from edited code by the stamped commit', async () => {
    const repo = newRepo();
    const stampedCommit = repo.commit(files);
    repo.commit({ 'README.md': 'new', 'pipelines/orders/README.md': 'new' });
    const repository = await openRepository({ directory: repo.path, env });
    const edited = { ...orders, paths: ['pipelines/orders/*.py', 'pipelines/common/**', 'sync/**'] };
    const ask = async (
      job: typeof orders,
      stamped: Parameters<typeof sameCodeUnderTodaysGlobs>[0]['stamped'] = orders,
      commit = stampedCommit,
    ) => {
      const changes = await describeChanges({
        manifest: manifestOf(job),
        engines,
        repository,
        head: repository.head,
        base: { candidates: [], pullHead: null },
        manifestAt: async () => null,
        references: new Map(),
      });
      const desired = changes.jobs.get('orders')?.desired;
      if (!desired) throw new Error('no such job');
      return sameCodeUnderTodaysGlobs({ job, engine, repository, desired, stampedCommit: commit, stamped });
    };
    expect(await ask(edited)).toBe(true);
    expect(await ask({ ...orders, ignore: [] })).toBe(false);
    expect(await ask({ ...edited, build: 'make more' })).toBe(false);
    // Nothing was edited: then the difference lies elsewhere.
    expect(await ask(orders)).toBe(false);
    expect(await ask(edited, null)).toBeNull();
    expect(await ask(edited, orders, '1'.repeat(40))).toBeNull();
    repo.commit({ 'pipelines/orders/main.py': 'new' });
    const later = await openRepository({ directory: repo.path, env });
    const changes = await describeChanges({
      manifest: manifestOf(edited),
      engines,
      repository: later,
      head: later.head,
      base: { candidates: [], pullHead: null },
      manifestAt: async () => null,
      references: new Map(),
    });
    const desired = changes.jobs.get('orders')?.desired;
    expect(
      desired &&
        (await sameCodeUnderTodaysGlobs({
          job: edited,
          engine,
          repository: later,
          desired,
          stampedCommit,
          stamped: orders,
        })),
    ).toBe(false);
  });

  it('of a job without a build need no record', async () => {
    const repo = newRepo();
    const stampedCommit = repo.commit(files);
    repo.commit({ 'README.md': 'new' });
    const repository = await openRepository({ directory: repo.path, env });
    const job = { ...sync, paths: ['sync/**'], ignore: ['**/*.md'] };
    const changes = await describeChanges({
      manifest: manifestOf(job),
      engines,
      repository,
      head: repository.head,
      base: { candidates: [], pullHead: null },
      manifestAt: async () => null,
      references: new Map(),
    });
    const desired = changes.jobs.get('sync')?.desired;
    expect(
      desired &&
        (await sameCodeUnderTodaysGlobs({
          job,
          engine: pathsEngine,
          repository,
          desired,
          stampedCommit,
          stamped: null,
        })),
    ).toBe(true);
  });
});
