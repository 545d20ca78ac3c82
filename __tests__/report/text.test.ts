import { describe, expect, it } from '@jest/globals';
import { harmless } from '../../src/report/harmless.js';
import { fitted } from '../../src/report/parts.js';
import { terminalText } from '../../src/report/terminal-text.js';
import { cellCode, code, cut, html, link, nextText, plain, seconds, withNext } from '../../src/report/text.js';

describe('plain text in Markdown', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['a & b', 'a &amp; b'],
    ['[click](http://evil.example)', '\\[click\\](http://evil.example)'],
    ['![x](http://evil.example/p.png)', '\\!\\[x\\](http://evil.example/p.png)'],
    ['**bold** _it_ ~~gone~~ `code`', '\\*\\*bold\\*\\* \\_it\\_ \\~\\~gone\\~\\~ \\`code\\`'],
    ['\\`still code`', '\\\\\\`still code\\`'],
    ['a | b', 'a \\| b'],
    ['$x^2$', '\\$x^2\\$'],
    ['@team look at #12', '@\u200bteam look at #\u200b12'],
    ['# heading', '\\# heading'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['one\n\n# two\r\n| three', 'one # two \\| three'],
    ['bell\u0007 and \u001b[31mred', 'bell and \\[31mred'],
  ])('%j', (given, expected) => {
    expect(plain(given)).toBe(expected);
  });
});

describe('other texts', () => {
  it('HTML between tags keeps its signs, without a tag', () => {
    expect(html('orders_enrich <b> & "x" @all')).toBe('orders_enrich &lt;b&gt; &amp; &quot;x&quot; @\u200ball');
  });

  it.each([
    ['plain', '`plain`'],
    ['a`b', '`` a`b ``'],
    ['``', '``` `` ```'],
    ['two\nlines', '`two lines`'],
    ['', '–'],
  ])('code of %j', (given, expected) => {
    expect(code(given)).toBe(expected);
  });

  it('a bar in a cell does not end it', () => {
    expect(cellCode('a|b')).toBe('`a\\|b`');
  });

  it.each([
    ['https://console.example.com/run(1)?a=b|c', '[`run`](https://console.example.com/run%281%29?a=b%7Cc)'],
    ['https://x.example/"><script>', '[`run`](https://x.example/%22%3E%3Cscript%3E)'],
    ['javascript:alert(1)', '`run`'],
    [null, '`run`'],
  ])('a link to %j', (url, expected) => {
    expect(link('run', url)).toBe(expected);
  });

  it('a cut text is never longer and never ends in half a character', () => {
    for (let most = 14; most < 40; most += 1) {
      const text = cut('😀'.repeat(50), most);
      expect(text.length).toBeLessThanOrEqual(most);
      expect(Buffer.from(text).toString()).toBe(text);
      expect(text).toMatch(/… \(shortened\)$/);
    }
    expect(cut('short', 5)).toBe('short');
  });

  it.each([
    [0, '0 s'],
    [99.4, '99 s'],
    [100, '1 min 40 s'],
    [180, '3 min'],
    [3600, '1 h'],
    [7830, '2 h 10 min'],
    [null, 'not known'],
  ])('%p seconds', (value, expected) => {
    expect(seconds(value)).toBe(expected);
  });

  it('a next command can be copied', () => {
    expect(nextText('stream-rollout resume --jobs a_b')).toBe('`stream-rollout resume --jobs a_b`');
    expect(nextText('wait for it, or: stream-rollout apply --take-over')).toBe(
      'wait for it, or: `stream-rollout apply --take-over`',
    );
    expect(nextText('Use `stop_it`.')).toBe('Use \\`stop\\_it\\`.');
    expect(withNext('It failed', 'Look.')).toBe('It failed. Next: Look.');
    expect(withNext('It failed.', null)).toBe('It failed.');
  });
});

describe('parts that do not fit', () => {
  const part = (text: string) => ({ text, about: text.slice(0, 3) });

  it('are left out whole; smaller ones behind them still come', () => {
    const text = fitted([part('one'), part('two'.repeat(500)), part('six')], 400);
    expect(text).toBe('one\n\nsix\n\nLeft out for want of room: 1 part. The report file has everything.');
  });

  it('are counted in bytes', () => {
    expect(fitted([part('日'.repeat(100)), part('b')], 500)).toMatch(/^b\n\nLeft out/);
    expect(fitted([part('a'.repeat(100)), part('b')], 500)).toBe(`${'a'.repeat(100)}\n\nb`);
  });
});

describe('lines of a log', () => {
  it.each([
    ['##[error]x', '#\u200b#[error]x'],
    ['mid ##[add-mask]x', 'mid #\u200b#[add-mask]x'],
    ['::set-env name=A::b', ':\u200b:set-env name=A::b'],
    ['one\n  ::stop-commands::x', 'one\n  :\u200b:stop-commands::x'],
    ['a::b', 'a::b'],
  ])('%j is no command', (given, expected) => {
    expect(harmless(given)).toBe(expected);
  });

  it('a terminal keeps colours and gets no other control sequence', () => {
    expect(terminalText('\u001b[31mred\u001b[0m\ttab\r\nline')).toBe('\u001b[31mred\u001b[0m\ttab\nline');
    expect(terminalText('\u001b]0;title\u0007 \u001b[2J \u009b1m \r')).toBe(
      '\ufffd]0;title\ufffd \ufffd[2J \ufffd1m \ufffd',
    );
  });
});
