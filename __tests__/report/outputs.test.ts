import { describe, expect, it } from '@jest/globals';
import { matrixOf } from '../../src/report/matrix.js';
import { outputsOf, resultOf } from '../../src/report/outputs.js';
import { changedJob, jobPlan, jobReport, plan, report, succeededJob } from './sample.js';

const none = { plan: null, summary: null, report: null, evidence: null };

function shards(...jobs: Parameters<typeof plan>[0]): string[] {
  return matrixOf(plan(jobs)).include.map((shard) => shard.jobs);
}

describe('the matrix', () => {
  it('holds what the plan touches, one shard for each group', () => {
    expect(
      shards(changedJob('a'), jobPlan('b'), jobPlan('c', { action: 'adopt' }), changedJob('d', { action: 'refuse' })),
    ).toEqual(['a', 'c']);
  });

  it('keeps jobs together that wait for each other, in whatever order the plan has them', () => {
    expect(
      shards(changedJob('a', { needs: ['b'] }), changedJob('x'), changedJob('b', { needs: ['c'] }), changedJob('c')),
    ).toEqual(['a,b,c', 'x']);
    expect(shards(changedJob('a'), changedJob('b'), changedJob('c', { needs: ['a', 'b'] }))).toEqual(['a,b,c']);
  });

  it('a need that is not touched joins nothing', () => {
    expect(shards(jobPlan('a'), changedJob('b', { needs: ['a'] }), changedJob('c', { needs: ['a'] }))).toEqual([
      'b',
      'c',
    ]);
  });

  it('has at most 50 shards of about the same size, with every job exactly once', () => {
    const jobs = Array.from({ length: 777 }, (_, at) => changedJob(`job-${at}`));
    const made = shards(...jobs).map((shard) => shard.split(','));
    expect(made).toHaveLength(50);
    expect(made.flat().sort()).toEqual(jobs.map(({ job }) => job).sort());
    expect(
      Math.max(...made.map((shard) => shard.length)) - Math.min(...made.map((shard) => shard.length)),
    ).toBeLessThanOrEqual(1);
  });

  it('takes a chain of thousands', () => {
    const jobs = Array.from({ length: 5000 }, (_, at) =>
      changedJob(`job-${at}`, { needs: at === 0 ? [] : [`job-${at - 1}`] }),
    );
    expect(matrixOf(plan(jobs)).include).toHaveLength(1);
  });
});

describe('outputs', () => {
  it('of a rollout', () => {
    const jobs = [
      succeededJob('a'),
      jobReport('b', { outcome: 'adopted' }),
      jobReport('c', { outcome: 'failed' }),
      jobReport('d', { outcome: 'rolled-back' }),
      jobReport('e', { outcome: 'stuck' }),
      jobReport('f'),
    ];
    const { values, tooLong } = outputsOf(plan([changedJob('a'), jobPlan('f')]), report(jobs), true, none);
    expect(tooLong).toEqual([]);
    expect(values).toMatchObject({
      'changed-jobs': '["a"]',
      'succeeded-jobs': '["a","b"]',
      'failed-jobs': '["c","e"]',
      'rolled-back-jobs': '["d"]',
      'unchanged-jobs': '["f"]',
      'any-changed': 'true',
      'plan-hash': '0123456789abcdef',
      result: 'failed',
    });
  });

  it('of a plan', () => {
    const { values } = outputsOf(plan([jobPlan('a'), jobPlan('b', { action: 'adopt' })]), null, true, none);
    expect(values).toMatchObject({
      'changed-jobs': '[]',
      'unchanged-jobs': '["a"]',
      'any-changed': 'false',
      'rolls-out': 'true',
      result: 'unchanged',
      matrix: '{"include":[{"shard":0,"jobs":"b"}]}',
    });
  });

  it('a list that GitHub would not take is left empty, so that nobody takes a part for the whole', () => {
    const jobs = Array.from({ length: 5000 }, (_, at) => changedJob(`${'j'.repeat(90)}-${at}`));
    const { values, tooLong } = outputsOf(plan(jobs), null, true, none);
    expect(tooLong).toEqual(['matrix', 'changed-jobs']);
    expect(values['matrix']).toBe('');
    expect(values['any-changed']).toBe('true');
    expect(Object.values(values).join('').length * 2).toBeLessThan(1_000_000);
  });

  it.each([
    [['succeeded', 'failed', 'stuck'], 'stuck'],
    [['refused', 'pending'], 'pending'],
    [['unchanged', 'adopted'], 'adopted'],
    [['unchanged'], 'unchanged'],
  ] as const)('the result of %j is %s', (outcomes, expected) => {
    const jobs = outcomes.map((outcome, at) => jobReport(`job-${at}`, { outcome, runs: [] }));
    expect(resultOf(null, report(jobs))).toBe(expected);
  });

  it.each([
    [plan([changedJob('a')]), 'planned'],
    [plan([changedJob('a', { action: 'refuse' })]), 'refused'],
    [plan([jobPlan('a')]), 'unchanged'],
  ])('the result of a plan', (planned, expected) => {
    expect(resultOf(planned, null)).toBe(expected);
  });
});
