import { expect, it } from '@jest/globals';
import { tellerOn } from '../../src/report/cli-teller.js';

function screen(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: unknown) => written.push(String(text)) > 0 };
}

/** What a terminal shows of what was written. */
function shown(written: readonly string[]): string {
  return written
    .join('')
    .split('\n')
    .map((line) => line.split('\r\u001b[K').at(-1))
    .join('\n');
}

it('lines stay, and the one below them replaces itself', async () => {
  const on = screen(true);
  const teller = tellerOn(on);
  teller.line('a: stop');
  teller.live?.('a: b is starting');
  teller.live?.('a: b is lagging, lag 900 s\n\u001b[2J; a verdict is due in at most 480 s');
  teller.line('a: written');
  expect(shown(on.written)).toBe('a: stop\na: written\na: b is lagging, lag 900 s \ufffd[2J; a verd');
  expect(await teller.group('b', async () => 7)).toBe(7);
  teller.end();
  teller.line('a: done');
  expect(shown(on.written)).toBe('a: stop\na: written\nb\na: done\n');
});

it('a log has no such line', () => {
  const on = screen(false);
  const teller = tellerOn(on);
  teller.live?.('a: b is starting');
  teller.line('a: done');
  teller.end();
  expect(on.written.join('')).toBe('a: done\n');
});
