import { describe, expect, it } from '@jest/globals';
import { newerCommit, resumedAt } from './model/theatre.js';

const stopped = { scenario: 'overlap', gates: { 2: 'batch', 3: 'good' } } as const;

describe('an undone overlap', () => {
  it('stays open while the timer of the service may still drain the old run, with the time in the message', async () => {
    const { first } = await resumedAt(stopped, []);
    expect([first?.outcome, first?.code, first?.runAfter]).toEqual(['pending', 'backstop-pending', 'run-1']);
    expect(first?.message).toMatch(
      /^The rollout failed and was undone\. The service's own timer may still drain the old run: `resume` looks once more after 2026-01-01T\S+Z and closes the rollout\. .*run-2.*\. Now: run run-1 of orders is running\.$/,
    );
    expect(first?.next).toBe('stream-rollout resume --environment production --jobs orders');
  });

  it('is not even taken over before that time: a look, and no write', async () => {
    const { later, writes } = await resumedAt(stopped, [1800]);
    expect([later[0]?.outcome, later[0]?.code]).toEqual(['pending', 'backstop-pending']);
    expect(writes[0]).toBe(0);
  });

  it('is closed as rolled back by the first look after it, and the revision is quarantined', async () => {
    const { later, record } = await resumedAt(stopped, [1800, 4600]);
    expect(later.map((report) => report?.outcome)).toEqual(['pending', 'rolled-back']);
    expect(later[1]?.message).toContain('Now: run run-1 of orders is running.');
    expect(record?.quarantined.map((entry) => entry.revision)).toEqual([record?.revision]);
  });

  it('is stuck if the service did drain the old run, as soon as somebody looks', async () => {
    const { later } = await resumedAt(stopped, [900], 600);
    expect([later[0]?.outcome, later[0]?.code]).toEqual(['stuck', 'failed-past-return']);
    expect(later[0]?.message).toContain('Nothing runs now.');
  });

  it('does not keep a newer commit waiting, which still leaves the failed revision quarantined', async () => {
    const { record, outcomes } = await newerCommit(stopped);
    expect(outcomes).toEqual(['pending', 'succeeded']);
    expect(record?.n).toBe(3);
    expect(record?.quarantined).toHaveLength(1);
    expect(record?.quarantined[0]?.reason).toContain('batch');
  });
});
