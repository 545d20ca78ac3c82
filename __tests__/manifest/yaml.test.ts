import { describe, expect, it } from '@jest/globals';
import { errorsOf, manifestOf } from './read.js';

describe('YAML', () => {
  it.each([
    ['nothing', '', '1:1 - [manifest-empty] this file holds nothing'],
    ['a comment', '# later\n', '1:1 - [manifest-empty] this file holds nothing'],
    ['a list', '- 1\n', '1:1 - [manifest-value] expected a map, got a list'],
    [
      'two documents',
      'version: 1\n---\nversion: 1\n',
      '2:1 - [manifest-syntax] a second document begins here; a file holds one',
    ],
    ['a tab', 'version: 1\njobs:\n\ta: 1\n', '3:1 - [manifest-syntax] Tabs are not allowed as indentation'],
    [
      'an unquoted reference',
      'version: 1\njobs: {a: {engine: river, target: {name: ${var.x}}}}\n',
      '2:43 - [manifest-syntax] a value with ${…} has to stand in quotes inside { } and [ ]',
    ],
    ['a tag', 'version: 1\nname: !!binary aGk=\n', '2:7 - [manifest-syntax] Unresolved tag: tag:yaml.org,2002:binary'],
    [
      'an unknown alias',
      'version: 1\nname: *other\n',
      '2:7 name [manifest-syntax] *other stands for nothing: no complete value before it has the anchor &other',
    ],
    [
      'a key that is a map',
      'version: 1\n? {a: b}\n: 1\n',
      '2:3 - [manifest-syntax] With stringKeys, all keys must be strings',
    ],
    [
      'a NUL in a key',
      'version: 1\njobs: {"__proto__": {engine: pond}}\n',
      '2:8 jobs.__proto__ [manifest-syntax] "__proto__" can not be a key',
    ],
    [
      'no number',
      'version: 1\nenvironments: {e: {vars: {a: .nan}}}\n',
      '2:30 environments.e.vars.a [manifest-value] NaN is no number that JSON knows',
    ],
    [
      'a huge number',
      'version: 1\nenvironments: {e: {vars: {a: 123456789012345678901}}}\n',
      '2:30 environments.e.vars.a [manifest-value] this number is too large to be kept exactly: write it in quotes',
    ],
    [
      'half a character',
      'version: 1\nenvironments: {e: {vars: {a: "\\uD800"}}}\n',
      '2:30 environments.e.vars.a [manifest-value] this text holds half a character (a lone surrogate)',
    ],
    [
      'an alias in itself',
      'version: 1\nenvironments: {e: {vars: {a: &a [*a]}}}\n',
      '2:34 environments.e.vars.a.0 [manifest-syntax] *a stands for nothing: no complete value before it has the anchor &a',
    ],
    [
      'a merge of no map',
      'version: 1\nenvironments: {e: {vars: {<<: 5}}}\n',
      '2:31 environments.e.vars.<< [manifest-syntax] `<<` takes a map, or a list of maps, by `*anchor`',
    ],
  ])('%s', async (_, manifest, expected) => {
    expect(await errorsOf(manifest)).toEqual([`jobs.yml:${expected}`]);
  });

  it('of more than 1 MiB is not read', async () => {
    expect(await errorsOf(`version: 1\n#${'x'.repeat(1024 * 1024)}`)).toEqual([
      'jobs.yml:1:1 - [manifest-too-large] this file is larger than 1024 KiB, the most that is read',
    ]);
  });

  it.each([
    ['lists', '[', ']'],
    ['maps', '{a: ', '}'],
  ])('nested too deeply (%s) is refused', async (_, open, close) => {
    const nest = (depth: number) =>
      `version: 1\nenvironments: {e: {vars: {a: ${open.repeat(depth)}1${close.repeat(depth)}}}}\n`;
    expect(await errorsOf(nest(40))).toEqual([]);
    const errors = await errorsOf(nest(200));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('[manifest-too-large] values are nested more than 64 levels deep');
    expect((await errorsOf(nest(100_000))).length).toBeGreaterThan(0);
  });

  it('with aliases that multiply is refused', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `  l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
    );
    const bomb = `version: 1\nenvironments: {e: {vars: {\n  l0: &l0 [x],\n${levels.join(',\n')}\n  }}}\n`;
    const errors = await errorsOf(bomb);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(
      '[manifest-too-large] from here on the file has more than 250000 values, aliases expanded',
    );
  });

  it('may use anchors and merge keys; errors point at the anchor', async () => {
    const manifest = `version: 1
jobs:
  a: &base
    engine: river
    target: &target {region: eu, size: small}
  b:
    <<: *base
    sink: idempotent
    target: {<<: *target, size: large}
  c: {<<: [{sink: transactional}, *base], target: *target}
`;
    const { jobs } = await manifestOf(manifest);
    expect(jobs.map((job) => [job.key, job.sink, job.target])).toEqual([
      ['a', 'append', { region: 'eu', size: 'small' }],
      ['b', 'idempotent', { region: 'eu', size: 'large' }],
      ['c', 'transactional', { region: 'eu', size: 'small' }],
    ]);
    expect(await errorsOf(manifest.replace('region: eu', 'region: 5'))).toEqual([
      'jobs.yml:5:30 jobs.a.target.region [manifest-value] a and 2 more jobs: expected a text, got the number 5: write it in quotes',
    ]);
  });

  it('reads JSON as well, and keys as text', async () => {
    const { jobs } = await manifestOf(
      JSON.stringify({ version: 1, jobs: { a: { engine: 'pond', target: { 1: 'x', true: 'y', '': 'z' } } } }),
    );
    expect(jobs[0]?.target).toEqual({ 1: 'x', true: 'y', '': 'z' });
  });

  it('with very many keys is read', async () => {
    const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`);
    const { jobs } = await manifestOf(`version: 1\njobs: {a: {engine: pond, target: {${keys.join(', ')}}}}\n`);
    expect(Object.keys(jobs[0]?.target ?? {})).toHaveLength(60_000);
  });
});

it('control characters of the manifest are shown, not sent to the terminal', async () => {
  expect(await errorsOf('version: 1\nname: "a\\e[31mb"\n"x\\u009by": 1\n')).toEqual([
    'jobs.yml:2:7 name [manifest-value] expected letters, digits and . _ / - , at most 100, got the text "a\\u001b[31mb"',
    'jobs.yml:3:1 x\\u009by [manifest-unknown-key] `x\\u009by` is not known here; known here: version, name, environments, defaults, jobs',
  ]);
});
