import { mkdirSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from '@jest/globals';
import { blocksOf } from './docs/blocks.js';
import { openScene } from './docs/scene.js';

it.each([['README.md', null], ['docs/json.md', 'README.md']] as const)('%s', async (page, of) => {
  const first = blocksOf('README.md').find((block) => block.language === 'yaml')?.text ?? '';
  const scene = await openScene(of === null ? null : first);
  if (of !== null) {
    mkdirSync(join(scene.clone, '.github'));
    writeFileSync(join(scene.clone, '.github', 'streaming-jobs.yml'), `${first}\n`);
  }
  let printed = '';
  for (const block of blocksOf(page)) {
    if (block.role?.is === 'run') printed = await scene.shell(block.text);
    if (block.role?.is === 'output') appendFileSync('/tmp/fresh-out.txt', `\n### ${block.at}\n${printed}\n`);
    if (block.role?.is === 'json') appendFileSync('/tmp/fresh-out.txt', `\n### ${block.at} ${block.role.command}\n${await scene.shell(block.role.command, block.role.code)}\n`);
  }
  await scene.close();
}, 120000);
