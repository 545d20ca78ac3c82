import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { desiredOf } from '../../src/changes/identity.js';
import { noLinks } from '../../src/changes/links.js';
import { changedFields, fieldsOf, impactOf, scaleOf, settingsOf } from '../../src/changes/settings.js';
import type { Tree, TreeEntry } from '../../src/changes/tree.js';
import { treeOf } from '../../src/changes/tree-builder.js';
import type { Reference } from '../../src/engines/engine.js';
import type { Job } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';
import { engine, engines, fileTarget, jobOf } from './jobs.js';

function blob(path: string, digit: string, mode = '100644'): TreeEntry {
  return { path, mode, oid: digit.repeat(40) };
}

const files = [
  blob('Dockerfile', 'd'),
  blob('glue/clicks.py', 'a'),
  blob('glue/lib/__init__.py', '0'),
  blob('glue/lib/run.sh', 'b', '100755'),
  blob('glue/lib/README.md', 'c'),
  blob('pipelines/common/io.py', '1'),
  blob('pipelines/orders/main.py', '2'),
  blob('pipelines/orders/README.md', '3'),
  blob('pipelines/orders-returns/main.py', '4'),
  blob('vendored', '5', '160000'),
];
const tree = treeOf(files);

function desired(job: Job, at: Tree = tree, reference: Reference | null = null) {
  return desiredOf(job, engines.get(job.engine) ?? engine, { tree: at, links: noLinks, reference });
}

function revision(job: Job, at: Tree = tree, reference: Reference | null = null) {
  return desired(job, at, reference).revision;
}

function changed(path: string, digit: string, mode = '100644'): Tree {
  return treeOf([...files.filter((file) => file.path !== path), blob(path, digit, mode)]);
}

const buildJob = jobOf(
  'orders',
  { region: 'eu-west-1', script: '${build.template}', parameters: { table: 'ods.orders', password: '${secret.DB}' } },
  {
    build: './ci/build.sh orders',
    paths: ['pipelines/orders/**', 'pipelines/common/**', 'Dockerfile'],
    ignore: ['**/*.md'],
  },
);
const filesJob = jobOf('clicks', fileTarget);
const referenceJob = jobOf('events', { script: 'gs://templates/events.json', workers: 3 });
const pathsJob = jobOf('sync', { settings: { topic: 'a' } }, { engine: 'paths', paths: ['pipelines/orders'] });
const read: Reference = { uri: 'gs://templates/events.json', digest: 'e'.repeat(64), mutable: true };

/** Golden: a value that moves restarts every job of that kind at every user. */
const golden: readonly (readonly [string, Job, Reference | null, string])[] = [
  ['files', filesJob, null, 'r1-a840b64bcf3e2db9'],
  ['build', buildJob, null, 'r1-a20401c11f6308e7'],
  ['build without settings', jobOf('a', {}, { build: 'make', paths: ['pipelines/**'] }), null, 'r1-dea8cbaf5ba3667b'],
  [
    'build with a file of the commit',
    jobOf(
      'a',
      { script: '${build.x}', libraries: [{ zip: 'glue/lib', 'upload-to': 'gs://b/${digest}.zip' }] },
      { build: 'make', paths: ['Dockerfile'] },
    ),
    null,
    'r1-073b38433fe24095',
  ],
  [
    'build with a file of its own',
    jobOf(
      'a',
      { script: { file: '${build.jar}', 'upload-to': 's3://b/${digest}.jar' } },
      { build: 'make', paths: ['Dockerfile'] },
    ),
    null,
    'r1-18744dc0db9ee32f',
  ],
  ['reference', referenceJob, read, 'r1-00b11272adade5bf'],
  ['paths alone', pathsJob, null, 'r1-8f87fbb4b8fee592'],
  ['a submodule', jobOf('a', {}, { engine: 'paths', paths: ['vendored'] }), null, 'r1-6b660af574835b9b'],
  ['nothing', jobOf('a', { region: 'eu' }), null, 'r1-6514bab5b465486d'],
];

describe('golden revisions', () => {
  it.each(golden)('%s', (_, job, reference, wanted) => {
    expect(revision(job, tree, reference)).toBe(wanted);
  });
});

describe('the revision moves with', () => {
  const before = { files: revision(filesJob), build: revision(buildJob), paths: revision(pathsJob) };
  it.each<[string, Job, Tree, keyof typeof before]>([
    ['the content of an artifact', filesJob, changed('glue/clicks.py', 'f'), 'files'],
    ['the content of a file in an archive', filesJob, changed('glue/lib/__init__.py', 'f'), 'files'],
    ['an executable bit in an archive', filesJob, changed('glue/lib/__init__.py', '0', '100755'), 'files'],
    ['a file added to an archive', filesJob, treeOf([...files, blob('glue/lib/more.py', '6')]), 'files'],
    [
      'a file renamed in an archive',
      filesJob,
      treeOf([...files.filter((file) => file.path !== 'glue/lib/__init__.py'), blob('glue/lib/init.py', '0')]),
      'files',
    ],
    [
      'where an artifact is uploaded to',
      jobOf('clicks', { ...fileTarget, script: { ...fileTarget.script, 'upload-to': 's3://other/${digest}.py' } }),
      tree,
      'files',
    ],
    ['a setting', jobOf('clicks', { ...fileTarget, region: 'eu-west-2' }), tree, 'files'],
    [
      'a setting taken out',
      jobOf('clicks', { script: fileTarget.script, libraries: fileTarget.libraries, workers: 5 }),
      tree,
      'files',
    ],
    ['a source of a build', buildJob, changed('pipelines/orders/main.py', 'f'), 'build'],
    ['the mode of a source of a build', buildJob, changed('pipelines/orders/main.py', '2', '100755'), 'build'],
    [
      'a source that moved',
      buildJob,
      treeOf([...files.filter((file) => file.path !== 'Dockerfile'), blob('pipelines/orders/Dockerfile', 'd')]),
      'build',
    ],
    [
      'a source that is gone',
      buildJob,
      treeOf(files.filter((file) => file.path !== 'pipelines/common/io.py')),
      'build',
    ],
    ["the build's text", { ...buildJob, build: './ci/build.sh orders --release' }, tree, 'build'],
    [
      'the name of a secret',
      { ...buildJob, target: { ...buildJob.target, parameters: { table: 'ods.orders', password: '${secret.DB2}' } } },
      tree,
      'build',
    ],
    ['a file of paths', pathsJob, changed('pipelines/orders/README.md', 'f'), 'paths'],
  ])('%s', (_, job, at, kind) => {
    expect(revision(job, at)).toMatch(/^r1-[0-9a-f]{16}$/);
    expect(revision(job, at)).not.toBe(before[kind]);
  });

  it('the content behind a reference, and not with where it was read', () => {
    expect(revision(referenceJob, tree, { ...read, digest: 'f'.repeat(64) })).not.toBe(
      revision(referenceJob, tree, read),
    );
    expect(revision(referenceJob, tree, { ...read, mutable: false })).toBe(revision(referenceJob, tree, read));
  });
});

describe('the revision stays with', () => {
  const moved = treeOf([
    ...files.filter((file) => !file.path.startsWith('glue/')),
    blob('jobs/clicks.py', 'a'),
    blob('jobs/shared/__init__.py', '0'),
    blob('jobs/shared/run.sh', 'b', '100755'),
    blob('jobs/shared/README.md', 'c'),
  ]);
  const movedTarget = {
    ...fileTarget,
    script: { ...fileTarget.script, file: './jobs//clicks.py' },
    libraries: [{ zip: 'jobs/shared/', 'upload-to': 's3://code/clicks/${digest}.zip' }],
  };

  it.each<[string, Job, Job, Tree]>([
    ['artifacts that moved in the repository', filesJob, jobOf('clicks', movedTarget), moved],
    [
      'the mode of a single file, which no upload carries',
      filesJob,
      filesJob,
      changed('glue/clicks.py', 'a', '100755'),
    ],
    [
      'an ignored file of an archive',
      { ...filesJob, ignore: ['**/*.md'] },
      { ...filesJob, ignore: ['**/*.md'] },
      changed('glue/lib/README.md', 'f'),
    ],
    ['an ignored source', buildJob, buildJob, changed('pipelines/orders/README.md', 'f')],
    ['a job of a similar name', buildJob, buildJob, changed('pipelines/orders-returns/main.py', 'f')],
    ['fields of impact scale', filesJob, jobOf('clicks', { ...fileTarget, workers: 50 }), tree],
    [
      'fields of impact none',
      filesJob,
      jobOf('clicks', { ...fileTarget, credentials: { role: 'x' }, mapping: { names: { a: 'b' } } }),
      tree,
    ],
    ['paths, where artifacts are the code', filesJob, { ...filesJob, paths: ['glue/**'] }, tree],
    ['the key and the name of the job in the manifest', filesJob, { ...filesJob, key: 'other', was: 'clicks' }, tree],
    [
      'everything beside the target',
      filesJob,
      {
        ...filesJob,
        strategy: ['restart'],
        sink: 'idempotent',
        stateful: false,
        maxGapSeconds: 1,
        desired: 'stopped',
        onFailure: 'pause',
        needs: ['x'],
        verify: { runningWithinSeconds: 1, bakeSeconds: 1, gates: [{ signal: 'lag', max: 1 }] },
        parallel: { overlapSeconds: 1, slots: [{ region: 'x' }] },
        drain: { timeoutSeconds: 1, onTimeout: 'leave' },
      },
      tree,
    ],
  ])('%s', (_, before, after, at) => {
    expect(revision(after, at)).toBe(revision(before));
    expect(revision(after, at)).not.toBeNull();
  });

  it('the order of keys, at every depth', () => {
    const shuffled = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.array(fc.string(), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'workers', 'ü', '10', '9'), tie('value'), {
        maxKeys: 5,
      }),
    })).object as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(shuffled, (target) => {
        expect(revision(jobOf('a', reversed(target)))).toBe(revision(jobOf('a', target)));
      }),
    );
  });

  it('nothing else: any other value of a setting moves it', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
    fc.assert(
      fc.property(value, value, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(revision(jobOf('a', { setting: a }))).not.toBe(revision(jobOf('a', { setting: b })));
      }),
    );
  });
});

function reversed(object: JsonObject): JsonObject {
  const entries = Object.entries(object).reverse();
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? reversed(value as JsonObject) : value,
    ]),
  );
}

describe('the code identity', () => {
  it('is that of the build where there is one, whatever its results point to', () => {
    expect(desired({ ...referenceJob, build: 'make', paths: ['Dockerfile'] }).code).toMatchObject({
      kind: 'build',
      built: null,
      files: ['Dockerfile'],
    });
  });

  it('of a reference that was not read is not known', () => {
    expect(desired(referenceJob)).toMatchObject({
      revision: null,
      codeDigest: null,
      code: { kind: 'reference', digest: null, uri: 'gs://templates/events.json' },
    });
    expect(revision(referenceJob, tree, { ...read, digest: null })).toBeNull();
  });

  it('of files names them', () => {
    expect(desired(filesJob).code).toMatchObject({ kind: 'files', files: ['glue/clicks.py', 'glue/lib'] });
  });

  it('takes a link in an archive for the file that it leads to', () => {
    const link = { path: 'glue/lib/also.py', mode: '120000', oid: '7'.repeat(40) };
    const links = new Map([[link.oid, '../clicks.py']]);
    const linked = desiredOf(filesJob, engine, { tree: treeOf([...files, link]), links, reference: null });
    expect(linked.revision).toBe(revision(filesJob, treeOf([...files, blob('glue/lib/also.py', 'a')])));
  });

  it('depends on the order of a list of artifacts', () => {
    const [a, b] = ['glue/clicks.py', 'Dockerfile'].map(
      (file): JsonObject => ({ file, 'upload-to': 's3://b/${digest}' }),
    ) as [JsonObject, JsonObject];
    expect(revision(jobOf('a', { libraries: [a, b] }))).not.toBe(revision(jobOf('a', { libraries: [b, a] })));
  });
});

describe('the impact of a field', () => {
  it.each([
    ['region', 'recreate'],
    ['workers', 'scale'],
    ['workers.max', 'scale'],
    ['workers.type', 'upgrade'],
    ['unknown', 'upgrade'],
    ['autoscaling', 'upgrade'],
    ['autoscaling.max', 'scale'],
    ['credentials.role.arn', 'none'],
    ['toString', 'upgrade'],
  ])('%s: %s', (field, impact) => {
    expect(impactOf(engine, field)).toBe(impact);
  });

  it('splits a target', () => {
    const target = {
      name: 'a',
      workers: { max: 3, type: 'big' },
      autoscaling: { max: 3, metric: 'cpu' },
      credentials: { a: 1 },
      mapping: { names: {} },
      empty: {},
    };
    expect(settingsOf(target, engine)).toEqual({
      name: 'a',
      workers: { type: 'big' },
      autoscaling: { metric: 'cpu' },
      empty: {},
    });
    expect(scaleOf(target, engine)).toEqual({ workers: { max: 3 }, autoscaling: { max: 3 } });
    expect(fieldsOf(target, engine, ['none'])).toEqual({ credentials: { a: 1 }, mapping: { names: {} } });
  });

  it('leaves the paths of artifacts out of the settings', () => {
    expect(
      settingsOf({ ...fileTarget, libraries: ['s3://x/y.zip', { file: '${build.jar}', 'upload-to': 'u' }] }, engine),
    ).toEqual({
      region: 'eu-west-1',
      script: { 'upload-to': 's3://code/clicks/${digest}.py' },
      libraries: ['s3://x/y.zip', { file: '${build.jar}', 'upload-to': 'u' }],
    });
  });

  it('names the fields that differ', () => {
    expect(changedFields({ a: 1, b: { c: 1, d: [1] }, e: {} }, { a: 1, b: { c: 2, d: [1, 2] }, f: null })).toEqual([
      'b.c',
      'b.d',
      'e',
      'f',
    ]);
    expect(changedFields({ b: { c: 1 } }, { b: 'x' })).toEqual(['b']);
  });
});
