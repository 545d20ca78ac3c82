import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { dataflow } from '../../../src/engines/dataflow/index.js';
import type { LaunchCall, Progress, Session, Subject } from '../../../src/engines/engine.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import { isActive, type Run } from '../../../src/model/run.js';
import { clockOf } from '../../../src/rollout/clock.js';
import { runIn, spec, stamp, world } from './world.js';

/**
 * What the engine relies on, as one story of a job. It runs against the emulator; with these variables set it runs in a real project instead
 * (docs/engines/dataflow.md, "Trying it in a project of your own"). It starts up to three runs of one name and ends them all.
 */
const account = {
  project: process.env['STREAM_ROLLOUT_DATAFLOW_PROJECT'],
  region: process.env['STREAM_ROLLOUT_DATAFLOW_REGION'],
  template: process.env['STREAM_ROLLOUT_DATAFLOW_TEMPLATE'],
};
/** JSON texts: `parameters` of the template, and `environment` of the launch. */
const parameters = JSON.parse(process.env['STREAM_ROLLOUT_DATAFLOW_PARAMETERS'] ?? '{}') as JsonObject;
const environment = JSON.parse(process.env['STREAM_ROLLOUT_DATAFLOW_ENVIRONMENT'] ?? '{}') as JsonObject;
const real = account.project !== undefined && account.region !== undefined && account.template !== undefined;
jest.setTimeout(real ? 90 * 60_000 : 60_000);

const name = 'stream-rollout-contract';
const target: JsonObject = {
  project: account.project ?? 'acme-prod',
  region: account.region ?? 'europe-west1',
  name,
  template: account.template ?? spec,
  parameters: real ? parameters : { table: 't' },
  workers: { max: 2 },
  environment: { enableStreamingEngine: true, ...environment },
};
const subject: Subject = { job: 'contract', names: [name], target, ids: [] };

interface Lab {
  readonly session: Session;
  wait(seconds: number): Promise<void>;
  end(): Promise<void>;
}

async function emulated(): Promise<Lab> {
  const local = await world({ settings: { listLagSeconds: 5 } });
  return { session: local.session, wait: async (seconds) => local.advance(seconds), end: local.end };
}

async function inProject(): Promise<Lab> {
  const clock = clockOf();
  const ambient = {
    env: process.env,
    clock,
    userAgent: 'stream-rollout/0.0.0',
    signal: new AbortController().signal,
    secret: () => '',
    log: (line: string) => console.error(line),
  };
  const session = await dataflow.connect(dataflow.place(target, ambient), target, ambient);
  return { session, wait: (seconds) => clock.sleep(seconds), end: async () => session.close?.() };
}

/** A rollout of its own each time the story is told, so that old runs are not taken for new ones. */
const rollout = `contract${Date.now()}`;
const signal = new AbortController().signal;
let lab: Lab;

beforeAll(async () => {
  lab = await (real ? inProject() : emulated());
});

afterAll(async () => {
  for (const run of (await lab.session.look(subject)).filter(isActive)) await stop(run);
  await lab.end();
});

async function drive(step: (memo: Json) => Promise<Progress> | undefined): Promise<Progress> {
  let memo: Json = null;
  for (;;) {
    const progress = await step(memo);
    if (progress === undefined) throw new Error('the session has no such verb');
    if (progress.state !== 'running') return progress;
    memo = progress.memo;
    await lab.wait(progress.retryAfterSeconds);
  }
}

const launch = (step: string, predecessor: Run | null = null): Omit<LaunchCall, 'memo'> => ({
  subject,
  signal,
  target,
  stamp: { ...stamp, rollout, n: 1, step, predecessor: predecessor?.id ?? null },
  predecessor,
  snapshot: null,
});
const start = (step: string) => drive((memo) => lab.session.can.start?.({ ...launch(step), memo }));
const replace = (step: string, old: Run) => drive((memo) => lab.session.can.replace?.({ ...launch(step, old), memo }));
const overlap = (step: string, old: Run) =>
  drive((memo) =>
    lab.session.can.overlap?.({ ...launch(step, old), memo, backstopSeconds: 7200, drainTimeoutSeconds: 1800 }),
  );
const scale = (run: Run, workers: JsonObject) =>
  drive((memo) => lab.session.can.scale?.({ subject, signal, memo, run, scale: { workers } }));
const drain = (run: Run) => drive((memo) => lab.session.can.drain?.({ subject, signal, memo, run }));
const stop = (run: Run) => drive((memo) => lab.session.can.stop?.({ subject, signal, memo, run }));

async function shown(step: string): Promise<Run | undefined> {
  const runs = await lab.session.look(subject);
  return runs.find((run) => run.stamp?.rollout === rollout && run.stamp.step === step);
}

async function until(step: string, fits: (run: Run) => boolean, seconds: number): Promise<Run> {
  for (let waited = 0; ; waited += 5) {
    const run = await shown(step);
    if (run && fits(run)) return run;
    if (waited > seconds) throw new Error(`after ${seconds} s the run is ${run?.engineState ?? 'not shown'}`);
    await lab.wait(5);
  }
}

const isRunning = (run: Run) => run.state === 'running';

describe(real ? `Dataflow in ${account.project}` : 'the emulated Dataflow', () => {
  it('begins with no active run', async () => {
    for (const run of (await lab.session.look(subject)).filter(isActive)) await stop(run);
    expect((await lab.session.look(subject)).filter(isActive)).toEqual([]);
  });

  it('shows a launched run by name and labels within the list lag', async () => {
    const id = runIn(await start('first'));
    const run = await until('first', () => true, dataflow.times.lagSeconds);
    expect(run).toMatchObject({ id, name, streaming: expect.anything() });
  });

  it('runs, and shows its parameters and bounds', async () => {
    const run = await until('first', isRunning, 1800);
    expect(run).toMatchObject({
      streaming: true,
      scale: { workers: { max: 2 } },
      shows: { parameters: target['parameters'] },
    });
  });

  it('is among the active jobs of one list', async () => {
    const run = await until('first', isRunning, 60);
    const found = (await lab.session.observe([subject])).get('contract');
    expect(found?.map(({ id }) => id)).toEqual([run.id]);
  });

  it('takes new bounds while it runs, and shows them', async () => {
    const run = await until('first', isRunning, 60);
    expect(await scale(run, { min: 1, max: 3 })).toMatchObject({ state: 'succeeded' });
    expect((await shown('first'))?.scale).toEqual({ workers: { min: 1, max: 3 } });
    expect(await shown('first')).toMatchObject({ id: run.id, state: 'running' });
  });

  it('gives way to an in-place update', async () => {
    const old = await until('first', isRunning, 60);
    const id = runIn(await replace('second', old));
    expect(await until('second', isRunning, 60)).toMatchObject({ id });
    expect(await until('first', (run) => !isActive(run), 300)).toMatchObject({ state: 'replaced', replacedBy: id });
  });

  it('forgets the bounds of the old run: nothing is inherited', async () => {
    expect((await until('second', isRunning, 60)).scale).toEqual({ workers: { max: 2 } });
  });

  it('lets a parallel update run beside it under the same name', async () => {
    const old = await until('second', isRunning, 60);
    const id = runIn(await overlap('third', old));
    expect(await until('third', isRunning, 1800)).toMatchObject({ id, name });
    expect(await shown('second')).toMatchObject({ id: old.id, state: 'running' });
    const run = await until('third', isRunning, 60);
    expect((await lab.session.messages?.(run))?.filter(({ text }) => text.startsWith('dataflow-'))).toEqual([]);
  });

  it('is drained by us before the backstop, and the other run goes on', async () => {
    const old = await until('second', isRunning, 60);
    expect(await drain(old)).toMatchObject({ state: 'succeeded' });
    expect(await shown('second')).toMatchObject({ state: 'drained', endedAt: expect.any(String) });
    expect(await shown('third')).toMatchObject({ state: 'running' });
  });

  it('is cancelled', async () => {
    const run = await until('third', isRunning, 60);
    expect(await stop(run)).toEqual({ state: 'succeeded', run: run.id, snapshot: null });
    expect(await shown('third')).toMatchObject({ state: 'stopped' });
  });
});
