import { describe, expect, it } from '@jest/globals';
import { exitCodeOf, isFailure, type Outcome, outcomes, worstExitCode } from '../../src/model/outcome.js';
import { jobExitCode } from '../../src/model/report.js';

/** Exit codes as they are promised to scripts: where a run is up, and where none is. */
const promised: { readonly [outcome in Outcome]: readonly [up: number, none: number] } = {
  unchanged: [0, 0],
  adopted: [0, 0],
  succeeded: [0, 0],
  quarantined: [0, 0],
  superseded: [0, 0],
  skipped: [0, 0],
  failed: [1, 1],
  'rolled-back': [1, 1],
  stuck: [1, 2],
  refused: [3, 3],
  pending: [5, 5],
  interrupted: [5, 5],
};

it.each(outcomes)('%s has the exit code that is promised', (outcome) => {
  expect([exitCodeOf(outcome, true), exitCodeOf(outcome, false)]).toEqual(promised[outcome]);
});

describe('of several jobs', () => {
  const order = [2, 1, 5, 3, 0];

  it('2 goes before 1, 5, 3 and 0, whatever the order of the jobs', () => {
    for (const [rank, worse] of order.entries()) {
      for (const better of order.slice(rank)) {
        expect(worstExitCode([worse, better, 0])).toBe(worse);
        expect(worstExitCode([0, better, worse])).toBe(worse);
      }
    }
    expect(worstExitCode([])).toBe(0);
  });

  it('a bad manifest goes before all', () => {
    expect(worstExitCode([...order, 4])).toBe(4);
  });
});

it('that nothing runs is claimed of a look only', () => {
  expect(jobExitCode({ outcome: 'stuck', runs: [] })).toBe(2);
  expect(jobExitCode({ outcome: 'stuck', runs: null })).toBe(1);
});

it('what is refused, handed over or left alone does not end a call that fails fast', () => {
  expect(outcomes.filter(isFailure)).toEqual(['failed', 'rolled-back', 'stuck']);
});
