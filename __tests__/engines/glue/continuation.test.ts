import { expect, it } from '@jest/globals';
import { chain, nextRestart, tailOf } from '../../../src/engines/glue/continuation.js';

it.each([
  ['a plain run continues none', ['jr_a'], []],
  ['a maintenance restart', ['jr_a_restart_1', 'jr_a'], [['jr_a_restart_1', 'jr_a']]],
  [
    'ten restarts are ordered by number',
    ['jr_a_restart_10', 'jr_a_restart_9'],
    [
      ['jr_a_restart_10', 'jr_a_restart_9'],
      ['jr_a_restart_9', 'jr_a'],
    ],
  ],
  [
    'a retry continues the last restart before it',
    ['jr_a', 'jr_a_restart_1', 'jr_a_attempt_1'],
    [
      ['jr_a_attempt_1', 'jr_a_restart_1'],
      ['jr_a_restart_1', 'jr_a'],
    ],
  ],
  [
    'a restart of a retry',
    ['jr_a', 'jr_a_attempt_1', 'jr_a_attempt_1_restart_1'],
    [
      ['jr_a_attempt_1', 'jr_a'],
      ['jr_a_attempt_1_restart_1', 'jr_a_attempt_1'],
    ],
  ],
  ['a link that fell out of the history is bridged', ['jr_a', 'jr_a_restart_5'], [['jr_a_restart_5', 'jr_a']]],
  ['a forgotten base is still named', ['jr_a_restart_5'], [['jr_a_restart_5', 'jr_a']]],
  ['runs of other starts are strangers', ['jr_a', 'jr_ab_restart_1', 'jr_b'], [['jr_ab_restart_1', 'jr_ab']]],
])('%s', (_, ids, links) => {
  expect([...chain(ids as string[]).continues].sort()).toEqual(([...links] as [string, string][]).sort());
});

it('follows a chain to its end', () => {
  const { replacedBy } = chain(['jr_a', 'jr_a_restart_2', 'jr_a_restart_1', 'jr_b']);
  expect(tailOf('jr_a', replacedBy)).toBe('jr_a_restart_2');
  expect(tailOf('jr_b', replacedBy)).toBe('jr_b');
});

it.each([
  ['jr_a', 'jr_a_restart_1'],
  ['jr_a_restart_9', 'jr_a_restart_10'],
  ['jr_a_attempt_1', 'jr_a_attempt_1_restart_1'],
])('the next restart of %s is %s', (id, next) => {
  expect(nextRestart(id)).toBe(next);
});
