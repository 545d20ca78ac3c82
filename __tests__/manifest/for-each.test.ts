import { describe, expect, it } from '@jest/globals';
import { errorsOf, manifestOf } from './read.js';

const tenants = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [
    `tenant-${String(index).padStart(3, '0')}`,
    { topic: `in-${index}`, max: 1 + (index % 9) },
  ]),
);

const fleet = `version: 1
environments:
  production: {vars: {region: eu}}
defaults:
  river: {sink: idempotent, target: {region: "\${var.region}"}}
jobs:
  sync:
    engine: river
    for-each: tenants.json
    paths: [jobs/sync/**]
    target:
      name: sync-\${each.key}
      topics: ["\${each.topic}"]
      workers: {min: 1, max: "\${each.max}"}
      arguments: {--checkpoint: "s3://ckpt/\${environment}/\${each.key}/"}
  report:
    engine: pond
    needs: [sync]
`;

describe('300 tenants', () => {
  const repository = { 'tenants.json': JSON.stringify(tenants, null, 2) };

  it('are one declaration and 300 jobs', async () => {
    const { jobs } = await manifestOf(fleet, { repository });
    expect(jobs).toHaveLength(301);
    expect(jobs.map((job) => job.key).slice(298)).toEqual(['sync-tenant-298', 'sync-tenant-299', 'report']);
    expect(jobs.filter((job) => job.instance?.first).map((job) => job.key)).toEqual(['sync-tenant-000']);
    expect(jobs[217]).toMatchObject({
      key: 'sync-tenant-217',
      sink: 'idempotent',
      paths: ['jobs/sync/**'],
      instance: { of: 'sync', key: 'tenant-217', first: false },
      target: {
        name: 'sync-tenant-217',
        region: 'eu',
        topics: ['in-217'],
        workers: { min: 1, max: 2 },
        arguments: { '--checkpoint': 's3://ckpt/production/tenant-217/' },
      },
      at: { file: 'jobs.yml', line: 7, column: 3 },
    });
    expect(jobs[300]?.needs).toHaveLength(300);
  });

  it('show a mistake of the declaration once, without a list of names', async () => {
    const wrong = fleet.replace('min: 1', 'mim: 1').replace('name: sync', 'name: ${var.nope}sync');
    expect(await errorsOf(wrong, { repository })).toEqual([
      'jobs.yml:12:13 jobs.sync.target.name [manifest-reference] environment `production` has no variable `nope`; known here: region',
      'jobs.yml:14:17 jobs.sync.target.workers.mim [manifest-unknown-key] `mim` is not known here; did you mean `min`?',
    ]);
  });

  it('show a mistake of one tenant with its name and where its value stands', async () => {
    const wrong = { ...tenants, 'tenant-007': { topic: 7, max: 1 }, 'tenant-100': { topics: 'in-100', max: 5000 } };
    const errors = await errorsOf(fleet, { repository: { 'tenants.json': JSON.stringify(wrong, null, 2) } });
    expect(errors).toEqual([
      'jobs.yml:13:16 jobs.sync.target.topics.0 [manifest-value] sync-tenant-007: expected a text, got the number 7: write it in quotes (${each.topic}, given in tenants.json:31:14)',
      'jobs.yml:13:16 jobs.sync.target.topics.0 [manifest-reference] sync-tenant-100: this instance has no value `topic`; did you mean `topics`?',
      'jobs.yml:14:30 jobs.sync.target.workers.max [manifest-value] sync-tenant-100: expected at most 1000, got the number 5000 (${each.max}, given in tenants.json:404:12)',
    ]);
  });

  it('show a name or checkpoint that all of them share', async () => {
    const wrong = fleet.replace('name: sync-${each.key}', 'name: sync').replace('/${each.key}/', '/all/');
    const errors = await errorsOf(wrong, { repository });
    expect(errors).toEqual([
      'jobs.yml:12:7 jobs.sync.target.name [manifest-duplicate-name] sync-tenant-001 and 298 more jobs: the name `sync` also belongs to job `sync-tenant-000` (jobs.yml:12:7)',
      'jobs.yml:15:19 jobs.sync.target.arguments.--checkpoint [manifest-shared-value] sync-tenant-001 and 298 more jobs: `s3://ckpt/production/all/` can not be shared with job `sync-tenant-000` (jobs.yml:15:19)',
    ]);
  });
});

function sync(forEach: string, more = ''): string {
  return `version: 1
jobs:
  sync:
    engine: river
    for-each: ${forEach}
    target: {region: eu${more}}
`;
}

it('takes a map, a YAML file or a JSON file; a value may be left out', async () => {
  const repository = { 'tenants/default.yml': 'acme: {topic: a}\nglobex:\n', 't.json': '{"acme": {}}' };
  const keys = async (forEach: string) => (await manifestOf(sync(forEach), { repository })).jobs.map((job) => job.key);
  expect(await keys('{acme: {topic: a}, globex: }')).toEqual(['sync-acme', 'sync-globex']);
  expect(await keys('tenants/${environment}.yml')).toEqual(['sync-acme', 'sync-globex']);
  expect(await keys('t.json')).toEqual(['sync-acme']);
  expect(await keys('{}')).toEqual([]);
});

it('takes further instances from the environment', async () => {
  const manifest = `version: 1
environments:
  production: {vars: {suffix: -p}, jobs: {sync: {for-each: {globex: {topic: "g\${var.suffix}"}, acme: {topic: x}}}}}
jobs:
  sync: {engine: river, for-each: {acme: {topic: a}}, target: {region: eu, topics: ["\${each.topic}"]}}
`;
  const { jobs } = await manifestOf(manifest);
  expect(jobs.map((job) => [job.key, job.target['topics'], job.instance?.first])).toEqual([
    ['sync-acme', ['x'], true],
    ['sync-globex', ['g-p'], false],
  ]);
});

it('takes a map or list as the value of an instance', async () => {
  const { jobs } = await manifestOf(
    sync('{a: {t: [x, y], w: {min: 2}}}', ', topics: "${each.t}", workers: "${each.w}"'),
  );
  expect(jobs[0]?.target).toMatchObject({ topics: ['x', 'y'], workers: { min: 2 } });
});

describe('instances that can not be read', () => {
  const repository = { 'list.yml': '[acme]', 'broken.json': '{"acme": {', 'empty.yml': '', 'bad.yml': 'a b: {}\n' };
  it.each([
    [
      'nowhere.yml',
      'jobs.yml:5:15 jobs.sync.for-each [manifest-for-each] there is no file `nowhere.yml` in the repository',
    ],
    [
      '../x.yml',
      'jobs.yml:5:15 jobs.sync.for-each [manifest-path] `../x.yml` could leave the repository: write it without `..`',
    ],
    [
      'list.yml',
      'list.yml:1:1 for-each [manifest-for-each] expected a map from instance key to values, for example {acme: {topic: acme-in}}',
    ],
    [
      '[acme]',
      'jobs.yml:5:15 jobs.sync.for-each [manifest-for-each] expected a map from instance key to values, for example {acme: {topic: acme-in}}',
    ],
    [
      'broken.json',
      'broken.json:1:11 - [manifest-syntax] Flow map in block collection must be sufficiently indented and end with a }',
    ],
    ['empty.yml', 'empty.yml:1:1 - [manifest-empty] this file holds nothing'],
    [
      'bad.yml',
      'bad.yml:1:1 a b [manifest-key] `a b` can not be the key of an instance: expected letters, digits, - and _, beginning with a letter or digit, at most 100',
    ],
    [
      '{acme: topic}',
      'jobs.yml:5:22 jobs.sync.for-each.acme [manifest-for-each] expected a map of the values of `acme`, for example {topic: acme-in}; `acme: {}` if it has none',
    ],
    [
      '{acme: {key: x}}',
      'jobs.yml:5:23 jobs.sync.for-each.acme.key [manifest-for-each] `key` is the key of the instance itself and can not be one of its values',
    ],
    [
      '{acme: {x: "${build.x}"}}',
      'jobs.yml:5:26 jobs.sync.for-each.acme.x [manifest-reference] the values of a `for-each` may use only ${var.x}, ${environment} and ${secret.X}',
    ],
    [
      '"${secret.FILE}"',
      'jobs.yml:5:15 jobs.sync.for-each [manifest-reference] the path of a `for-each` may use only ${var.x} and ${environment}',
    ],
  ])('%s', async (forEach, expected) => {
    expect(await errorsOf(sync(forEach), { repository })).toEqual([expected]);
  });

  it('because another job has the key', async () => {
    expect(await errorsOf(`${sync('{acme: {}}')}  sync-acme: {engine: pond}\n`)).toEqual([
      'jobs.yml:3:3 jobs.sync [manifest-duplicate-job] its instance `sync-acme` has the key of another job',
    ]);
  });

  it('because there are too many', async () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 5_100 }, (_, index) => [`t${index}`, null])));
    expect(await errorsOf(sync('t.json'), { repository: { 't.json': many } })).toEqual([
      'jobs.yml:3:3 jobs.sync [manifest-too-large] from here on the manifest has more than 5000 jobs, instances of `for-each` counted one by one',
    ]);
  });

  it('because their values multiply', async () => {
    const topics = `[${Array.from({ length: 3_000 }, (_, index) => `"x\${each.key}${index}"`).join(', ')}]`;
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`t${index}`, null])));
    expect(await errorsOf(sync('t.json', `, topics: ${topics}`), { repository: { 't.json': many } })).toEqual([
      'jobs.yml:3:3 jobs.sync [manifest-too-large] from here on the manifest has more than 1000000 values, instances of `for-each` counted one by one',
    ]);
  });

  it('reads a file that several jobs share once', async () => {
    let reads = 0;
    const repository = {
      get 't.json'() {
        reads += 1;
        return '{"acme": {}}';
      },
    };
    await manifestOf(`${sync('t.json')}  other: {engine: pond, for-each: t.json}\n`, { repository });
    expect(reads).toBe(1);
  });
});
