import { describe, expect, it } from '@jest/globals';
import { retryAfterSeconds } from '../../src/model/retry-after.js';

const now = Date.parse('2026-11-22T12:00:00Z');

describe('retry-after', () => {
  it.each([
    ['seconds', '90', null, 90],
    ['parts of a second', '0.5', null, 0.5],
    ['none', '0', null, 0],
    ['a date, by the clock of the answer', 'Sun, 22 Nov 2026 10:01:30 GMT', 'Sun, 22 Nov 2026 10:00:00 GMT', 90],
    ['a date, without a clock of the answer', 'Sun, 22 Nov 2026 12:00:20 GMT', null, 20],
    ['a date that is over', 'Sun, 22 Nov 2026 11:00:00 GMT', null, 0],
    ['more than an hour', '86400', null, 3600],
    ['words', 'soon', null, null],
    ['a negative number', '-1', null, 0],
    ['nothing', '', null, null],
    ['no header', null, null, null],
  ])('%s', (_, header, date, seconds) => {
    expect(retryAfterSeconds(header, date, now)).toBe(seconds);
  });
});
