import { hostname } from 'node:os';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Holder, JobRecord } from '../../src/model/record.js';
import type { Report } from '../../src/model/report.js';
import { apply } from '../../src/modes/apply.js';
import { resume } from '../../src/modes/resume.js';
import { removeTemporaries } from '../changes/repo.js';
import { type Call, jobOf, type World, world } from './world.js';

afterAll(removeTemporaries);

const url = 'https://github.com/acme/streams/actions/runs/1/attempts/1';
const workflow = { repository: 'acme/streams', runId: '1', attempt: 1, server: 'https://github.com' };
const inWorkflow: Holder = { name: url, workflow, process: null, nonce: 'theirs' };
const onHost = (host: string, pid: number): Holder => ({
  name: `${host}/${pid}`,
  workflow: null,
  process: { host, pid, startedAt: '' },
  nonce: 'theirs',
});
const age = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const apart = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

async function roll(here: World, call: Call = {}): Promise<Report> {
  return (await apply(here.bench({ wait: false, ...call }), async () => {})).report;
}

/** Version 1 runs; rollout 2 to version 2 is open, held by `holder`, and its new run is watched. */
async function heldBy(holder: Holder | null, lease: string | null): Promise<World> {
  const here = world();
  here.declare({ a: { v: 1 } });
  await roll(here);
  here.declare({ a: { v: 2 } });
  await roll(here, { cancel: (line) => line.includes('a verdict is due') });
  const held = (await here.held()).get('a');
  if (held === undefined || held.record.closed !== null) throw new Error('rollout 2 is not open');
  const openedAt = new Date(here.bench().clock.now() - 12 * 60_000).toISOString();
  const body: JobRecord = { ...held.record, counter: held.record.counter + 1, holder, lease, openedAt };
  const swap = await (await here.bench().ledger()).write(body, held.head, 'held');
  if (!swap.landed) throw new Error('not written');
  return here;
}

/** Nothing is called while it is held: `apply` refuses, `resume` leaves it. */
async function isLeft(here: World, call: Call, message: string): Promise<void> {
  const before = here.log();
  // The tool's clock runs fast here, so the age itself grows while the test runs.
  const aged = (said: string) => said.replace(/opened \d\d min/, 'opened AGE min');
  const refused = await roll(here, call);
  const job = jobOf(refused, 'a');
  const run = job.runAfter;
  expect(run).not.toBeNull();
  expect({ ...job, message: aged(job.message) }).toMatchObject({
    outcome: 'refused',
    code: 'rollout-held',
    message: `${message} Nothing was touched. Now: run ${run} of a-production is running.`,
    next: 'wait for it, or: stream-rollout apply --environment production --jobs a --take-over',
  });
  expect(refused.exitCode).toBe(3);
  const resumed = jobOf(await resume(here.bench(call)), 'a');
  expect([resumed.outcome, resumed.code, aged(resumed.message)]).toEqual(['pending', 'rollout-held', message]);
  expect(here.log()).toEqual(before);
}

describe('an open rollout is left to its holder', () => {
  it('whose workflow run is at work, even if its lease has run out', async () => {
    const here = await heldBy(inWorkflow, age(5));
    await isLeft(here, { attemptState: async () => 'active' }, `Rollout 2 is held by ${url}, opened AGE min ago.`);
  });

  it('whose workflow run cannot be looked up, until its lease ends', async () => {
    const lease = apart(5);
    const here = await heldBy(inWorkflow, lease);
    await isLeft(
      here,
      { attemptState: async () => 'unknown' },
      `Rollout 2 is held by ${url}, opened AGE min ago. Whether the holder is still at work could not be looked up, so it is left alone until its lease ends at ${lease}.`,
    );
  });

  it('that is a living process on this host', async () => {
    const here = await heldBy(onHost(hostname(), process.pid), apart(5));
    await isLeft(here, {}, `Rollout 2 is held by ${hostname()}/${process.pid}, opened AGE min ago.`);
  });

  it('that is a process elsewhere, until its lease ends', async () => {
    const lease = apart(5);
    const here = await heldBy(onHost('elsewhere', 7), lease);
    await isLeft(
      here,
      {},
      `Rollout 2 is held by elsewhere/7, opened AGE min ago. Whether the holder is still at work could not be looked up, so it is left alone until its lease ends at ${lease}.`,
    );
  });
});

describe('an open rollout is taken over', () => {
  it.each<readonly [string, Holder | null, string | null, Call]>([
    ['whose workflow run is over', inWorkflow, apart(5), { attemptState: async () => 'completed' }],
    [
      'whose workflow run cannot be looked up, once its lease has run out',
      inWorkflow,
      age(1),
      {
        attemptState: async () => 'unknown',
      },
    ],
    [
      'whose workflow run is at work, where a person says so',
      inWorkflow,
      apart(5),
      {
        attemptState: async () => 'active',
        raw: { 'take-over': 'true' },
      },
    ],
    [
      'by a later attempt of the same run',
      inWorkflow,
      apart(5),
      {
        attemptState: async () => 'active',
        runId: '1',
        attempt: 2,
      },
    ],
    ['whose process is gone from this host', onHost(hostname(), 2 ** 30), apart(5), {}],
    ['whose process is elsewhere, once its lease has run out', onHost('elsewhere', 7), age(1), {}],
    ['that nobody holds', null, null, {}],
  ])('%s', async (_name, holder, lease, call) => {
    const here = await heldBy(holder, lease);
    const report = await resume(here.bench(call));
    expect([jobOf(report, 'a').outcome, report.exitCode]).toEqual(['succeeded', 0]);
    expect(here.log()).toEqual(['start a-production 1', 'stop a-production', 'start a-production 2']);
  });

  it('by no schedule, whatever the input `take-over` says', async () => {
    const here = await heldBy(inWorkflow, apart(5));
    const bench = here.bench({ attemptState: async () => 'active', raw: { 'take-over': 'true' } });
    const scheduled = { ...bench, inputs: { ...bench.inputs, event: { ...bench.inputs.event, name: 'schedule' } } };
    expect(jobOf(await resume(scheduled), 'a').code).toBe('rollout-held');
  });
});
