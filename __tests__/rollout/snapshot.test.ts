import { describe, expect, it } from '@jest/globals';
import type { JobRecord } from '../../src/model/record.js';
import { closing } from '../../src/rollout/closing.js';
import { decide } from '../../src/rollout/decide.js';
import type { Decision, Own } from '../../src/rollout/decision.js';
import { newSnapshot, oldSnapshot } from '../../src/rollout/snapshot.js';
import { fresh, goodOf, old, ownOf, recordOf, runOf, sightOf, stampOf, undone } from './kit.js';

const wrote = (path: string, run = 'old') =>
  ({ at: '', step: 'stop-with-snapshot', verb: 'snapshot', state: 'succeeded', run, note: path }) as const;
const own: Own = ownOf({ touched: true });
const undoReason = { code: 'crash-loop', message: 'it crashed' };

/** Rollout 2 stopped a run that a rollout closed for a newer commit had left, and nobody verified. */
const unverified = runOf('left', { stamp: stampOf('r1-bad', 1, 'start') });
const afterBad = (more: Partial<JobRecord>) =>
  recordOf('savepoint-upgrade', {
    predecessor: { run: 'left', stamp: unverified.stamp, scale: null },
    journal: [wrote('s3://bad/1', 'left')],
    direction: 'undo',
    undoReason,
    ...more,
  });

function close(outcome: 'superseded' | 'stuck' | 'succeeded' | 'rolled-back'): Extract<Decision, { do: 'close' }> {
  return { do: 'close', outcome, cause: null, trailing: [] };
}

describe('the snapshot that the old revision is started from again', () => {
  it('is what its own run wrote when it was stopped', () => {
    const record = recordOf('savepoint-upgrade', {
      journal: [wrote('s3://old/1')],
      good: goodOf({ snapshot: 's3://old/0' }),
    });
    expect(oldSnapshot(record)).toBe('s3://old/1');
  });

  it('is never what an unverified revision wrote: the older one of its own run, and the report tells of the replay', () => {
    const record = afterBad({ good: goodOf({ snapshot: 's3://old/1' }) });
    expect(oldSnapshot(record)).toBe('s3://old/1');
    const ended = { ...unverified, state: 'stopped' as const };
    expect(decide(record, sightOf(record, ended, fresh('failed')), own)).toMatchObject({
      step: 'undo-start',
      verb: 'start',
    });
    const verdict = { n: 2, run: 'back', verdict: { result: 'pass', message: 'ran' } } as const;
    expect(decide(record, sightOf(record, ended, undone()), { ...own, verdict })).toMatchObject({
      outcome: 'rolled-back',
      cause: {
        message:
          'it crashed; the old revision was started from its own last snapshot s3://old/1, so what came after that is processed again',
      },
    });
  });

  it('where none of its own is known: stuck, and the new run is left', () => {
    const record = afterBad({});
    const ended = { ...unverified, state: 'stopped' as const };
    for (const runs of [
      [ended, fresh()],
      [ended, fresh('failed')],
    ]) {
      expect(decide(record, sightOf(record, ...runs), own)).toMatchObject({
        do: 'close',
        outcome: 'stuck',
        cause: { code: 'snapshot-path-missing' },
      });
    }
  });
});

describe('a snapshot outlives the rollout that had it written', () => {
  const journal = [wrote('s3://old/1')];

  it.each([
    ['savepoint-upgrade', 'superseded', fresh()],
    ['savepoint-upgrade', 'stuck', fresh('failed')],
  ] as const)('%s closed %s', (strategy, outcome, next) => {
    const record = recordOf(strategy, { journal });
    const { good } = closing(record, close(outcome), sightOf(record, old('stopped'), next), 0);
    expect(good).toEqual(goodOf({ snapshot: 's3://old/1' }));
  });

  it('of a job that was stopped as declared: it is started again from there, whatever its revision is then', () => {
    const record = recordOf('stop', { journal });
    const { good } = closing(record, close('succeeded'), sightOf(record, old('stopped')), 0);
    expect(good?.snapshot).toBe('s3://old/1');
    expect(newSnapshot(recordOf('create', { good }))).toBe('s3://old/1');
    expect(newSnapshot(recordOf('restart', { good }))).toBeNull();
  });

  it('but not once a run of the good revision is up again', () => {
    const good = goodOf({ snapshot: 's3://old/0' });
    const back = recordOf('savepoint-upgrade', { journal, good });
    expect(closing(back, close('rolled-back'), sightOf(back, old('stopped'), undone()), 0).good?.snapshot).toBeNull();
    expect(closing(back, close('superseded'), sightOf(back, old()), 0).good?.snapshot).toBeNull();
    expect(closing(back, close('succeeded'), sightOf(back, old('stopped'), fresh()), 0).good?.snapshot).toBeNull();
  });

  it('a rollback of a job that is down goes on from what the own run of that revision wrote', () => {
    const record = recordOf('create', {
      good: goodOf({ snapshot: 's3://old/9' }),
      goods: [goodOf({ revision: 'r1-new', snapshot: 's3://new/1' })],
    });
    const plan = record.plan && { ...record.plan, requestedRollback: true };
    expect(newSnapshot(record)).toBe('s3://old/9');
    expect(newSnapshot({ ...record, plan })).toBe('s3://new/1');
  });
});

describe('a stop with a snapshot', () => {
  it('of a job that is to stay stopped asks for the path before it is closed', () => {
    const record = { ...recordOf('stop') };
    const plan = record.plan && {
      ...record.plan,
      steps: [{ id: 'stop-with-snapshot', verb: 'snapshot' as const, undo: null, final: false }],
    };
    const see = sightOf({ ...record, plan }, old('stopped'));
    expect(decide({ ...record, plan }, see, own)).toMatchObject({ do: 'call', step: 'stop-with-snapshot' });
    expect(decide({ ...record, plan }, see, { ...own, touched: false })).toMatchObject({ outcome: 'succeeded' });
    const told = { ...record, plan, journal: [wrote('s3://old/1')] };
    expect(decide(told, sightOf(told, old('stopped')), own)).toMatchObject({ outcome: 'succeeded' });
  });

  it('that does not end is polled until its time is over, and no longer', () => {
    const record = recordOf('savepoint-upgrade');
    const see = sightOf(record, old('stopping'));
    const polling = { ...own, polling: new Set(['stop-with-snapshot']) };
    expect(decide(record, see, polling)).toMatchObject({ do: 'call', step: 'stop-with-snapshot' });
    expect(decide(record, see, { ...polling, overdue: new Set(['old']) })).toMatchObject({
      outcome: 'stuck',
      cause: { code: 'stop-timeout' },
    });
  });
});
