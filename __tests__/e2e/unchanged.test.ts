import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { version } from '../../src/version.js';
import { dist, node24 } from './harness/dist.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';

const secret = { '--api-key': '${secret.API_KEY}' };
const clicks = glueJob('clicks', { arguments: { '--checkpoint': 's3://acme-state/clicks/', ...secret } });
const orders = dataflowJob('orders');

async function fleet(stage: Stage): Promise<Done> {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push(
    {
      [manifestPath]: manifest({ clicks: { ...clicks, paths: ['glue/**'] }, orders }),
      'glue/clicks.py': script('clicks 1'),
      'glue/notes.md': 'notes\n',
      'templates/orders.json': template('orders:1'),
    },
    { secrets: { API_KEY: 'canary-api-key-1' } },
  );
  expect(first.outcomes).toEqual({ clicks: 'succeeded', orders: 'succeeded' });
  return first;
}

function expectNothingDone(done: Done): void {
  expect(done.outcomes).toEqual({ clicks: 'unchanged', orders: 'unchanged' });
  expect(done.code).toBe(0);
  expect(done.writes).toEqual([]);
  expect(done.ledger).toEqual([]);
  expect(done.outputs).toMatchObject({ 'any-changed': 'false', 'changed-jobs': '[]', result: 'unchanged' });
  expect(done.annotations.filter(({ level }) => level !== 'notice')).toEqual([]);
}

describe('nothing changes, and nothing is written to an engine, a store or the ledger, when', () => {
  scenario('a commit touches files of no job, and when the same commit runs again', async (stage) => {
    await fleet(stage);
    const docs = await stage.push({ 'docs/page.md': 'x\n' }, { secrets: { API_KEY: 'canary-api-key-1' } });
    expectNothingDone(docs);
    expect(docs.plan?.unowned).toEqual(['docs/page.md']);
    expect(docs.summary).toContain('2 unchanged');
    expectNothingDone(await stage.run(docs.event, { secrets: { API_KEY: 'canary-api-key-1' } }));
  });

  const edits: { readonly [what: string]: () => string } = {
    'strategy and how it is verified': () =>
      manifest({
        clicks: { ...clicks, paths: ['glue/**'], strategy: ['restart'], 'on-failure': 'pause', 'max-gap': '20m' },
        orders: { ...orders, verify: { bake: '30m' }, drain: { timeout: '1h' } },
      }),
    'comments and the order of keys': () => {
      const text = manifest({ orders, clicks: { ...clicks, paths: ['glue/**'] } });
      return `# All our streams\n${text.replace('  clicks:', '  # The clicks\n  clicks:')}`;
    },
    'what is ignored, where no shipped file is concerned': () =>
      manifest({ clicks: { ...clicks, paths: ['glue/**'], ignore: ['**/*.md'] }, orders }),
    'fields without an effect on a run': () =>
      manifest({ clicks: { ...clicks, paths: ['glue/**'] }, orders: { ...orders, sink: 'append', stateful: true } }),
  };
  for (const [what, edited] of Object.entries(edits)) {
    scenario(`${what} is edited`, async (stage) => {
      await fleet(stage);
      expectNothingDone(await stage.push({ [manifestPath]: edited() }, { secrets: { API_KEY: 'canary-api-key-1' } }));
    });
  }

  scenario('a secret has another value', async (stage) => {
    await fleet(stage);
    expectNothingDone(await stage.push({}, { secrets: { API_KEY: 'canary-api-key-2' } }));
  });

  scenario('the tool is upgraded', async (stage) => {
    await fleet(stage);
    const upgraded = upgradedDist(join(stage.folder, 'dist'));
    const done = await stage.push({}, { secrets: { API_KEY: 'canary-api-key-1' }, dist: upgraded });
    expectNothingDone(done);
    expect(execFileSync(node24, [join(upgraded, 'cli.js'), '--version'], { encoding: 'utf8' }).trim()).toBe('9.9.9');
  });
});

/** The same build under a later version. */
function upgradedDist(folder: string): string {
  cpSync(dist, folder, { recursive: true });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replaceAll(`"${version}"`, '"9.9.9"'));
  }
  return folder;
}
