import { describe, expect, it } from '@jest/globals';
import { errorsOf, manifestOf } from './read.js';

function jobs(lines: Readonly<Record<string, string>>): string {
  const written = Object.entries(lines).map(
    ([key, more]) => `  ${key}: {engine: pond${more === '' ? '' : `, ${more}`}}`,
  );
  return ['version: 1', 'jobs:', ...written, ''].join('\n');
}

describe('needs', () => {
  it('names jobs, instances, or all instances of a for-each, each once', async () => {
    const manifest = await manifestOf(
      jobs({
        a: '',
        t: 'for-each: {x: {}, y: {}}, needs: [a]',
        b: 'needs: [t, t-x, a]',
        c: 'needs: [t-y]',
        d: 'for-each: {x: {}}, needs: ["t-${each.key}"]',
      }),
    );
    expect(Object.fromEntries(manifest.jobs.map((job) => [job.key, job.needs]))).toEqual({
      a: [],
      't-x': ['a'],
      't-y': ['a'],
      b: ['t-x', 't-y', 'a'],
      c: ['t-y'],
      'd-x': ['t-x'],
    });
  });

  it('refuses a name that is not declared', async () => {
    expect(await errorsOf(jobs({ orders: '', b: 'needs: [order, t-z, orders]', t: 'for-each: {x: {}}' }))).toEqual([
      'jobs.yml:4:29 jobs.b.needs.0 [manifest-needs] there is no job `order`; did you mean `orders`?',
      'jobs.yml:4:36 jobs.b.needs.1 [manifest-needs] there is no job `t-z`; did you mean `t-x`?',
    ]);
  });

  it('does not blame a job that is declared but wrong', async () => {
    expect(await errorsOf(jobs({ a: 'needs: [b]', b: 'sink: none' }))).toEqual([
      'jobs.yml:4:27 jobs.b.sink [manifest-value] expected one of append, transactional, idempotent, got the text "none"',
    ]);
  });

  it('tells a circle and an unknown name also where the jobs have other faults', async () => {
    expect(await errorsOf(jobs({ a: 'needs: [b, c]', b: 'needs: [a], sink: none' }))).toEqual([
      'jobs.yml:3:21 jobs.a.needs [manifest-cycle] jobs need each other: a → b → a',
      'jobs.yml:3:32 jobs.a.needs.1 [manifest-needs] there is no job `c`; known here: a, b',
      'jobs.yml:4:39 jobs.b.sink [manifest-value] expected one of append, transactional, idempotent, got the text "none"',
    ]);
  });

  it.each([
    ['itself', { a: 'needs: [a]' }, ['3:21 jobs.a.needs', 'a → a']],
    ['two', { a: 'needs: [b]', b: 'needs: [a]' }, ['3:21 jobs.a.needs', 'a → b → a']],
    [
      'three, beside a job that only leads there',
      { z: 'needs: [a]', a: 'needs: [b]', b: 'needs: [c]', c: 'needs: [a]' },
      ['4:21 jobs.a.needs', 'a → b → c → a'],
    ],
    ['its own instances', { t: 'for-each: {x: {}, y: {}}, needs: [t]' }, ['3:47 jobs.t.needs', 't-x → t-x']],
    [
      'a for-each',
      { a: 'needs: [t]', t: 'for-each: {x: {}, y: {}}, needs: [a]' },
      ['3:21 jobs.a.needs', 'a → t-x → a'],
    ],
  ])('refuses a circle through %s and prints it', async (_, lines, [place, circle]) => {
    expect(await errorsOf(jobs(lines))).toEqual([`jobs.yml:${place} [manifest-cycle] jobs need each other: ${circle}`]);
  });

  it('refuses every circle', async () => {
    const errors = await errorsOf(jobs({ a: 'needs: [b]', b: 'needs: [a]', c: 'needs: [d]', d: 'needs: [c, a]' }));
    expect(errors).toEqual([
      'jobs.yml:3:21 jobs.a.needs [manifest-cycle] jobs need each other: a → b → a',
      'jobs.yml:5:21 jobs.c.needs [manifest-cycle] jobs need each other: c → d → c',
    ]);
  });

  it('takes long chains and diamonds', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`j${i}`, i === 0 ? '' : `needs: [j${i - 1}, j0]`]),
    );
    expect(await errorsOf(jobs(Object.fromEntries(Object.entries(chain).reverse())))).toEqual([]);
  });
});

describe('was', () => {
  it('hands the history of an old job over', async () => {
    const manifest = await manifestOf(jobs({ a: 'was: old', t: 'for-each: {x: {}}, was: "u-${each.key}"' }));
    expect(manifest.jobs.map((job) => job.was)).toEqual(['old', 'u-x']);
  });

  it.each([
    [
      'a job that is still there',
      { a: '', b: 'was: a' },
      '4:21 jobs.b.was',
      'job `a` is still declared, so its run can not be handed over',
    ],
    ['itself', { a: 'was: a' }, '3:21 jobs.a.was', 'job `a` is still declared, so its run can not be handed over'],
    [
      'a job that another one takes',
      { a: 'was: old', b: 'was: old' },
      '4:21 jobs.b.was',
      'job `a` already takes over `old`',
    ],
    [
      'one job for all instances',
      { t: 'for-each: {x: {}, y: {}}, was: old' },
      '3:47 jobs.t.was',
      't-y: job `t-x` already takes over `old`',
    ],
  ])('refuses %s', async (_, lines, place, message) => {
    expect(await errorsOf(jobs(lines))).toEqual([`jobs.yml:${place} [manifest-was] ${message}`]);
  });
});
