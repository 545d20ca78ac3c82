import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { workTreeSource } from '../../src/modes/manifest.js';
import { removeTemporaries, temporary } from '../changes/repo.js';

afterAll(removeTemporaries);

function checkout(): { workspace: string; outside: string } {
  const outside = temporary();
  const workspace = temporary();
  writeFileSync(join(outside, 'canary.yml'), 'canary: canary-value\n');
  mkdirSync(join(workspace, '.git'));
  writeFileSync(join(workspace, '.git', 'config'), 'canary-value\n');
  writeFileSync(join(workspace, 'jobs.yml'), 'version: 1\n');
  writeFileSync(join(workspace, 'tenants.yml'), 'acme: {}\n');
  return { workspace, outside };
}

it('files of the checkout are read, also by a link inside it', async () => {
  const { workspace } = checkout();
  symlinkSync('tenants.yml', join(workspace, 'link.yml'));
  const source = await workTreeSource(workspace, 'jobs.yml');
  expect(source.files).toEqual([{ path: 'jobs.yml', text: 'version: 1\n' }]);
  expect(await source.readFile('link.yml')).toBe('acme: {}\n');
  expect(await source.readFile('nowhere.yml')).toBeNull();
});

it("a link that leads out of the checkout, or into git's own folder, is no file", async () => {
  const { workspace, outside } = checkout();
  symlinkSync(join(outside, 'canary.yml'), join(workspace, 'out.yml'));
  symlinkSync(outside, join(workspace, 'folder'));
  symlinkSync('.git/config', join(workspace, 'config.yml'));
  const source = await workTreeSource(workspace, 'jobs.yml');
  for (const path of ['out.yml', 'folder/canary.yml', 'config.yml']) expect(await source.readFile(path)).toBeNull();
  await expect(workTreeSource(workspace, 'out.yml')).rejects.toMatchObject({ code: 'manifest-not-found' });
});
