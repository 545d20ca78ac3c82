import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readCliInputs } from '../../src/inputs/cli.js';

const asRun = process.env['HOME'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'actor-'));
  // Nobody's own configuration of git takes part.
  process.env['HOME'] = directory;
  execFileSync('git', ['init', '-q', directory]);
});
afterEach(() => {
  if (asRun === undefined) delete process.env['HOME'];
  else process.env['HOME'] = asRun;
  rmSync(directory, { recursive: true });
});

const actor = (env: { readonly [name: string]: string } = {}) =>
  readCliInputs({ mode: 'plan' }, { directory }, env).event.actor;

it('a command is asked for by the person whom git knows in the checkout', () => {
  execFileSync('git', ['-C', directory, 'config', 'user.name', 'Ada Lovelace']);
  expect(actor()).toBe('Ada Lovelace');
});

it('else by the account of the machine', () => {
  execFileSync('git', ['-C', directory, 'config', 'user.name', '']);
  expect(actor()).toBe(userInfo().username);
});

it('inside a workflow by whom the workflow names', () => {
  execFileSync('git', ['-C', directory, 'config', 'user.name', 'Ada Lovelace']);
  expect(actor({ GITHUB_ACTOR: 'grace' })).toBe('grace');
});
