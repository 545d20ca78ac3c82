import { describe, expect, it } from '@jest/globals';
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

describe('actionlint, with shellcheck', () => {
  it.each(files.workflows)('%s', async (path) => {
    const args = ['-no-color', '-config-file', '.github/actionlint.yaml', `-shellcheck=${python('shellcheck')}`, path];
    expect(await complaints(cached('lint', 'bin', 'actionlint'), args)).toBe('');
  });
});

describe('zizmor', () => {
  it.each([...files.actions, ...files.workflows])('%s', async (path) => {
    const args = [
      '--offline',
      '--no-progress',
      '--color=never',
      '--strict-collection',
      '--config=.github/zizmor.yml',
      path,
    ];
    expect(await complaints(python('zizmor'), args)).toBe('');
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
    const args = ['--color=never', '--schemafile', 'schemas/streaming-jobs.schema.json', path];
    expect(await complaints(python('check-jsonschema'), args)).toBe('');
  });
});
