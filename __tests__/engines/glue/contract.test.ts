import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Progress, Session, Subject } from '../../../src/engines/engine.js';
import { glue } from '../../../src/engines/glue/index.js';
import type { Clock } from '../../../src/model/clock.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import { isActive, type Run } from '../../../src/model/run.js';
import { clockOf } from '../../../src/rollout/clock.js';
import { stamp, world } from './world.js';

/**
 * What the engine relies on, as one story of a job. It runs against the emulator; with these variables set it runs against a real Glue
 * job instead (docs/engines/glue.md, "Trying it on an account of your own"). The job is stopped, started and written.
 */
const account = {
  job: process.env['STREAM_ROLLOUT_GLUE_JOB'],
  region: process.env['STREAM_ROLLOUT_GLUE_REGION'],
  script: process.env['STREAM_ROLLOUT_GLUE_SCRIPT'],
};
const real = account.job !== undefined && account.region !== undefined && account.script !== undefined;
jest.setTimeout(real ? 45 * 60_000 : 60_000);

interface Lab {
  readonly session: Session;
  readonly target: JsonObject;
  readonly clock: Clock;
  wait(seconds: number): Promise<void>;
  end(): Promise<void>;
}

async function emulated(): Promise<Lab> {
  const local = await world({ listLagSeconds: 5 });
  await local.create();
  const target = { name: 'clicks', region: 'eu-west-1', script: 's3://scripts/clicks/0123456789abcdef.py' };
  const wait = async (seconds: number) => local.advance(seconds);
  return { session: local.session, target, clock: local.clock, wait, end: () => local.end() };
}

async function onAccount(): Promise<Lab> {
  const clock = clockOf();
  const target = { name: account.job ?? '', region: account.region ?? '', script: account.script ?? '' };
  const ambient = {
    env: {},
    clock,
    userAgent: 'stream-rollout/0.0.0',
    signal: new AbortController().signal,
    secret: () => '',
    log: () => undefined,
  };
  const session = await glue.connect(glue.place(target, ambient), target, ambient);
  return { session, target, clock, wait: (seconds) => clock.sleep(seconds), end: async () => session.close?.() };
}

/** A rollout of its own each time the story is told, so that old runs of a real job are not taken for new ones. */
const rollout = `contract${Date.now()}`;
let lab: Lab;
let subject: Subject;
let calls = { memo: null as Json, signal: new AbortController().signal };

beforeAll(async () => {
  lab = await (real ? onAccount() : emulated());
  subject = { job: 'contract', names: [String(lab.target['name'])], target: lab.target, ids: [] };
  calls = { ...calls };
});
afterAll(() => lab.end());

async function drive(
  step: (memo: Json) => Promise<Progress> | undefined,
): Promise<Exclude<Progress, { state: 'running' }>> {
  let memo: Json = null;
  for (;;) {
    const progress = await step(memo);
    if (progress === undefined) throw new Error('the session has no such verb');
    if (progress.state !== 'running') return progress;
    memo = progress.memo;
    await lab.wait(progress.retryAfterSeconds);
  }
}

const marked = (n: number) => ({ ...stamp, rollout, n });
const prepare = (target: JsonObject) =>
  drive((memo) => lab.session.can.prepare?.({ ...calls, subject, memo, target, stamp: marked(1) }));
const start = (n: number, target = lab.target) =>
  drive((memo) =>
    lab.session.can.start?.({ ...calls, subject, memo, target, stamp: marked(n), predecessor: null, snapshot: null }),
  );
const stop = (run: Run) => drive((memo) => lab.session.can.stop?.({ ...calls, subject, memo, run }));
const ours = async (n: number) =>
  (await lab.session.look(subject)).find((run) => run.stamp?.rollout === rollout && run.stamp.n === n);

async function until(n: number, fits: (run: Run) => boolean, seconds: number): Promise<Run> {
  for (let waited = 0; ; waited += 5) {
    const run = await ours(n);
    if (run && fits(run)) return run;
    if (waited > seconds) throw new Error(`after ${seconds} s the run is ${run?.engineState ?? 'not shown'}`);
    await lab.wait(5);
  }
}

describe(real ? `Glue job ${account.job}` : 'the emulated Glue', () => {
  it('begins with no active run', async () => {
    for (const run of (await lab.session.look(subject)).filter(isActive)) await stop(run);
    expect((await lab.session.look(subject)).filter(isActive)).toEqual([]);
  });

  it('keeps a timeout of 0 through a write of the definition', async () => {
    expect(await prepare({ ...lab.target, timeout: 0 })).toMatchObject({ state: 'succeeded' });
    expect(await prepare({ ...lab.target, timeout: 0, arguments: { '--contract': '1' } })).toMatchObject({
      state: 'succeeded',
    });
  });

  it('shows the arguments of a run as they were sent, within the list lag', async () => {
    expect(await start(1)).toMatchObject({ state: 'succeeded', run: expect.any(String) });
    const run = await until(1, () => true, glue.times.lagSeconds);
    expect(run).toMatchObject({ stamp: marked(1), shows: { script: lab.target['script'] } });
  });

  it('runs', async () => {
    expect(await until(1, ({ state }) => state === 'running', 900)).toMatchObject({ engineState: 'RUNNING' });
  });

  it('refuses a second run at a limit of 1', async () => {
    await expect(start(2)).rejects.toMatchObject({ code: 'glue-place-taken' });
    expect(await ours(2)).toBeUndefined();
  });

  it('leaves a run alone when its definition is written', async () => {
    const before = await ours(1);
    expect(await prepare({ ...lab.target, arguments: { '--contract': '2' } })).toMatchObject({ state: 'succeeded' });
    await lab.wait(60);
    expect(await ours(1)).toEqual(before);
  });

  it('gives the place of a stopping run to the next start', async () => {
    const run = await until(1, ({ state }) => state === 'running', 60);
    const asked = await lab.session.can.stop?.({ ...calls, subject, run });
    expect(asked).toMatchObject({ state: 'running' });
    expect(await start(3)).toMatchObject({ state: 'succeeded' });
    expect(await until(1, ({ state }) => state === 'stopped', 900)).toMatchObject({ engineState: 'STOPPED' });
  });

  it('stops a run', async () => {
    const run = await until(3, isActive, glue.times.lagSeconds);
    expect(await stop(run)).toEqual({ state: 'succeeded', run: run.id, snapshot: null });
  });

  it('executes the script that the run names, not the one of the definition', async () => {
    const missing = { ...lab.target, definition: 'leave', script: `${String(lab.target['script'])}.missing` };
    expect(await start(4, missing)).toMatchObject({ state: 'succeeded' });
    expect(await until(4, (run) => !isActive(run), 900)).toMatchObject({ state: 'failed' });
  });
});
