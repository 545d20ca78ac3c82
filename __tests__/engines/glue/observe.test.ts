import { UpdateJobCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { marksOf } from '../../../src/engines/glue/marks.js';
import { definition, stamp, subject, type World, world } from './world.js';

let local: World;
beforeEach(async () => {
  local = await world();
});
afterEach(() => local.end());

const planted = async (spec: Record<string, string | number | Record<string, string>> = {}) =>
  String((await local.plant({ jobName: 'clicks', ...spec }))['id']);

it('finds no runs of a job that does not exist, and writes nothing', async () => {
  expect(await local.session.look(subject)).toEqual([]);
  expect(await local.writes()).toEqual([]);
});

it('sees active and ended runs of the exact name only', async () => {
  const active = await planted({ arguments: marksOf(stamp) });
  const ended = await planted({ state: 'FAILED', message: 'boom', startedSecondsAgo: 9000 });
  await local.plant({ jobName: 'clicks-returns' });
  const runs = await local.session.look(subject);
  expect(runs.map(({ id, state, stamp: of, detail }) => ({ id, state, of, detail }))).toEqual(
    expect.arrayContaining([
      { id: active, state: 'running', of: stamp, detail: null },
      { id: ended, state: 'failed', of: null, detail: 'boom' },
    ]),
  );
  expect(runs).toHaveLength(2);
});

it('reads all pages, since the order of runs means nothing', async () => {
  await local.set({ pageSize: 3 });
  const ids: string[] = [];
  for (let index = 0; index < 10; index += 1) ids.push(await planted({ state: index === 4 ? 'RUNNING' : 'STOPPED' }));
  await local.forget();
  const runs = await local.session.look({ ...subject, ids });
  expect(runs.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(await local.requests()).toEqual(['GetJobRuns', 'GetJobRuns', 'GetJobRuns', 'GetJobRuns']);
});

it('refuses to look at a history that it would only see in part', async () => {
  await local.set({ pageSize: 1 });
  for (let index = 0; index < 51; index += 1) await planted({ state: 'STOPPED' });
  await expect(local.session.look(subject)).rejects.toMatchObject({ code: 'glue-too-many-runs' });
});

it('gets a known run by its id while lists are late', async () => {
  await local.set({ listLagSeconds: 7200 });
  const id = await planted();
  expect(await local.session.look(subject)).toEqual([]);
  const [run] = await local.session.look({ ...subject, ids: [id, 'jr_unknown'] });
  expect(run).toMatchObject({ id, state: 'running' });
});

it('makes one call a job for a fleet that it rolled out itself', async () => {
  await planted({ arguments: marksOf(stamp) });
  await local.plant({ jobName: 'orders', arguments: marksOf(stamp) });
  await local.forget();
  const orders = { ...subject, job: 'orders', names: ['orders'] };
  const runs = await local.session.observe([subject, orders]);
  expect([...runs].map(([job, of]) => [job, of.length])).toEqual([
    ['clicks', 1],
    ['orders', 1],
  ]);
  expect(await local.requests()).toEqual(['GetJobRuns', 'GetJobRuns']);
});

it('looks under the names of the slots, too', async () => {
  await planted();
  await local.plant({ jobName: 'clicks-b' });
  const runs = await local.session.look({ ...subject, names: ['clicks', 'clicks-b'] });
  expect(runs.map(({ name }) => name).sort()).toEqual(['clicks', 'clicks-b']);
});

it('keeps the newest ended runs of a broken job and every known one', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 105; index += 1)
    ids.push(await planted({ state: 'FAILED', startedSecondsAgo: 100_000 - index }));
  const oldest = ids[0] ?? '';
  const runs = (await local.session.observe([{ ...subject, ids: [oldest] }])).get('clicks') ?? [];
  expect(runs).toHaveLength(101);
  expect(runs.some(({ id }) => id === oldest)).toBe(true);
  expect(runs.some(({ id }) => id === ids[1])).toBe(false);
  expect(await local.session.look(subject)).toHaveLength(105);
});

it('follows a maintenance restart: the old run is replaced, the new one carries its stamp', async () => {
  const id = await planted({ arguments: marksOf(stamp) });
  await local.plant({ run: id, fate: 'expire' });
  const runs = await local.session.look(subject);
  const by = new Map(runs.map((run) => [run.id, run]));
  expect(by.get(id)).toMatchObject({ state: 'replaced', engineState: 'EXPIRED', replacedBy: `${id}_restart_1` });
  expect(by.get(`${id}_restart_1`)).toMatchObject({ continues: id, stamp, replacedBy: null });
});

it('finds a maintenance restart that the list does not show yet', async () => {
  const id = await planted({ arguments: marksOf(stamp) });
  await local.set({ listLagSeconds: 7200 });
  await local.plant({ run: id, fate: 'expire' });
  const late = await local.session.look({ ...subject, ids: [id] });
  expect(late.find((run) => run.continues === id)).toMatchObject({ id: `${id}_restart_1`, stamp });
});

it('shows a queued run as one that holds its place, with the reason', async () => {
  const { StartJobRunCommand } = await import('@aws-sdk/client-glue');
  await planted();
  const queued = await local.other.send(new StartJobRunCommand({ JobName: 'clicks', JobRunQueuingEnabled: true }));
  const run = (await local.session.look(subject)).find(({ id }) => id === queued.JobRunId);
  expect(run).toMatchObject({ state: 'starting', engineState: 'WAITING', detail: expect.stringContaining('slot') });
});

it.each([
  ['two throttles', { when: 'before', effect: 'status', status: 429, times: 2 }],
  ['a reset connection', { when: 'before', effect: 'reset' }],
  ['an HTML page of a proxy', { when: 'before', effect: 'status', status: 502, html: true }],
])('reads again after %s', async (_, fault) => {
  await planted();
  await local.fault({ operation: 'GetJobRuns', ...fault });
  expect(await local.session.look(subject)).toHaveLength(1);
});

it('says plainly that AWS gave no answer of Glue', async () => {
  await local.fault({ operation: 'GetJobRuns', when: 'before', effect: 'status', status: 500, html: true, times: 9 });
  await expect(local.session.look(subject)).rejects.toMatchObject({
    code: 'glue-unavailable',
    class: 'transient',
    message: 'GetJobRuns clicks: AWS answered HTTP 500 with something that is not an answer of Glue',
  });
});

it('tells what Glue says about a run, once', async () => {
  const id = await planted({ state: 'FAILED', message: 'Command failed with exit code 1' });
  const [run] = await local.session.look(subject);
  expect(await local.session.messages?.(run!)).toEqual([
    { at: expect.any(String), level: 'error', text: 'Command failed with exit code 1' },
  ]);
  expect(run?.id).toBe(id);
  expect(await local.session.messages?.({ ...run!, id: 'jr_gone' })).toEqual([]);
});

describe('a run that somebody else started', () => {
  const byHand = 's3://scripts/clicks/by-hand.py';
  const only = async () => (await local.session.look(subject))[0];

  it('executes the script that the definition had at its start, if it was not changed since', async () => {
    await local.create();
    local.advance(60);
    await planted({ startedSecondsAgo: 0 });
    expect(await only()).toMatchObject({ streaming: true, stamp: null, shows: { script: byHand } });
    local.advance(60);
    const { Role, Command } = definition;
    await local.other.send(new UpdateJobCommand({ JobName: 'clicks', JobUpdate: { Role, Command } }));
    expect((await only())?.shows).not.toHaveProperty('script');
  });

  it('is followed back to its first start through restarts by Glue', async () => {
    await local.create();
    local.advance(60);
    const id = await planted({ startedSecondsAgo: 0 });
    local.advance(60);
    await local.plant({ run: id, fate: 'expire' });
    const runs = await local.session.look(subject);
    expect(runs.find(({ continues }) => continues === id)?.shows).toMatchObject({ script: byHand });
  });

  it('is told to be a batch run where it is one', async () => {
    await local.create({ Command: { ...definition.Command, Name: 'glueetl' } });
    await planted();
    expect(await only()).toMatchObject({ streaming: false });
  });

  it('costs the call only until the ledger knows it', async () => {
    const id = await planted();
    await local.forget();
    await local.session.look(subject);
    await local.session.look({ ...subject, ids: [id] });
    expect(await local.requests()).toEqual(['GetJobRuns', 'GetJob', 'GetJobRuns']);
  });
});
