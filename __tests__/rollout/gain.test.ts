import { describe, expect, it } from '@jest/globals';
import { rolloutIdOf } from '../../src/artifacts/digest.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { AttemptState } from '../../src/rollout/holder.js';
import { environment, name, revisionAt } from './model/scenario.js';
import type { Schedule } from './model/schedule.js';
import { epoch } from './model/sim.js';
import { applies, plain, solo } from './model/solo.js';
import { theatre } from './model/theatre.js';

/** An apply that was killed in the gap: the old run has drained, and no new one was started. */
async function killedInGap(more: Partial<Schedule>) {
  for (let event = 10; event < 80; event += 1) {
    const stage = theatre(more);
    await stage.call(applies, 0, { faults: [{ kind: 'crash', actor: 0, event }] });
    if (stage.sent.map((call) => call.verb).join() === 'drain') return stage;
  }
  throw new Error('it is never killed there');
}

/** Seconds from the beginning of `resume` to the start of the new run. */
async function startsAfter(more: Partial<Schedule>, attemptState: AttemptState = async () => 'completed') {
  const stage = await killedInGap(more);
  const { beganAt, reports } = await stage.call({ ...applies, does: 'resume' }, 1, { attemptState });
  const start = stage.sent.find((call) => call.verb === 'start');
  expect([reports[0]?.outcome, stage.engine.runs.length]).toEqual(['succeeded', 2]);
  return ((start?.at ?? 0) - beganAt) / 1000;
}

describe('a job that stands between stop and start when it is taken over', () => {
  const workflow = { holders: 'workflow' } as const;

  it('is started at once where the id of the run follows from its predecessor', async () => {
    expect(await startsAfter({ ...workflow, fence: 'F1' })).toBeLessThan(8);
  });

  it.each(['F2', 'F3', 'F4'] as const)(
    'waits for the longest call and the longest list lag where it is fenced by %s and the holder is known to be dead',
    async (fence) => {
      const seconds = await startsAfter({ ...workflow, fence });
      expect([seconds >= 20, seconds < 30]).toEqual([true, true]);
    },
  );

  it('waits for the age of a head check too where only the lease tells that the holder is gone', async () => {
    const seconds = await startsAfter({ ...workflow, fence: 'F4' }, async () => 'unknown');
    expect([seconds >= 35, seconds < 45]).toEqual([true, true]);
  });
});

describe('a start in a gap while the ledger cannot be read', () => {
  const down =
    (from: number, to: number) =>
    (real: Ledger, { clock }: { clock: { now(): number } }): Ledger => {
      const isDown = () => clock.now() > epoch + from * 1000 && clock.now() < epoch + to * 1000;
      const unless =
        <A extends readonly unknown[], T>(act: (...asked: A) => Promise<T>) =>
        async (...asked: A) => {
          if (isDown()) throw new Error('unreachable');
          return await act(...asked);
        };
      return { ...real, read: unless(real.read), write: unless(real.write) };
    };

  it('goes on after a minute where the id of the run makes it harmless, and the close waits for the ledger', async () => {
    const { calls, reports, record } = await solo({ fence: 'F1' }, down(5, 900));
    expect(calls.map((call) => call.verb)).toEqual(['drain', 'start']);
    expect(calls[1]?.at ?? 0).toBeGreaterThan(60);
    expect(calls[1]?.at ?? 0).toBeLessThan(200);
    expect([reports[0]?.outcome, record?.closed?.outcome]).toEqual(['succeeded', 'succeeded']);
  });

  it.each(['F2', 'F3', 'F4'] as const)('waits behind %s', async (fence) => {
    const { calls } = await solo({ fence }, down(5, 900));
    expect(calls[1]?.at ?? 0).toBeGreaterThan(900);
  });
});

describe('the look after the close of a rollout that was taken over', () => {
  it('finds the run of a call that took effect meanwhile, and tells it with the next command', async () => {
    const stage = await killedInGap({});
    const revision = revisionAt(plain, 2);
    const stamp = {
      revision,
      rollout: rolloutIdOf(name, 'orders', environment, revision, 2),
      n: 2,
      step: 'start',
      commit: null,
      predecessor: 'run-1',
      slot: null,
    };
    const bend = (real: Ledger): Ledger => ({
      ...real,
      async write(record, expected, message) {
        const swap = await real.write(record, expected, message);
        if (record.closed !== null) {
          const late = stage.engine.launch({ name: 'orders', code: 2, gate: 'good' }, stamp, 'late');
          // Lists may be late; a get by its id is not.
          Object.assign(late, { listedAt: 0 });
          stage.engine.become(late, 'running');
        }
        return swap;
      },
    });
    const { reports } = await stage.call({ ...applies, does: 'resume' }, 1, { bend });
    expect(reports[0]?.outcome).toBe('succeeded');
    expect(reports[0]?.findings).toEqual([
      {
        code: 'run-after-close',
        level: 'warning',
        message:
          'run run-3 (orders, RUNNING) came up while the rollout was being closed, by a late call of an earlier process',
        next: 'stream-rollout apply --environment production --jobs orders --force',
      },
    ]);
    expect(reports[0]?.message).toContain('run run-3 of orders is running');
  });
});
