import { describe, expect, it } from '@jest/globals';
import { answered } from '../../src/rollout/answered.js';

const never = () => new Promise<string>(() => undefined);
const later = (text: string) => new Promise<string>((resolve) => setTimeout(() => resolve(text), 20));

describe('what is under way when the process is cancelled', () => {
  it('is waited for as long as it takes while nothing is cancelled', async () => {
    expect(await answered(later('done'), new AbortController().signal, 1)).toBe('done');
    const failing = Promise.reject(new Error('no such job'));
    await expect(answered(failing, new AbortController().signal, 1)).rejects.toThrow('no such job');
  });

  it('is given a while, and then up', async () => {
    const cancel = new AbortController();
    const call = answered(never(), cancel.signal, 30);
    cancel.abort();
    await expect(call).rejects.toThrow('the process was cancelled before the answer came');
    await expect(answered(never(), cancel.signal, 1)).rejects.toThrow('the process was cancelled');
    expect(await answered(later('in time'), cancel.signal, 60_000)).toBe('in time');
  });
});
