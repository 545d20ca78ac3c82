import { describe, expect, it } from '@jest/globals';
import type { JobRecord } from '../../src/model/record.js';
import { endFindings } from '../../src/rollout/end-findings.js';
import { fresh, old, recordOf, undone } from './kit.js';

const closed = (outcome: 'rolled-back' | 'succeeded'): Partial<JobRecord> => ({
  closed: { outcome, code: null, message: '', at: '', runs: [] },
});

describe('an old revision that was put back on state that stays in place', () => {
  const runs = [old('stopped'), fresh('failed'), undone()];

  it('is told to go on from what the new run left', () => {
    expect(
      endFindings({ how: 'closed', record: recordOf('restart', closed('rolled-back')), runs, note: null }),
    ).toEqual([
      {
        code: 'state-as-left',
        level: 'notice',
        message:
          'run back of the old revision goes on from the state as run new left it: state that stays in place has no older version',
      },
    ]);
  });

  it.each([
    ['the new run never was', recordOf('restart', closed('rolled-back')), [old('stopped'), undone()]],
    ['nothing was put back', recordOf('restart', closed('rolled-back')), [old(), fresh('failed')]],
    ['it went well', recordOf('restart', closed('succeeded')), runs],
    ['its run wrote a snapshot', recordOf('savepoint-upgrade', closed('rolled-back')), runs],
  ])('says nothing where %s', (_name, record, seen) => {
    expect(endFindings({ how: 'closed', record, runs: seen, note: null })).toEqual([]);
  });
});
