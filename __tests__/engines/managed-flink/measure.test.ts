import { afterEach, describe, expect, it } from '@jest/globals';
import { managedFlink } from '../../../src/engines/managed-flink/index.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { launch, onRun, openWorld, target, type World } from './world.js';

let world: World;
afterEach(() => world.end());

const jars = {
  looping: '# emulator: crash-loop',
  stalled: '# emulator: stalled',
  'stalls-later': '# emulator: stalls-after 150',
  kafka: '# emulator: source kafka\n# emulator: stalled',
  unknown: '# emulator: source none\n# emulator: stalled',
};
const jar = (name: keyof typeof jars) => `s3://jars/${name}.jar`;
const open = async (planted: JsonObject = {}) => {
  world = await openWorld({}, planted, jars);
};

/** Samples of the last `minutes`, by their times; null: there is no such signal. */
async function asked(run: Run, signal: string, minutes = 30) {
  const since = new Date(world.now() - minutes * 60_000).toISOString();
  const found = (await world.session.measure?.(run, signal, since)) ?? null;
  return found?.toSorted((a, b) => a.at.localeCompare(b.at)) ?? null;
}
const values = async (run: Run, signal: string) => (await asked(run, signal))?.map(({ value }) => value) ?? null;

/** The run that an update to some code makes, so long after it is running. */
async function updated(code: string, seconds = 600): Promise<Run> {
  const call = launch(await world.run('fraud/1'), { target: { ...target, code } });
  expect(await world.drive(world.session.can.replace, call)).toMatchObject({ state: 'succeeded', run: 'fraud/2' });
  world.wait(30 + seconds);
  return world.run('fraud/2');
}

it('an unknown signal is none', async () => {
  await open();
  expect(await asked(await world.run('fraud/1'), 'temperature')).toBeNull();
});

describe('samples of a run that does its work', () => {
  it('records, lag, watermark, checkpoints, no restarts', async () => {
    await open();
    const run = await world.run('fraud/1');
    expect((await values(run, 'throughput'))?.at(-1)).toBeCloseTo(100, 3);
    expect((await values(run, 'restarts'))?.at(-1)).toBe(0);
    expect((await values(run, 'failed-checkpoints'))?.at(-1)).toBe(0);
    expect((await values(run, 'consumer-lag'))?.at(-1)).toBe(0);
    expect((await values(run, 'downtime'))?.at(-1)).toBe(0);
    expect((await values(run, 'checkpoint-time'))?.at(-1)).toBeCloseTo(0.25, 0);
    expect(Math.max(...((await values(run, 'watermark-age')) ?? []).map(Number))).toBeLessThanOrEqual(60);
    expect(await asked(run, 'records-lag')).toBeNull();
  });

  it('checkpoints are never counted too high', async () => {
    await open();
    const run = await updated('s3://jars/fraud-2.jar', 600);
    const counts = (await asked(run, 'checkpoints', 12)) ?? [];
    const began = Date.parse(run.startedAt ?? '') + 30_000;
    expect(counts.length).toBeGreaterThan(5);
    for (const { at, value } of counts) expect(value).toBeLessThanOrEqual((Date.parse(at) - began) / 60_000);
    expect(counts.at(-1)?.value).toBeGreaterThan(4);
  });

  it('the metrics of Flink 2.2 have other names', async () => {
    await open({ runtime: 'FLINK-2_2', code: jar('looping') });
    const run = await world.run('fraud/1');
    expect((await values(run, 'restarts'))?.at(-1)).toBeGreaterThan(100);
    expect((await values(run, 'uptime'))?.at(-1)).toBe(0);
  });
});

describe('what only the metrics show', () => {
  it('a job that restarts for ever', async () => {
    await open();
    const run = await updated(jar('looping'));
    expect(run.state).toBe('running');
    expect((await values(run, 'restarts'))?.at(-1)).toBeGreaterThan(10);
    expect((await values(run, 'checkpoints'))?.at(-1)).toBe(0);
  });

  it('a job that stalls: no checkpoint, and no record while its source is behind', async () => {
    await open();
    const run = await updated(jar('stalled'));
    expect(new Set(await values(run, 'checkpoints'))).toEqual(new Set([0]));
    const throughput = (await asked(run, 'throughput')) ?? [];
    expect(throughput.length).toBeGreaterThan(4);
    for (const sample of throughput) expect(sample).toMatchObject({ value: 0, idle: false });
  });

  it('the same of a Kafka source', async () => {
    await open({ code: jar('kafka') });
    const run = await world.run('fraud/1');
    expect((await asked(run, 'throughput'))?.at(-1)).toMatchObject({ value: 0, idle: false });
    expect((await values(run, 'records-lag'))?.at(-1)).toBeGreaterThan(100);
  });

  it('no record, and nothing known of the source, is not told as a stall', async () => {
    await open({ code: jar('unknown') });
    const run = await world.run('fraud/1');
    expect((await asked(run, 'throughput'))?.at(-1)).toMatchObject({ value: 0, idle: true });
    expect(await asked(run, 'consumer-lag')).toBeNull();
  });

  it('a job that stalls after its first checkpoints completes no more', async () => {
    await open();
    const run = await updated(jar('stalls-later'), 900);
    expect((await values(run, 'checkpoints'))?.at(-1)).toBe(2);
    expect((await values(run, 'failed-checkpoints'))?.at(-1)).toBe(1);
  });

  it('a source without input is idle, and its job takes checkpoints all the same', async () => {
    await open();
    world.metrics({ workloads: { fraud: { inputPerSecond: 0 } } });
    const run = await updated('s3://jars/fraud-2.jar');
    expect((await asked(run, 'throughput'))?.at(-1)).toMatchObject({ value: 0, idle: true });
    expect((await values(run, 'checkpoints'))?.at(-1)).toBeGreaterThan(4);
  });
});

describe('the samples of one run are never another one’s', () => {
  it('nothing while the update is under way, nor of the minute in which it ends', async () => {
    await open();
    const call = launch(await world.run('fraud/1'));
    await world.drive(world.session.can.replace, call);
    world.wait(10);
    const run = await world.run('fraud/2');
    expect(run.state).toBe('starting');
    for (const signal of ['throughput', 'checkpoints', 'restarts']) expect(await asked(run, signal)).toEqual([]);
    world.wait(600);
    const began = Date.parse((await world.run('fraud/2')).startedAt ?? '') + 30_000;
    for (const signal of ['throughput', 'checkpoints', 'restarts']) {
      const first = Date.parse((await asked(run, signal))?.[0]?.at ?? '');
      expect(first - 60_000).toBeGreaterThanOrEqual(began);
    }
  });

  it('a run that another one has followed shows what it sent itself', async () => {
    await open({ code: jar('looping') });
    const old = await world.run('fraud/1');
    await updated('s3://jars/fraud-2.jar');
    // As it was read before the update: the application is at another run by now.
    expect(await asked(old, 'restarts')).toEqual([]);
    const ended = await world.run('fraud/1');
    const told = (await asked(ended, 'restarts')) ?? [];
    expect(told.length).toBeGreaterThan(5);
    for (const { at } of told) expect(Date.parse(at)).toBeLessThanOrEqual(Date.parse(ended.endedAt ?? ''));
  });

  it('a run that is scaled begins anew', async () => {
    await open();
    world.wait(120);
    const run = await world.run('fraud/1');
    await world.drive(world.session.can.scale, { ...onRun(run), scale: { parallelism: 4 } });
    world.wait(240);
    expect((await values(await world.run('fraud/1'), 'checkpoints'))?.at(-1)).toBeLessThanOrEqual(3);
  });

  it('an update that failed sends none', async () => {
    await open();
    const call = launch(await world.run('fraud/1'), { target: { ...target, code: 's3://jars/broken.jar' } });
    await world.drive(world.session.can.replace, call);
    const run = await world.run('fraud/2');
    world.wait(600);
    expect(await asked(run, 'restarts')).toEqual([]);
  });
});

describe('what is not there', () => {
  it('an application without checkpoints has no such signal', async () => {
    await open();
    const call = launch(await world.run('fraud/1'), { target: { ...target, checkpoints: { enabled: false } } });
    await world.drive(world.session.can.replace, call);
    world.wait(600);
    expect(await asked(await world.run('fraud/2'), 'checkpoints')).toBeNull();
  });

  it('metrics that nobody sends are no samples', async () => {
    await open();
    world.metrics({ missing: ['*'] });
    world.wait(3600);
    const run = await world.run('fraud/1');
    for (const signal of ['throughput', 'checkpoints', 'restarts']) expect(await asked(run, signal)).toEqual([]);
  });

  it('an answer that says of itself that it failed is no absence', async () => {
    await open();
    world.metrics({ statusCode: 'Forbidden' });
    await expect(asked(await world.run('fraud/1'), 'restarts')).rejects.toMatchObject({
      code: 'managed-flink-metrics-refused',
    });
    world.metrics({ statusCode: 'InternalError' });
    await expect(asked(await world.run('fraud/1'), 'restarts')).rejects.toMatchObject({
      code: 'managed-flink-metrics-unavailable',
      class: 'transient',
    });
  });
});

it('checkpoints that are rare by the manifest get the time that they take', async () => {
  await open();
  const deadline = (interval: number) =>
    managedFlink.signals?.({ checkpoints: { interval } }).find(({ name }) => name === 'checkpoints')?.gate
      ?.deadlineSeconds;
  expect([deadline(60_000), deadline(1_800_000)]).toEqual([900, 7200]);
});
