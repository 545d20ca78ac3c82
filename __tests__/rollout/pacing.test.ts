import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/model/clock.js';
import { pacingOf } from '../../src/rollout/pacing.js';

/** A clock that is moved by hand; waits end when their time has come. */
function handClock() {
  let now = 0;
  const waits: { at: number; done: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (seconds, signal) =>
      new Promise((resolve) => {
        if (seconds <= 0 || signal?.aborted) return resolve();
        waits.push({ at: now + seconds * 1000, done: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  async function advance(seconds: number): Promise<void> {
    now += seconds * 1000;
    for (const wait of waits.filter(({ at }) => at <= now)) wait.done();
    await settled();
  }
  return { clock, advance };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('writes that may land later', () => {
  it('go out together, a minute after the first', async () => {
    const { clock, advance } = handClock();
    const pacing = pacingOf(clock, 500, new AbortController().signal);
    const written: number[] = [];
    pacing.soon(() => written.push(1));
    await advance(40);
    pacing.soon(() => written.push(2));
    await advance(19);
    expect(written).toEqual([]);
    await advance(1);
    expect(written).toEqual([1, 2]);
    pacing.soon(() => written.push(3));
    await advance(59);
    expect(written).toEqual([1, 2]);
    await advance(1);
    expect(written).toEqual([1, 2, 3]);
  });

  it('go out at once when the process is cancelled, and not at all after the end', async () => {
    const { clock } = handClock();
    const cancel = new AbortController();
    const pacing = pacingOf(clock, 500, cancel.signal);
    const written: number[] = [];
    pacing.soon(() => written.push(1));
    cancel.abort();
    await settled();
    expect(written).toEqual([1]);

    const other = pacingOf(clock, 500, new AbortController().signal);
    other.soon(() => written.push(2));
    other.end();
    await settled();
    expect(written).toEqual([1]);
  });
});

describe('turns', () => {
  async function turnsTaken(jobs: number, apartSeconds: number): Promise<number[]> {
    const { clock, advance } = handClock();
    const pacing = pacingOf(clock, jobs, new AbortController().signal);
    const at: number[] = [];
    const take = () => void pacing.turn().then(() => at.push(clock.now() / 1000));
    take();
    await settled();
    for (let second = 1; second <= 25; second += 1) {
      if (second <= 3) take();
      await advance(apartSeconds);
    }
    return at;
  }

  it('of a large fleet come ten seconds after the first, all that wait at once', async () => {
    expect(await turnsTaken(500, 1)).toEqual([10, 10, 10, 10]);
  });

  it('of a small fleet wait for less than a second', async () => {
    expect(await turnsTaken(5, 1)).toEqual([1, 1, 2, 3]);
  });

  it('of one job come as they are asked for', async () => {
    expect(await turnsTaken(1, 1)).toEqual([0, 1, 2, 3]);
  });

  it('of fifty jobs are no more than a git host wants in a minute', async () => {
    expect(await turnsTaken(50, 1)).toEqual([10, 10, 10, 10]);
  });

  it('are given at once when the process is cancelled', async () => {
    const { clock } = handClock();
    const cancel = new AbortController();
    const pacing = pacingOf(clock, 500, cancel.signal);
    const waiting = pacing.turn();
    cancel.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(pacing.turn()).resolves.toBeUndefined();
  });
});
