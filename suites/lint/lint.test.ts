import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { command } from '../support/command.js';
import { cached } from '../support/paths.js';
import { filesToCheck } from './files.js';

const files = filesToCheck();
const python = (program: string) => cached('lint', 'venv', 'bin', program);

/** What a tool has to say; empty where it found nothing. */
async function complaints(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(program, args);
  return code === 0 ? '' : `${stdout}${stderr}` || `${program} ended with ${code}`;
}

const schema = (name: string, path: string, ...more: readonly string[]) =>
  complaints(python('check-jsonschema'), ['--color=never', '--builtin-schema', name, ...more, path]);

it('finds the files that are to be checked', () => {
  expect(files.actions).toContain('action.yml');
  expect(files.workflows).toEqual(
    expect.arrayContaining([
      '.github/workflows/ci.yml',
      '.github/workflows/rollout.yml',
      expect.stringMatching(/^examples\//),
      expect.stringMatching(/^workflow-templates\//),
    ]),
  );
  expect(files.manifests).not.toEqual([]);
  expect(files.schemas).toContain('schemas/streaming-jobs.schema.json');
});

const actionlint = (path: string) =>
  complaints(cached('lint', 'bin', 'actionlint'), [
    '-no-color',
    '-config-file',
    '.github/actionlint.yaml',
    `-shellcheck=${python('shellcheck')}`,
    path,
  ]);

const zizmor = (path: string) =>
  complaints(python('zizmor'), [
    '--offline',
    '--no-progress',
    '--color=never',
    '--strict-collection',
    '--config=.github/zizmor.yml',
    path,
  ]);

const manifest = (path: string) =>
  complaints(python('check-jsonschema'), ['--color=never', '--schemafile', 'schemas/streaming-jobs.schema.json', path]);

describe('a planted mistake is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stream-rollout-lint-'));
  const planted = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const workflow = planted(
    'workflow.yml',
    `on: push
permissions: write-all
concurrency: {group: a, queue: max}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@main
      - run: rm -rf $HOME/\${{ github.head_ref }}
      - run: echo \${{ steps.none.outputs.x }}
`,
  );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('by actionlint and shellcheck, which let concurrency.queue pass', async () => {
    const found = await actionlint(workflow);
    expect(found).toContain('property "none" is not defined');
    expect(found).toContain('SC2086');
    expect(found).not.toContain('queue');
  });

  it('by zizmor', async () => {
    const found = await zizmor(workflow);
    for (const audit of ['unpinned-uses', 'template-injection', 'artipacked']) expect(found).toContain(audit);
  });

  it('by check-jsonschema', async () => {
    const action = planted('action.yml', 'name: a\ndescription: a\nruns: {main: a.js}\n');
    expect(await schema('vendor.github-actions', action)).not.toBe('');
    const nameless = planted('nameless.yml', 'on: push\njobs: {a: {steps: []}}\n');
    expect(await schema('vendor.github-workflows', nameless)).not.toBe('');
    const jobs = planted('jobs.yml', 'version: 1\njobs: {a: {engine: glue, target: {scirpt: a.py}}}\n');
    expect(await manifest(jobs)).not.toBe('');
  });
});

describe('actionlint, with shellcheck', () => {
  it.each(files.workflows)('%s', async (path) => {
    expect(await actionlint(path)).toBe('');
  });
});

describe('zizmor', () => {
  it.each([...files.actions, ...files.workflows])('%s', async (path) => {
    expect(await zizmor(path)).toBe('');
  });
});

describe('check-jsonschema', () => {
  it.each(files.actions)('%s', async (path) => {
    expect(await schema('vendor.github-actions', path)).toBe('');
  });

  it.each(files.workflows)('%s', async (path) => {
    expect(await schema('vendor.github-workflows', path)).toBe('');
  });

  it.each(files.gitlab)('%s', async (path) => {
    expect(await schema('vendor.gitlab-ci', path, '--data-transform', 'gitlab-ci')).toBe('');
  });

  it.each(files.schemas)('%s is a JSON schema', async (path) => {
    expect(await complaints(python('check-jsonschema'), ['--color=never', '--check-metaschema', path])).toBe('');
  });

  it.each(files.manifests)("%s, by the manifest's published schema", async (path) => {
    expect(await manifest(path)).toBe('');
  });
});
