import { describe, expect, it } from '@jest/globals';
import type { StrategyName } from '../../src/model/job.js';
import type { Run } from '../../src/model/run.js';
import { decide } from '../../src/rollout/decide.js';
import type { Decision, Own } from '../../src/rollout/decision.js';
import { fresh, old, ownOf, recordOf, sightOf } from './kit.js';
import { any, drain, restart, savepoint, scaling } from './table/gap.js';
import { create, inFlight, inPlace, stop } from './table/others.js';
import { parallel } from './table/parallel.js';
import { no, type Rows, stranger, strayOf } from './table/row.js';

const tables: readonly (readonly [StrategyName, Rows])[] = [
  ['restart', { ...any, ...restart, ...scaling }],
  ['savepoint-upgrade', savepoint],
  ['in-place-update', inPlace],
  ['drain-and-resubmit', drain],
  ['parallel', parallel],
  ['create', create],
  ['in-flight-update', inFlight],
  ['stop', stop],
];

describe.each(tables)('%s', (strategy, rows) => {
  it.each(Object.entries(rows))('%s', (_, row) => {
    const record = recordOf(strategy, row.record);
    expect(line(decide(record, sightOf(record, ...row.runs), ownOf(row.own)))).toBe(row.does);
  });
});

/** The first rows come before all others, whatever the strategy. */
describe.each(['in-place-update', 'drain-and-resubmit', 'parallel', 'in-flight-update', 'stop'] as const)(
  '%s',
  (strategy) => {
    const record = recordOf(strategy);
    const decided = (more: Partial<Own>, ...runs: Run[]) => line(decide(record, sightOf(record, ...runs), ownOf(more)));

    it('stops a stray and refuses a stranger before it does anything else', () => {
      expect(decided({}, old(), strayOf())).toBe('call stop-stray stray');
      expect(decided({}, old(), stranger)).toBe('close refused unexpected-run');
      expect(decided(no('stop-stray'), old(), strayOf())).toBe('close stuck engine-no');
    });

    it('waits for its own run that is on its way out', () => {
      expect(decided({}, old(strategy === 'parallel' ? 'running' : 'replaced'), fresh('stopping'))).toBe('wait');
    });
  },
);

function line(decision: Decision): string {
  switch (decision.do) {
    case 'call':
      return ['call', decision.step, decision.on?.id].filter(Boolean).join(' ');
    case 'close': {
      const trailing = decision.trailing.map(({ id }) => `trailing ${id}`);
      return ['close', decision.outcome, decision.cause?.code, ...trailing].filter(Boolean).join(' ');
    }
    case 'verify':
    case 'write-ready':
    case 'write-predecessor':
      return `${decision.do} ${decision.run.id}`;
    case 'write-undo':
      return `write-undo ${decision.cause.code}`;
    default:
      return decision.do;
  }
}
