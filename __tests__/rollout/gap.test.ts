import { describe, expect, it } from '@jest/globals';
import type { ToldGap } from '../../src/engines/engine.js';
import type { StrategyName } from '../../src/model/job.js';
import type { JobRecord } from '../../src/model/record.js';
import type { Run } from '../../src/model/run.js';
import { gapBy, gapSeconds, observeGap, toldGap } from '../../src/rollout/gap.js';
import type { Sight } from '../../src/rollout/sight.js';

const [old, fresh, undone] = ['old', 'new', 'undo'].map((id) => ({ id, state: 'running' }) as Run);
const looks = { lastBefore: '2026-01-01T00:00:00.000Z', firstAfter: '2026-01-01T00:00:04.000Z' };
const engines = { lastBefore: '2026-01-01T00:00:01.500Z', firstAfter: '2026-01-01T00:00:01.900Z' };

function recordOf(strategy: StrategyName, gap: JobRecord['gap'] = looks): JobRecord {
  return { plan: { strategy }, gap, predecessor: null } as JobRecord;
}

async function gapOf(record: JobRecord, runs: Partial<Sight>, answer: ToldGap | null) {
  const asked: string[] = [];
  const session = {
    gap: async (one: Run, other: Run) => {
      asked.push(`${one.id} ${other.id}`);
      return answer;
    },
  };
  const gap = await toldGap(session, record, { predecessor: null, fresh: null, undone: null, ...runs });
  const now = { ...record, gap };
  return { asked, seconds: gapSeconds(now), by: gapBy(now) };
}

describe('the gap that an engine tells', () => {
  it('takes the place of what looks know, and no later look widens it', async () => {
    const record = recordOf('savepoint-upgrade');
    const told = await gapOf(record, { predecessor: old ?? null, fresh: fresh ?? null }, engines);
    expect(told).toEqual({ asked: ['old new'], seconds: 0.4, by: 'engine' });
    const gap = { ...engines, by: 'engine' } as const;
    expect(observeGap(gap, { at: 0, answeredAt: 0, predecessor: null, fresh, undone: null } as Sight)).toBe(gap);
  });

  it('is that up to the run that was put back, where there is one', async () => {
    const runs = { predecessor: old ?? null, fresh: fresh ?? null, undone: undone ?? null };
    expect((await gapOf(recordOf('restart'), runs, engines)).asked).toEqual(['old undo']);
  });

  it('leaves the looks where it is not told, and where nothing was replaced nobody is asked', async () => {
    const record = recordOf('savepoint-upgrade');
    const runs = { predecessor: old ?? null, fresh: fresh ?? null };
    expect(await gapOf(record, runs, null)).toEqual({ asked: ['old new'], seconds: 4, by: 'looks' });
    expect((await gapOf(record, { predecessor: old ?? null }, engines)).asked).toEqual([]);
    expect((await gapOf(record, { fresh: fresh ?? null }, engines)).asked).toEqual([]);
  });

  it('of a scale is not known where the engine does not tell it, and none where engines have none', async () => {
    const record = recordOf('in-flight-update');
    const runs = { predecessor: old ?? null };
    expect(await gapOf(record, runs, null)).toEqual({ asked: ['old old'], seconds: null, by: undefined });
    expect(await toldGap({}, record, { predecessor: old ?? null, fresh: null, undone: null })).toBe(looks);
    expect([gapSeconds(record), gapBy(record)]).toEqual([0, undefined]);
  });

  it('is not negative where both ran at a time', async () => {
    const both = { lastBefore: engines.firstAfter, firstAfter: engines.lastBefore };
    const runs = { predecessor: old ?? null, fresh: fresh ?? null };
    expect((await gapOf(recordOf('parallel'), runs, both)).seconds).toBe(0);
  });
});
