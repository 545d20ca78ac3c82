import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { masked, readResults, refuseSecrets } from '../../src/artifacts/results.js';

describe('results of a build', () => {
  it.each([
    ['', {}],
    ['a=1\n\nB_2=x=y<<z\n', { a: '1', B_2: 'x=y<<z' }],
    ['a=1\r\nb=2\r\n', { a: '1', b: '2' }],
    ['a=\n', { a: '' }],
    ['a= spaces stay \n', { a: ' spaces stay ' }],
    ['a=1\na=2\n', { a: '2' }],
    ['a<<END\nline 1\nb=not a result\n\nEND\nc=3', { a: 'line 1\nb=not a result\n', c: '3' }],
    ['a<<E\nE\n', { a: '' }],
  ])('%j', (text, wanted) => {
    expect(readResults('orders', text)).toEqual(wanted);
  });

  it.each([
    ['nonsense secret', 1],
    ['a=1\n2b=x', 2],
    ['a b=1', 1],
    ['=1', 1],
    ['a<<END\nno end', 1],
    ['a<<\n\n', 1],
  ])('malformed: %j', (text, line) => {
    expect(() => readResults('orders', text)).toThrow(
      expect.objectContaining({
        code: 'build-result-malformed',
        message: expect.stringMatching(new RegExp(`^orders: line ${line} (?!.*secret)`)),
      }),
    );
  });

  it('are bounded', () => {
    expect(() => readResults('orders', `a=${'x'.repeat(64 * 1024)}`)).toThrow(
      expect.objectContaining({ code: 'build-results-too-large' }),
    );
  });

  it('come back as they were written', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
    const value = fc
      .string({ maxLength: 40 })
      .filter((text) => !/[\r]/.test(text) && !text.split('\n').includes('DELIMITER'));
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }), (values) => {
        const text = Object.entries(values)
          .map(([key, content]) => `${key}<<DELIMITER\n${content}\nDELIMITER\n`)
          .join('');
        expect(readResults('orders', text)).toEqual(values);
      }),
    );
  });
});

describe('secrets', () => {
  it('are refused in results and masked in texts, unless they are too short to be told from words', () => {
    expect(() => refuseSecrets('orders', { a: 'x canary y' }, ['canary'])).toThrow(
      expect.objectContaining({ code: 'build-result-secret' }),
    );
    expect(() => refuseSecrets('orders', { a: 'x abc y' }, ['abc', ''])).not.toThrow();
    expect(masked('canary-long canary a', ['canary', 'canary-long', 'a'])).toBe('*** *** a');
  });
});
