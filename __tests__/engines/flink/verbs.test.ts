import { afterEach, describe, expect, it } from '@jest/globals';
import type { FlinkSettings } from '../../../emulators/flink/index.js';
import type { Progress, Session } from '../../../src/engines/engine.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { counting, freshStamp, openWorld, type World } from './world.js';

let world: World;
afterEach(() => world.end());

async function running(lines: readonly string[] = counting, settings: Partial<FlinkSettings> = {}): Promise<Run> {
  world = await openWorld(settings);
  return world.started(world.of(lines));
}

const signal = new AbortController().signal;
const directory = 'rollout-1';

function stopped(run: Run, session: Session = world.session): Promise<Progress> {
  const call = { subject: world.subject(), run, directory, signal };
  return world.drive((memo) => session.can.stopWithSnapshot?.({ ...call, memo }) ?? never());
}

function started(target: JsonObject, more: object, session: Session = world.session): Promise<Progress> {
  const call = world.launch(target, more);
  return world.drive((memo) => session.can.start?.({ ...call, memo }) ?? never());
}

function never(): never {
  throw new Error('no such verb');
}

function pathIn(progress: Progress): string {
  if (progress.state !== 'succeeded' || progress.snapshot === null) throw new Error(JSON.stringify(progress));
  return progress.snapshot;
}

async function restoredOf(id: string): Promise<unknown> {
  const answer = (await (await fetch(`${world.url}/jobs/${id}/checkpoints`)).json()) as {
    latest: { restored: JsonObject | null };
  };
  return answer.latest.restored?.['external_path'] ?? null;
}

describe('stop with a savepoint', () => {
  it('goes below the directory of the target, named after the rollout', async () => {
    const run = await running();
    expect(pathIn(await stopped(run))).toContain('/savepoints/rollout-1/savepoint-');
    expect((await world.look(run.id)).state).toBe('stopped');
  });

  it('whose job fails on its way out is finished by a cancel, with the savepoint that was written', async () => {
    const run = await running([...counting, 'stop-fails']);
    const path = pathIn(await stopped(run));
    expect((await world.look(run.id)).engineState).toBe('CANCELED');
    expect(await started(world.of(counting), { predecessor: await world.look(run.id), snapshot: path })).toMatchObject({
      state: 'succeeded',
    });
  });

  it('is found by another process, also when Flink has forgotten its result', async () => {
    const run = await running();
    const path = pathIn(await stopped(run));
    for (const seconds of [0, 400]) {
      world.advance(seconds);
      const other = await world.again();
      expect(pathIn(await stopped(run, other))).toBe(path);
      await other.close?.();
    }
  });

  it('that Flink refuses or cannot finish leaves the run as it was', async () => {
    const run = await running([...counting, 'savepoint-fails "java.io.IOException: no space left"']);
    expect(await stopped(run)).toMatchObject({
      state: 'failed',
      code: 'flink-savepoint-failed',
      message: expect.stringContaining('no space left'),
    });
    expect((await world.look(run.id)).state).toBe('running');
  });

  it('of a run that was cancelled by somebody has no path to tell', async () => {
    const run = await running();
    world.plant({ run: run.id, fate: 'cancel' });
    expect(await stopped(run)).toMatchObject({ state: 'failed', code: 'flink-savepoint-lost' });
  });
});

describe('a start', () => {
  it('takes the id after one that was used up by a submission that failed at once', async () => {
    const run = await running();
    const snapshot = pathIn(await stopped(run));
    const predecessor = await world.look(run.id);
    const bad = await started(world.of([counting[0] ?? '']), { predecessor, snapshot });
    expect(bad).toMatchObject({ state: 'failed', code: 'flink-state-incompatible' });
    const good = await started(world.of(counting), {
      predecessor,
      snapshot,
      stamp: freshStamp({ step: 'undo-start' }),
    });
    expect(good).toMatchObject({ state: 'succeeded' });
    expect(
      (await world.session.look(world.subject())).filter(({ state }) => state !== 'failed' && state !== 'stopped'),
    ).toHaveLength(1);
  });

  it('on the adaptive scheduler tells of the same refusal, which there comes after the answer', async () => {
    world = await openWorld({ scheduler: 'adaptive' });
    const run = await world.started(world.of(counting));
    const snapshot = pathIn(await stopped(run));
    const bad = await started(world.of([counting[0] ?? '']), { predecessor: await world.look(run.id), snapshot });
    expect(bad).toMatchObject({
      state: 'failed',
      code: 'flink-not-restored',
      message: expect.stringContaining('Cannot map checkpoint'),
    });
  });

  it('by two processes at once makes one run', async () => {
    const run = await running();
    const snapshot = pathIn(await stopped(run));
    const predecessor = await world.look(run.id);
    const other = await world.again();
    const target = world.of(counting);
    const both = await Promise.allSettled([
      started(target, { predecessor, snapshot, after: run.id }),
      started(target, { predecessor, snapshot, after: run.id, stamp: freshStamp({ step: 'undo-start' }) }, other),
    ]);
    expect(both.filter((one) => one.status === 'fulfilled' && one.value.state === 'succeeded')).toHaveLength(1);
    expect((await world.session.look(world.subject())).filter(({ state }) => state === 'starting')).toHaveLength(1);
    await other.close?.();
  });

  it('brings the jar again where the cluster has lost it', async () => {
    const run = await running();
    const target = world.of(counting);
    const snapshot = pathIn(await stopped(run));
    const { files } = (await (await fetch(`${world.url}/jars`)).json()) as { files: { id: string }[] };
    for (const { id } of files) await fetch(`${world.url}/jars/${id}`, { method: 'DELETE' });
    expect(await started(target, { predecessor: await world.look(run.id), snapshot })).toMatchObject({
      state: 'succeeded',
    });
  });

  it('goes on from what the last run left: a retained checkpoint, a savepoint by hand, nothing after a drain', async () => {
    const cancelled = await running();
    world.plant({ run: cancelled.id, fate: 'cancel' });
    const target = world.of(counting);
    const second = await world.started(target, { predecessor: await world.look(cancelled.id) });
    expect(await restoredOf(second.id)).toContain(`/${cancelled.id}/chk-`);
    const path = pathIn(await stopped(second));
    const other = await world.again();
    const third = await started(
      target,
      { predecessor: (await other.look(world.subject([second.id]))).find(({ id }) => id === second.id) },
      other,
    );
    if (third.state !== 'succeeded' || third.run === null) throw new Error(JSON.stringify(third));
    expect(await restoredOf(third.run)).toBe(path.replace('file:///', 'file:/'));
    world.advance(30);
    const run = await world.look(third.run);
    const drain = await world.drive(
      (memo) => world.session.can.drain?.({ subject: world.subject(), run, memo, signal }) ?? never(),
    );
    expect(drain).toMatchObject({ state: 'succeeded', snapshot: null });
    const fourth = await world.started(target, { predecessor: await world.look(third.run) });
    expect(await restoredOf(fourth.id)).toBeNull();
    await other.close?.();
  });

  it('drops no state in silence', async () => {
    const run = await running(counting, { retention: 'DELETE_ON_CANCELLATION' });
    world.plant({ run: run.id, fate: 'cancel' });
    const predecessor = await world.look(run.id);
    world.advance(5);
    const target = world.of(counting);
    expect(await started(target, { predecessor })).toMatchObject({
      state: 'failed',
      code: 'flink-checkpoint-not-retained',
    });
    world.plant({ run: run.id, fate: 'forget' });
    expect(await started(target, { predecessor })).toMatchObject({ state: 'failed', code: 'flink-state-not-known' });
  });

  it('keeps the user’s own parameters beside the stamp', async () => {
    world = await openWorld();
    const run = await world.started(
      world.of(counting, { configuration: { 'pipeline.global-job-parameters': '{owner: team a}' } }),
    );
    const config = (await (await fetch(`${world.url}/jobs/${run.id}/config`)).json()) as {
      'execution-config': { 'user-config': JsonObject };
    };
    expect(config['execution-config']['user-config']).toMatchObject({
      owner: 'team a',
      'stream-rollout.step': 'start',
    });
  });

  it('of a program that replaces the parameters is known by its id, and says so', async () => {
    const run = await running([...counting, 'own-parameters']);
    expect(run.stamp).toMatchObject({ step: 'start' });
    expect(world.lines).toEqual([expect.stringContaining('the program replaced the global job parameters')]);
    const messages = (await world.session.messages?.(run)) ?? [];
    expect(messages).toEqual([
      expect.objectContaining({ level: 'warning', text: expect.stringMatching(/^flink-stamp-replaced: /) }),
    ]);
    const other = await world.again();
    const known = [{ run: run.id, stamp: run.stamp, scale: null, ended: false }];
    expect(await other.look({ ...world.subject([run.id]), known })).toMatchObject([{ id: run.id, stamp: run.stamp }]);
    expect(await other.look(world.subject([run.id]))).toMatchObject([{ id: run.id }]);
    await other.close?.();
  });
});

describe('signals', () => {
  const value = async (run: Run, signalName: string) =>
    (await world.session.measure?.(run, signalName, ''))?.at(-1)?.value;

  it('follow the run', async () => {
    const run = await running();
    expect(await value(run, 'checkpoints')).toBeGreaterThanOrEqual(1);
    expect(await value(run, 'restarts')).toBe(0);
    expect(await value(run, 'throughput')).toBeGreaterThan(0);
    expect(await value(run, 'backlog')).toBe(0);
    expect(await value(run, 'backpressure')).toBe(0);
    expect(await value(run, 'lost-state-names')).toBe(0);
    expect(await world.session.measure?.(run, 'no-such-signal', '')).toBeNull();
    world.plant({ run: run.id, fate: 'restart' });
    expect(await value(run, 'restarts')).toBe(1);
  });

  it('of a job without checkpoints are not there', async () => {
    const run = await running([...counting, 'no-checkpoints']);
    for (const name of ['checkpoints', 'failed-checkpoints', 'lost-state-names', 'new-state-names'])
      expect([name, await world.session.measure?.(run, name, '')]).toEqual([name, null]);
  });

  it('count states that are gone and states that began empty', async () => {
    const run = await running();
    const snapshot = pathIn(await stopped(run));
    const target = world.of([
      counting[0] ?? '',
      'operator counter uid=counter keyed=count2:long',
      'operator lines uid=lines',
    ]);
    const next = await world.started(target, { predecessor: await world.look(run.id), snapshot });
    expect([await value(next, 'lost-state-names'), await value(next, 'new-state-names')]).toEqual([0, 1]);
    const path = pathIn(await stopped(next));
    const without = { ...world.of([counting[0] ?? '']), 'allow-non-restored-state': true };
    const last = await world.started(without, { predecessor: await world.look(next.id), snapshot: path });
    expect(await value(last, 'lost-state-names')).toBeGreaterThanOrEqual(1);
  });
});
