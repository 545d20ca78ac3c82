import { describe, expect, it } from '@jest/globals';
import { errorsOf, type Given, manifestOf } from './read.js';

const vars = 'vars: {text: abc, number: 4, flag: true, list: [a, b], map: {min: 1}, empty: , token: "${secret.TOKEN}"}';

/** One job of the test engine; `lines` stand in its target, `beside` in the job. */
function manifest(lines: string, beside = ''): string {
  return `version: 1
environments:
  production: {${vars}}
jobs:
  orders:
    engine: river
${beside === '' ? '' : `    ${beside}\n`}    target:
      region: eu
      ${lines}
`;
}

async function target(lines: string, beside = '', given: Given = {}) {
  const { jobs } = await manifestOf(manifest(lines, beside), given);
  return jobs[0]?.target;
}

describe('a value that is one reference alone keeps its type', () => {
  it.each([
    ['name: ${var.text}', { name: 'abc' }],
    ['name: ${environment}', { name: 'production' }],
    ['spot: ${var.flag}', { spot: true }],
    ['topics: ${var.list}', { topics: ['a', 'b'] }],
    ['workers: ${var.map}', { workers: { min: 1 } }],
    ['workers: {min: "${var.number}"}', { workers: { min: 4 } }],
  ])('%s', async (lines, expected) => {
    expect(await target(lines)).toEqual({ region: 'eu', ...expected });
  });
});

describe('a reference inside a text becomes text', () => {
  it.each([
    ['name: a-${var.text}-${var.number}-${var.flag}-${environment}', 'a-abc-4-true-production'],
    ['name: ${var.text}${var.text}', 'abcabc'],
    ['name: no reference $HOME {x} $', 'no reference $HOME {x} $'],
  ])('%s', async (lines, name) => {
    expect(await target(lines)).toMatchObject({ name });
  });
});

describe('what only a rollout knows stays as written', () => {
  it.each([
    ['script: ${build.script}', 'build: make', { script: '${build.script}' }],
    ['arguments: {key: "Bearer ${secret.TOKEN}"}', 'paths: [a]', { arguments: { key: 'Bearer ${secret.TOKEN}' } }],
    ['arguments: {key: "${var.token}"}', 'paths: [a]', { arguments: { key: '${secret.TOKEN}' } }],
    [
      'script: {file: a.py, upload-to: "s3://${var.text}/${digest}.py"}',
      'paths: [a]',
      { script: { file: 'a.py', 'upload-to': 's3://abc/${digest}.py' } },
    ],
  ])('%s', async (lines, beside, expected) => {
    const build = beside.startsWith('build') ? `${beside}\n    paths: [a]` : beside;
    expect(await target(lines, build)).toEqual({ region: 'eu', ...expected });
  });

  it('the build command, whose shell has its own variables', async () => {
    const { jobs } = await manifestOf(manifest('size: small', 'build: "make ${TARGET} ${var.text}"\n    paths: [a]'));
    expect(jobs[0]?.build).toBe('make ${TARGET} ${var.text}');
  });
});

it('fills references in beside the target too', async () => {
  const { jobs } = await manifestOf(
    manifest(
      'size: small',
      'max-gap: "${var.number}m"\n    paths: ["jobs/${var.text}/**"]\n    needs: "${var.none}"',
    ).replace('empty: ,', 'empty: , none: [],'),
  );
  expect(jobs[0]).toMatchObject({ maxGapSeconds: 240, paths: ['jobs/abc/**'], needs: [] });
});

describe('the input `vars`', () => {
  it('go before those of the environment and take the type that is declared there', async () => {
    const lines = 'name: ${var.text}\n      spot: ${var.flag}\n      workers: {min: "${var.number}"}';
    expect(await target(lines, '', { vars: { text: '7', flag: 'false', number: '9' } })).toEqual({
      region: 'eu',
      name: '7',
      spot: false,
      workers: { min: 9 },
    });
  });

  it('are text where nothing is declared', async () => {
    expect(await target('name: ${var.tag}', '', { vars: { tag: '1.10' } })).toMatchObject({ name: '1.10' });
    expect(await errorsOf(manifest('workers: {min: "${var.n}"}'), { vars: { n: '5' } })).toEqual([
      'jobs.yml:9:22 jobs.orders.target.workers.min [manifest-value] expected a number, got the text "5" (an input is text: declare the variable with a value of that type in `vars` of the environment) (${var.n})',
    ]);
  });

  it('are refused where nothing declares them and nothing asks for them', async () => {
    expect(await errorsOf(manifest('name: ${var.tag}'), { vars: { tag: 'a', txet: '7' } })).toEqual([
      'jobs.yml:1:1 vars.txet [manifest-reference] no environment declares a variable `txet`, and no `${var.txet}` asks for it; known: `empty`, `flag`, `list`, `map`, `number`, `tag`, `text`, `token`',
    ]);
  });

  it('can not smuggle a reference in', async () => {
    expect(await errorsOf(manifest('name: ${var.tag}'), { vars: { tag: '${secret.TOKEN}' } })).toContain(
      'jobs.yml:1:1 vars.tag [manifest-reference] the input variable `tag` can not hold ${…}',
    );
  });
});

describe('a reference that can not be', () => {
  it.each([
    [
      'name: ${var.txt}',
      '',
      '9:13 jobs.orders.target.name',
      'environment `production` has no variable `txt`; did you mean `text`?',
    ],
    [
      'name: a${HOME}',
      '',
      '9:13 jobs.orders.target.name',
      '`${HOME}` is none of ${var.x}, ${secret.X}, ${build.x}, ${digest}, ${environment}, ${each.x}, ${each.key}; a shell variable is written without braces',
    ],
    ['name: a${var.text', '', '9:13 jobs.orders.target.name', '`${var.text` has no closing `}`'],
    [
      'name: a${var.text + 1}',
      '',
      '9:13 jobs.orders.target.name',
      '`${var.text + 1}` is none of ${var.x}, ${secret.X}, ${build.x}, ${digest}, ${environment}, ${each.x}, ${each.key}; a shell variable is written without braces',
    ],
    [
      'arguments: {a: "${secret.A-B}"}',
      '',
      '9:22 jobs.orders.target.arguments.a',
      '`${secret.A-B}` is none of ${var.x}, ${secret.X}, ${build.x}, ${digest}, ${environment}, ${each.x}, ${each.key}; a shell variable is written without braces',
    ],
    [
      'name: a${var.list}',
      '',
      '9:13 jobs.orders.target.name',
      '`${var.list}` is a list, which can not stand inside a text',
    ],
    [
      'name: a${var.empty}',
      '',
      '9:13 jobs.orders.target.name',
      '`${var.empty}` is empty, which can not stand inside a text',
    ],
    ['name: ${each.key}', '', '9:13 jobs.orders.target.name', '${each.…} stands only in a job with `for-each`'],
    [
      'script: ${build.script}',
      '',
      '9:15 jobs.orders.target.script',
      'the job has no `build` whose results could be used',
    ],
    [
      'name: ${secret.NAME}',
      '',
      '9:13 jobs.orders.target.name',
      '${secret.…} can not stand in `name`, because the exact name has to be known before anything runs',
    ],
    [
      'name: ${var.token}',
      '',
      '9:13 jobs.orders.target.name',
      '`${var.token}` holds a secret: ${secret.…} can not stand in `name`, because the exact name has to be known before anything runs',
    ],
    [
      'arguments: {upload-to: "${digest}"}',
      '',
      '9:30 jobs.orders.target.arguments.upload-to',
      '${digest} stands only in `upload-to` of an artifact',
    ],
    [
      'script: {file: "${digest}", upload-to: "${digest}"}',
      '',
      '9:22 jobs.orders.target.script.file',
      '${digest} stands only in `upload-to` of an artifact',
    ],
    [
      'arguments: {"${var.text}": 1}',
      '',
      '9:19 jobs.orders.target.arguments.${var.text}',
      '`${var.text}`: keys are not interpolated, only values are',
    ],
    ['size: small', 'paths: ["${secret.DIR}"]', '7:13 jobs.orders.paths.0', '${secret.…} stands only in `target`'],
    [
      'size: small',
      'paths: ["${var.token}"]',
      '7:13 jobs.orders.paths.0',
      '`${var.token}` holds a secret: ${secret.…} stands only in `target`',
    ],
  ])('%s %s', async (lines, beside, place, message) => {
    expect(await errorsOf(manifest(lines, beside))).toEqual([`jobs.yml:${place} [manifest-reference] ${message}`]);
  });

  it('in a variable', async () => {
    expect(await errorsOf(manifest('name: ${var.text}').replace('text: abc', 'text: "${var.flag}"'))).toEqual([
      'jobs.yml:3:29 environments.production.vars.text [manifest-reference] a variable may use only ${environment} and ${secret.X}',
    ]);
  });

  it('is told without the errors that follow from it', async () => {
    expect(await errorsOf(manifest('workers: {min: "${var.nope}"}'))).toEqual([
      'jobs.yml:9:22 jobs.orders.target.workers.min [manifest-reference] environment `production` has no variable `nope`; known here: text, number, flag, list, map, empty, token',
    ]);
  });

  it('fills no text without end', async () => {
    const big = manifest('name: ${var.text}${var.text}').replace('text: abc', `text: ${'x'.repeat(40_000)}`);
    expect(await errorsOf(big)).toEqual([
      'jobs.yml:9:13 jobs.orders.target.name [manifest-too-large] this text has more than 65536 characters when its references are filled in',
    ]);
  });
});
