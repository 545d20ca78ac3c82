import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../src/modes/apply.js';
import type { Bench } from '../../src/modes/bench.js';
import { log, renderLog } from '../../src/modes/log.js';
import { removeTemporaries, temporary } from '../changes/repo.js';
import { jobOf, world } from './world.js';

afterAll(removeTemporaries);

const roll = async (bench: Bench) => (await apply(bench, async () => {})).report;

describe('a consent', () => {
  it('is asked for, counts for one call, and is recorded with who gave it', async () => {
    const here = world();
    here.declare({ a: { v: 1 } });
    await roll(here.bench());
    here.declare({ a: { v: 2, more: { strategy: 'parallel', parallel: { overlap: '10s' } } } });
    const refused = jobOf(await roll(here.bench()), 'a');
    expect(refused).toMatchObject({ outcome: 'refused', code: 'no-strategy' });
    expect(refused.next).toContain(
      'stream-rollout apply --environment production --jobs a --accept shared-input,state-loss',
    );
    expect(here.log()).toEqual(['start a-production 1']);

    const given = await roll(here.bench({ raw: { accept: 'shared-input, state-loss, duplicates' } }));
    expect(jobOf(given, 'a')).toMatchObject({ outcome: 'succeeded', strategy: 'parallel' });
    const { plan } = (await here.held()).get('a')?.record ?? {};
    // What was offered and not needed is no consent.
    expect([plan?.accepted, plan?.actor]).toEqual([['shared-input', 'state-loss'], 'ada']);
    expect(renderLog(await log(here.bench(), 1))).toMatch(/Actor: +ada\n[\s\S]*Accepted: shared-input, state-loss\n/);

    here.declare({ a: { v: 3, more: { strategy: 'parallel', parallel: { overlap: '10s' } } } });
    expect(jobOf(await roll(here.bench()), 'a')).toMatchObject({ outcome: 'refused', code: 'no-strategy' });
  });
});

it('the input `rebuild` builds code again that was built before', async () => {
  const here = world();
  const built = join(temporary(), 'built');
  appendFileSync(built, '');
  const builds = () => readFileSync(built, 'utf8').split('\n').length - 1;
  here.declare({ a: { v: 1, build: `echo x >> ${built}; echo "x=1" >> "$STREAM_ROLLOUT_OUTPUT"` } });
  await roll(here.bench());
  expect(builds()).toBe(1);
  await roll(here.bench({ raw: { force: 'true' } }));
  expect(builds()).toBe(1);
  await roll(here.bench({ raw: { force: 'true', rebuild: 'true' } }));
  expect(builds()).toBe(2);
});
