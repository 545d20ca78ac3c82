import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readCliInputs } from '../../src/inputs/cli.js';
import { readEvent } from '../../src/inputs/event.js';
import { parseInputs, type RawInputs } from '../../src/inputs/parse.js';

const around = { event: readEvent({}), workspace: '/w', outputDirectory: '', env: {}, wait: true };
const read = (raw: RawInputs) => parseInputs(raw, around);
const folder = mkdtempSync(join(tmpdir(), 'parse-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('an input that is left out, or empty, has its default', () => {
  for (const raw of [{}, { mode: '', 'wait-for-minutes': ' ', jobs: '', force: '' }])
    expect(read(raw)).toMatchObject({
      mode: 'auto',
      manifest: '.github/streaming-jobs.yml',
      environment: null,
      jobs: [],
      ledger: 'git:origin',
      onDrift: 'fail',
      strategy: null,
      force: false,
      maxParallel: 20,
      maxChangedJobs: 20,
      waitForMinutes: 60,
      // `${{ github.token }}` is an expression of the workflow, never a token.
      githubToken: null,
    });
});

describe('each kind', () => {
  it.each<[string, RawInputs, object]>([
    ['lists by commas and lines', { jobs: ' a, b\n\nc,' }, { jobs: ['a', 'b', 'c'] }],
    ['lists of choices', { strategy: 'restart, parallel' }, { strategy: ['restart', 'parallel'] }],
    ['a target of a rollback', { mode: 'plan', 'rollback-to': 'previous' }, { rollbackTo: 'previous' }],
    ['a stored plan', { mode: 'apply', 'plan-file': 'plan.json' }, { planFile: 'plan.json' }],
    ['auto as a strategy', { strategy: 'auto' }, { strategy: 'auto' }],
    ['consents', { accept: 'duplicates\ndowngrade' }, { accept: ['duplicates', 'downgrade'] }],
    ['flags', { force: 'TRUE', rebuild: 'off' }, { force: true, rebuild: false }],
    ['counts', { 'max-parallel': '3' }, { maxParallel: 3 }],
    ['pairs as lines', { vars: 'a=1\n\nb = x=y ' }, { vars: { a: '1', b: 'x=y' } }],
    ['pairs as JSON', { vars: '{"a": 1, "b": "x", "c": true}' }, { vars: { a: '1', b: 'x', c: 'true' } }],
  ])('%s', (_, raw, expected) => {
    expect(read(raw)).toMatchObject(expected);
  });

  it.each<[string, RawInputs, RegExp]>([
    ['a flag', { force: 'maybe' }, /`force`: takes true or false, not "maybe"/],
    ['a flag that is a word of the language', { force: 'constructor' }, /`force`: takes true or false/],
    ['no count', { 'max-parallel': '0' }, /`max-parallel`: takes a whole number from 1, not "0"/],
    ['a fraction', { 'wait-for-minutes': '1.5' }, /whole number/],
    ['a typo', { mode: 'aply' }, /did you mean "apply"/],
    ['a word that is like none', { accept: 'everything' }, /unsafe-rollback; not "everything"$/],
    ['a typo in a list', { accept: 'duplicate' }, /did you mean "duplicates"/],
    ['a line without a name', { vars: '=x' }, /takes name=value lines/],
    ['broken JSON', { vars: '{"a": ' }, /`vars`: begins like a JSON object and is none/],
    ['a list in JSON', { vars: '{"a": [1]}' }, /`a` is \[1\]/],
    ['nothing in JSON', { vars: '{"a": null}' }, /`a` is null/],
    ['auto in a list', { strategy: 'restart, auto' }, /`strategy`: takes auto alone, or a list without it/],
    [
      'a rollback that the mode would not make',
      { mode: 'apply', 'rollback-to': 'previous' },
      /`rollback-to`: goes with mode rollback or plan, and the mode is apply/,
    ],
    ['one that the event would choose against', { 'rollback-to': 'previous' }, /and the mode is auto/],
    [
      'a plan that the mode would not carry out',
      { mode: 'rollback', jobs: 'a', 'plan-file': 'plan.json' },
      /`plan-file`: goes with mode apply, and the mode is rollback/,
    ],
  ])('refuses %s', (_, raw, message) => {
    expect(() => read(raw)).toThrow(message);
  });
});

it('tells all errors at once', () => {
  const wrong = () => read({ mode: 'aply', force: 'maybe', 'max-parallel': 'x', vars: 'y', 'on-drift': 'ask' });
  expect(wrong).toThrow(expect.objectContaining({ code: 'input-invalid', class: 'input' }));
  for (const name of ['mode', 'force', 'max-parallel', 'vars', 'on-drift']) expect(wrong).toThrow(`\`${name}\`: takes`);
});

describe('the command line', () => {
  const cli = (raw: RawInputs, env: { readonly [name: string]: string } = {}) =>
    readCliInputs(raw, { directory: folder }, { ...env, GIT_CEILING_DIRECTORIES: tmpdir() });

  it('finds a plan file from where it is called, as it writes one', () => {
    expect(cli({ 'plan-file': 'out/plan.json' }).planFile).toBe(resolve('out/plan.json'));
    expect(cli({}).planFile).toBeNull();
  });

  it('follows no event, but acts on no code of strangers inside a workflow either', () => {
    expect(cli({}, { GITHUB_EVENT_NAME: 'push', GITHUB_RUN_ID: '7' }).event).toMatchObject({
      name: null,
      runId: '7',
      untrusted: false,
    });
    expect(cli({}, { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'acme/streams' }).event.untrusted).toBe(
      true,
    );
  });

  it('waits for a lock only where it is told to', () => {
    expect(cli({}).wait).toBe(false);
  });
});
