import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FlinkSettings, flinkService } from '../../emulators/flink/index.js';
import type { JsonObject } from '../../src/model/json.js';
import { startLocal } from './local.js';

let local: Awaited<ReturnType<typeof startLocal>>;
let url: string;
let folder: string;

async function start(settings: Partial<FlinkSettings> = {}): Promise<void> {
  local = await startLocal((clock) => [
    flinkService(clock, { settings: { savepointDirectory: `file://${folder}`, ...settings } }),
  ]);
  url = local.services['flink'] ?? '';
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flink-emulator-'));
});
afterEach(async () => {
  await local.close();
  rmSync(folder, { recursive: true });
  expect(local.errors).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

async function call(method: string, path: string, body?: JsonObject): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: (await answer.json()) as JsonObject };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a test needs them
const get = async (path: string) => (await call('GET', path)).body as any;
const errorsIn = ({ body }: Answer) => (body['errors'] as string[]).join('\n');

async function upload(text = ''): Promise<string> {
  const form = new FormData();
  form.append('jarfile', new Blob([text]), 'job.jar');
  const answer = await fetch(`${url}/jars/upload`, { method: 'POST', body: form });
  return (
    String(((await answer.json()) as JsonObject)['filename'])
      .split('/')
      .at(-1) ?? ''
  );
}

async function run(text = '', body: JsonObject = {}): Promise<string> {
  const { status, body: answer } = await call('POST', `/jars/${await upload(text)}/run`, body);
  if (status !== 200) throw new Error(JSON.stringify(answer));
  return String(answer['jobid']);
}

async function savepoint(id: string, how: 'stop' | 'savepoints', body: JsonObject = {}): Promise<JsonObject> {
  const { body: answer } = await call('POST', `/jobs/${id}/${how}`, body);
  local.advance(5);
  return (await get(`/jobs/${id}/savepoints/${answer['request-id']}`))['operation'] as JsonObject;
}

const overview = async (id: string) =>
  ((await get('/jobs/overview'))['jobs'] as unknown as JsonObject[]).find(({ jid }) => jid === id) as JsonObject;

describe('the emulated Flink', () => {
  it('shows what one job is from a copy, and the list at once', async () => {
    await start();
    const id = await run();
    expect((await get(`/jobs/${id}`))['vertices'][0]).toMatchObject({ status: 'CREATED' });
    local.advance(2.5);
    expect((await get(`/jobs/${id}`))['vertices'][0]).toMatchObject({ status: 'CREATED' });
    expect(await overview(id)).toMatchObject({ state: 'RUNNING', tasks: { running: 2, total: 2 } });
    local.advance(1);
    expect((await get(`/jobs/${id}`))['vertices'][0]).toMatchObject({ status: 'RUNNING' });
  });

  it('refuses an id that it knows, by the words of its version', async () => {
    for (const [version, text] of [
      ['1.20.5', 'DuplicateJobSubmissionException'],
      ['2.3.0', 'DuplicateApplicationSubmissionException'],
    ] as const) {
      await start({ version });
      const jobId = 'a'.repeat(32);
      expect(await run('', { jobId })).toBe(jobId);
      const again = await call('POST', `/jars/${await upload()}/run`, { jobId });
      expect([again.status, errorsIn(again).includes(text)]).toEqual([400, true]);
      expect((await call('POST', `/jars/${await upload()}/run`, { jobId: 'short' })).status).toBe(400);
      if (version === '1.20.5') await local.close();
    }
  });

  it('ignores fields that it does not know, and starts empty', async () => {
    await start();
    const first = await run();
    local.advance(10);
    const { location } = await savepoint(first, 'stop');
    const id = await run('', { 'savepoint-path': location as string });
    expect((await get(`/jobs/${id}/checkpoints`))['latest']).toMatchObject({ restored: null });
  });

  it('takes camelCase for a stop and kebab-case for a savepoint', async () => {
    await start();
    const id = await run();
    local.advance(10);
    const own = `file://${folder}/own`;
    expect(await savepoint(id, 'savepoints', { targetDirectory: own })).not.toMatchObject({
      location: expect.stringContaining('/own/'),
    });
    expect(await savepoint(id, 'savepoints', { 'target-directory': own })).toMatchObject({
      location: expect.stringContaining('/own/'),
    });
    expect(await overview(id)).toMatchObject({ state: 'RUNNING' });
    const { location } = await savepoint(id, 'stop', { targetDirectory: own });
    expect(await overview(id)).toMatchObject({ state: 'FINISHED' });
    expect(existsSync(`${String(location).replace('file:', '')}/_metadata`)).toBe(true);
  });

  it('wants a directory for a savepoint', async () => {
    await start({ savepointDirectory: null });
    const id = await run();
    const answer = await call('POST', `/jobs/${id}/stop`, {});
    expect([answer.status, errorsIn(answer)]).toEqual([400, expect.stringContaining('savepoint-dir')]);
  });

  it('accepts a stop of anything, and tells later', async () => {
    await start();
    expect(await savepoint('0'.repeat(32), 'stop')).toMatchObject({
      'failure-cause': { 'stack-trace': expect.stringContaining('FlinkJobNotFoundException') },
    });
    expect((await call('GET', `/jobs/${'0'.repeat(32)}`)).status).toBe(404);
    expect((await call('GET', `/jobs/${'0'.repeat(32)}/status`)).status).toBe(500);
  });

  it('forgets results, and ended jobs', async () => {
    await start();
    const id = await run();
    local.advance(10);
    const { body } = await call('POST', `/jobs/${id}/stop`, {});
    local.advance(400);
    expect((await call('GET', `/jobs/${id}/savepoints/${body['request-id']}`)).status).toBe(404);
    expect((await get(`/jobs/${id}/checkpoints`))['latest']).toMatchObject({
      savepoint: { checkpoint_type: 'SYNC_SAVEPOINT' },
    });
    local.advance(4000);
    expect((await call('GET', `/jobs/${id}`)).status).toBe(404);
  });

  it('keeps one checkpoint of a job, and it outlives a cancel as it is set', async () => {
    await start();
    const id = await run();
    const path = async () =>
      String(
        ((await get(`/jobs/${id}/checkpoints`))['latest'] as JsonObject & { completed: JsonObject }).completed[
          'external_path'
        ],
      );
    local.advance(13);
    const first = await path();
    local.advance(10);
    const second = await path();
    const there = (of: string) => existsSync(`${of.replace('file:', '')}/_metadata`);
    expect([first.split('/').at(-1), there(first), second.split('/').at(-1), there(second)]).toEqual([
      'chk-1',
      false,
      'chk-2',
      true,
    ]);
    expect(readFileSync(`${second.replace('file:', '')}/_metadata`).readUInt32BE(0)).toBe(0x4960672d);
    await call('PATCH', `/jobs/${id}?mode=cancel`);
    local.advance(2);
    await get('/overview');
    expect(there(second)).toBe(true);
    expect((await call('PATCH', `/jobs/${id}?mode=cancel`)).status).toBe(409);
  });

  it('waits for slots in a loop, and goes on when there are some', async () => {
    await start({ taskManagers: 1, slotsEach: 2 });
    const [first, second] = [await run('', { parallelism: 2 }), await run('', { parallelism: 1 })];
    local.advance(10);
    expect(await overview(second)).toMatchObject({ state: 'RESTARTING', tasks: { running: 0 } });
    await call('PATCH', `/jobs/${first}?mode=cancel`);
    local.advance(1);
    await get('/overview');
    local.advance(5);
    expect(await overview(second)).toMatchObject({ state: 'RUNNING', tasks: { running: 2 } });
  });

  it('has resource requirements on the adaptive scheduler alone', async () => {
    await start();
    const id = await run('', { parallelism: 2 });
    expect((await call('GET', `/jobs/${id}/resource-requirements`)).status).toBe(500);
    await local.close();
    await start({ scheduler: 'adaptive' });
    const other = await run('', { parallelism: 2 });
    local.advance(5);
    const present = await get(`/jobs/${other}/resource-requirements`);
    expect(
      (await call('PUT', `/jobs/${other}/resource-requirements`, { jobVertexResourceRequirements: present })).status,
    ).toBe(400);
    const wanted = Object.fromEntries(
      Object.keys(present).map((vertex) => [vertex, { parallelism: { lowerBound: 1, upperBound: 4 } }]),
    );
    expect((await call('PUT', `/jobs/${other}/resource-requirements`, wanted)).status).toBe(200);
    local.advance(10);
    expect(await overview(other)).toMatchObject({ tasks: { running: 8 } });
  });

  it('takes one jar by a form, and knows no other', async () => {
    await start();
    const form = new FormData();
    form.append('jarfile', new Blob(['x']), 'job.txt');
    const wrong = await fetch(`${url}/jars/upload`, { method: 'POST', body: form });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('Only Jar files are allowed')]);
    const none = await call('POST', '/jars/none.jar/run', {});
    expect([none.status, errorsIn(none)]).toEqual([
      500,
      expect.stringContaining('Jar file /tmp/flink-web/flink-web-upload/none.jar does not exist'),
    ]);
    expect((await call('GET', '/v1/jars')).status).toBe(200);
  });

  it('shows exceptions by the names of its version', async () => {
    for (const [version, old] of [
      ['1.20.5', true],
      ['2.3.0', false],
    ] as const) {
      await start({ version });
      const id = await run('# emulator: crash-loop "java.lang.RuntimeException: no table"');
      local.advance(10);
      const answer = await get(`/jobs/${id}/exceptions`);
      expect(['root-exception' in answer, answer['exceptionHistory']['entries'][0]['stacktrace']]).toEqual([
        old,
        'java.lang.RuntimeException: no table',
      ]);
      if (old) await local.close();
    }
  });
});
