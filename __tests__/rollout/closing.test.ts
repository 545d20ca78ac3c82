import { describe, expect, it } from '@jest/globals';
import { closing } from '../../src/rollout/closing.js';
import type { Decision } from '../../src/rollout/decision.js';
import { closeRecord } from '../../src/rollout/records.js';
import { sortRuns } from '../../src/rollout/sight.js';
import { watchOn } from '../../src/rollout/watching.js';
import { fresh, goodOf, isOurs, old, recordOf, runOf, sightOf, stampOf, undone } from './kit.js';

function close(outcome: 'rolled-back' | 'superseded' | 'stuck' | 'failed'): Extract<Decision, { do: 'close' }> {
  return { do: 'close', outcome, cause: { code: 'crash-loop', message: 'it crashed' }, trailing: [] };
}

describe('what is good after a close', () => {
  it('is the old revision with the run that the undo started', () => {
    const record = recordOf('restart');
    const see = sightOf(record, old('stopped'), fresh('failed'), undone());
    for (const outcome of ['rolled-back', 'superseded'] as const)
      expect(closing(record, close(outcome), see, 0).good).toMatchObject({ revision: 'r1-old', runId: 'back' });
  });

  it('never names a run of another revision: one that a stuck rollout left is not good because it stayed', () => {
    const left = runOf('left', { stamp: stampOf('r1-bad', 1, 'start') });
    const record = recordOf('parallel', { predecessor: { run: 'left', stamp: left.stamp, scale: null } });
    const see = sightOf(record, left, fresh('stopped'));
    expect(closing(record, close('rolled-back'), see, 0).good).toEqual(goodOf({ runId: 'old' }));
    const kept = recordOf('parallel');
    expect(closing(kept, close('rolled-back'), sightOf(kept, old(), fresh('stopped')), 0).good?.runId).toBe('old');
  });
});

describe('what is quarantined by a close for a newer commit', () => {
  const closedWith = (more: Parameters<typeof recordOf>[1], ...runs: Parameters<typeof sightOf>[1][]) => {
    const record = recordOf('restart', more);
    return closing(record, close('superseded'), sightOf(record, ...runs), 0).quarantine;
  };

  it('is a revision whose run ended by itself, or failed its verification', () => {
    const undoReason = { code: 'new-run-ended', message: 'it ended' };
    expect(closedWith({ direction: 'undo', undoReason }, old('stopped'), fresh('failed'), undone())).toBe(true);
    const verdict = { n: 2, run: 'new', result: 'fail', code: 'crash-loop', message: 'it crashed' } as const;
    expect(closedWith({ verdict }, old('stopped'), fresh())).toBe(true);
  });

  it('is not one that was cut short', () => {
    const undoReason = { code: 'superseded', message: 'commit abc carries on' };
    expect(closedWith({}, old('stopped'), fresh())).toBe(false);
    expect(closedWith({ direction: 'undo', undoReason }, old('stopped'), fresh('stopped'), undone())).toBe(false);
    const verdict = { n: 1, run: 'new', result: 'fail', code: 'crash-loop', message: 'it crashed' } as const;
    expect(closedWith({ verdict }, old('stopped'), fresh())).toBe(false);
  });
});

describe('what a close keeps of the look', () => {
  it('is what never changes of the runs that the record names, by their ids', () => {
    const record = recordOf('restart');
    const see = sightOf(record, old('stopped'), fresh(), runOf('stranger', { state: 'stopped' }));
    const end = closing(record, { ...close('stuck'), outcome: 'succeeded', cause: null }, see, 0);
    expect(closeRecord(record, end).seen).toEqual([
      { run: 'old', stamp: old().stamp, scale: old().scale, ended: true },
      { run: 'new', stamp: fresh().stamp, scale: fresh().scale, ended: false },
    ]);
  });
});

describe('a bake', () => {
  it('is counted from the answer to the look that saw the run, so that a look that took long shortens nothing', () => {
    const record = recordOf('restart');
    const seen = (from: number, to: number, verifying = record.verifying) => {
      const bound = { ...record, verifying };
      return watchOn(bound, fresh(), sortRuns(bound, [old('stopped'), fresh()], isOurs, from * 1000, to * 1000));
    };
    const first = seen(0, 100);
    expect(first.watch.runningSince).toBe(100_000);
    expect(seen(399, 401, first.watch).verdict).toBeNull();
    expect(seen(400, 401, first.watch).verdict?.result).toBe('pass');
  });
});
