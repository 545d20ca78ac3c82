import { describe, expect, it } from '@jest/globals';
import { errorsOf, manifestOf } from './read.js';

function jobs(lines: Readonly<Record<string, string>>): string {
  const written = Object.entries(lines).map(([key, more]) => `  ${key}: {engine: river, ${more}}`);
  return ['version: 1', 'jobs:', ...written, ''].join('\n');
}

describe('the exact name', () => {
  it('is the own of one job on an engine and place', async () => {
    expect(
      await errorsOf(jobs({ a: 'target: {region: eu, name: orders}', b: 'target: {region: eu, name: orders}' })),
    ).toEqual([
      'jobs.yml:4:43 jobs.b.target.name [manifest-duplicate-name] the name `orders` also belongs to job `a` (jobs.yml:3:43)',
    ]);
  });

  it('is the key where none is given', async () => {
    expect(await errorsOf(jobs({ a: 'target: {region: eu}', b: 'target: {region: eu, name: a}' }))).toEqual([
      'jobs.yml:4:43 jobs.b.target.name [manifest-duplicate-name] the name `a` also belongs to job `a` (jobs.yml:3:3)',
    ]);
  });

  it('may stand again in another place or on another engine', async () => {
    const manifest = `${jobs({ a: 'target: {region: eu, name: x}', b: 'target: {region: us, name: x}' })}  c: {engine: pond, target: {name: x}}\n`;
    expect((await manifestOf(manifest)).jobs).toHaveLength(3);
  });

  it('covers the names of slots', async () => {
    const slots = 'parallel: {slots: [{name: a-blue}, {name: a-green}]}';
    expect(
      await errorsOf(
        jobs({
          a: `target: {region: eu}, ${slots}`,
          b: 'target: {region: eu, name: a-green}',
          c: 'target: {region: eu, name: a}',
        }),
      ),
    ).toEqual([
      'jobs.yml:4:43 jobs.b.target.name [manifest-duplicate-name] the name `a-green` also belongs to job `a` (jobs.yml:3:80)',
      'jobs.yml:5:43 jobs.c.target.name [manifest-duplicate-name] the name `a` also belongs to job `a` (jobs.yml:3:3)',
    ]);
  });

  it('may be shared by the slots of one job', async () => {
    const slots = 'parallel: {slots: [{size: small}, {size: large}]}';
    const { jobs: read } = await manifestOf(jobs({ a: `target: {region: eu, name: x}, ${slots}` }));
    expect(read[0]?.parallel.slots).toEqual([{ size: 'small' }, { size: 'large' }]);
  });
});

describe('an exclusive value', () => {
  it('can not be shared by two jobs, also not through a slot', async () => {
    const checkpoint = (at: string) => `arguments: {--checkpoint: "s3://c/${at}/"}`;
    const slots = `parallel: {slots: [{${checkpoint('c')}}, {${checkpoint('a')}}]}`;
    expect(
      await errorsOf(
        jobs({
          a: `target: {region: eu, ${checkpoint('a')}}`,
          b: `target: {region: us, ${checkpoint('a')}}`,
          c: `target: {region: eu}, ${slots}`,
        }),
      ),
    ).toEqual([
      'jobs.yml:4:55 jobs.b.target.arguments.--checkpoint [manifest-shared-value] `s3://c/a/` can not be shared with job `a` (jobs.yml:3:55)',
      'jobs.yml:5:118 jobs.c.parallel.slots.1.arguments.--checkpoint [manifest-shared-value] `s3://c/a/` can not be shared with job `a` (jobs.yml:3:55)',
    ]);
  });
});

describe('slots', () => {
  it('may hold a field that the target needs', async () => {
    const { jobs: read } = await manifestOf(
      jobs({ a: 'target: {name: x}, parallel: {slots: [{region: eu, size: small}, {region: eu, size: large}]}' }),
    );
    expect(read[0]?.target).toEqual({ name: 'x' });
  });

  it('take references as the target does', async () => {
    const manifest = jobs({
      a: 'for-each: {x: {n: 4}}, target: {region: eu}, parallel: {slots: [{name: "b-${each.key}", workers: {min: "${each.n}"}}, {arguments: {t: "${secret.T}"}}]}',
    });
    expect((await manifestOf(manifest)).jobs[0]?.parallel.slots).toEqual([
      { name: 'b-x', workers: { min: 4 } },
      { arguments: { t: '${secret.T}' } },
    ]);
  });
});

describe('the place', () => {
  const nowhere = `version: 1
jobs:
  a: {engine: tide, target: {name: a}}
`;
  it('is judged only where the environment that may name it is known', async () => {
    const { river } = await import('./engines.js');
    const { z } = await import('zod');
    const tide = { ...river, id: 'tide', target: z.record(z.string(), z.string()) as unknown as typeof river.target };
    const given = { engines: async () => tide, engineIds: ['tide'] };
    expect(await errorsOf(nowhere, given)).toEqual([]);
    expect(await errorsOf(nowhere, { ...given, env: { RIVER_REGION: 'eu' } })).toEqual([]);
    expect(await errorsOf(nowhere, { ...given, env: {} })).toEqual([
      'jobs.yml:3:21 jobs.a.target [manifest-missing] no region',
    ]);
  });
});
