import { expect, it } from '@jest/globals';
import { leadOf } from '../../src/model/lead.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const httpDate = (seconds: number) => new Date(now + seconds * 1000).toUTCString();

it.each([
  [600, 600],
  [-600, -600],
  [31, 31],
  [30, 0],
  [-30, 0],
])('a service whose clock is %i s ahead is taken to be %i s ahead', (ahead, taken) => {
  const lead = leadOf(() => now);
  lead.told(httpDate(ahead));
  expect(lead.milliseconds).toBe(taken * 1000);
  const time = '2026-01-01T01:00:00.000Z';
  expect(Date.parse(lead.there(time)) - Date.parse(time)).toBe(taken * 1000);
  expect(lead.here(lead.there(time))).toBe(time);
});

it('the first readable date counts, and none says nothing', () => {
  const lead = leadOf(() => now);
  for (const date of [undefined, null, '', 'soon']) lead.told(date);
  expect(lead.milliseconds).toBe(0);
  lead.told(httpDate(600));
  lead.told(httpDate(900));
  expect(lead.milliseconds).toBe(600_000);
});
