import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Run } from '../../../src/model/run.js';
import { counting, openWorld, type World } from '../../engines/flink/world.js';

let world: World;
beforeEach(async () => {
  world = await openWorld({ startSeconds: 2, refreshSeconds: 3 });
});
afterEach(() => world.end());

const signal = new AbortController().signal;

async function secondsBetween(before: Run, after: Run): Promise<number | null> {
  const told = await world.session.gap?.(before, after);
  return told == null ? null : (Date.parse(told.firstAfter) - Date.parse(told.lastBefore)) / 1000;
}

async function upgraded(old: Run, seconds: number): Promise<Run> {
  const call = { subject: world.subject(), run: old, directory: 'rollout-1', signal };
  const stopped = await world.drive((memo) => world.session.can.stopWithSnapshot?.({ ...call, memo }) ?? never());
  if (stopped.state !== 'succeeded') throw new Error(JSON.stringify(stopped));
  world.advance(seconds);
  return world.started(world.of(counting), { predecessor: await world.look(old.id), snapshot: stopped.snapshot });
}

function never(): never {
  throw new Error('no such verb');
}

it('is from the trigger of the savepoint to the last task that runs, by the cluster’s own times', async () => {
  const old = await world.started(world.of(counting));
  const next = await upgraded(old, 20);
  // 0.5 s of a savepoint and 0.2 s of a stop, 20 s in which nobody did anything, and 2 s until the tasks run.
  expect(await secondsBetween(old, next)).toBeCloseTo(22.7, 0);
});

it('begins with the cancel of a run that was cancelled', async () => {
  const old = await world.started(world.of(counting));
  world.plant({ run: old.id, fate: 'cancel' });
  world.advance(10);
  const next = await world.started(world.of(counting), { predecessor: await world.look(old.id) });
  expect(await secondsBetween(old, next)).toBeCloseTo(12, 0);
});

it('is not told of a run that goes on, of one that has restarted, nor of a rescale', async () => {
  const old = await world.started(world.of(counting));
  expect(await secondsBetween(old, old)).toBeNull();
  const next = await upgraded(old, 5);
  expect(await secondsBetween(next, next)).toBeNull();
  world.plant({ run: next.id, fate: 'restart' });
  world.advance(30);
  expect(await secondsBetween(old, next)).toBeNull();
});

it('is not told once Flink has forgotten one of the two', async () => {
  const old = await world.started(world.of(counting));
  const next = await upgraded(old, 5);
  world.plant({ run: old.id, fate: 'forget' });
  expect(await secondsBetween(old, next)).toBeNull();
});
