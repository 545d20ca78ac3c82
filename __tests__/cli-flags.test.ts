import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { fields } from '../src/inputs/fields.js';

/** The command line of the sources: what `dist` is made from. */
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-flags-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  await build({
    ...{ entryPoints: ['src/cli.ts'], outdir: folder, outExtension: { '.js': '.mjs' }, logLevel: 'silent' },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external' },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const help = (...command: readonly string[]) =>
  execFileSync(process.execPath, [join(folder, 'cli.mjs'), ...command, '--help'], { encoding: 'utf8' });
const flagsOf = (command: string) => [...help(command).matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name = '']) => name);

/** Inputs that only the action has: the mode is the command's name, and what goes to GitHub is the action's to write. */
const ofActionAlone = ['mode', 'comment', 'deployments'];
const commands = ['validate', 'detect', 'plan', 'apply', 'resume', 'rollback', 'status'];

describe('the command line', () => {
  it('has a flag for every input but those of the action alone', () => {
    const flags = new Set(commands.flatMap(flagsOf));
    expect(Object.keys(fields).filter((name) => !flags.has(name))).toEqual(ofActionAlone);
  });

  it('offers `--wait` and `--json` where they mean something', () => {
    expect(commands.filter((command) => flagsOf(command).includes('wait'))).toEqual(['apply', 'rollback']);
    for (const command of [...commands, 'log', 'verify', 'emulate', 'demo']) expect(flagsOf(command)).toContain('json');
  });

  it('names the values that a flag takes', () => {
    const text = help('apply').replace(/\s+/g, ' ');
    expect(text).toMatch(/--on-drift <value> [^-]*One of: fail, adopt, overwrite\. \(default: fail\)/);
    expect(text).toContain('Any of: duplicates, state-loss, shared-input, downgrade, unsafe-rollback.');
  });

  it('tells a folder that is not there as a wrong input', () => {
    const nowhere = join(folder, 'nowhere');
    const found = spawnSync(process.execPath, [join(folder, 'cli.mjs'), '-C', nowhere, 'plan', '--json'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(found.stdout)).toMatchObject({
      ...{ kind: 'error', code: 'input-invalid', exitCode: 4 },
      message: `\`--directory\`: there is no folder ${nowhere}.`,
    });
    expect(found.status).toBe(4);
  });
});
