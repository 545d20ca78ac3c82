import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startCloud } from '../../emulators/cloud.js';
import { runEmulate } from '../../emulators/emulate.js';
import { emulatorClock } from '../../emulators/kernel/clock.js';
import { startServices } from '../../emulators/kernel/start.js';
import type { EmulatedRequest, Service } from '../../emulators/service.js';
import { clockOrigin, clockRate } from '../../src/modes/clock-rate.js';
import { clockOf } from '../../src/rollout/clock.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close();
});

/** A service that keeps what it was sent; `/boom` is a bug in it. */
function counter(name = 'counter') {
  const seen: EmulatedRequest[] = [];
  const service: Service = {
    name,
    identify: ({ method }) => ({ operation: method === 'POST' ? 'add' : 'show', write: method === 'POST' }),
    async handle(request) {
      if (request.path === '/boom') throw new Error('a bug');
      seen.push(request);
      return { status: 200, body: { count: seen.length } };
    },
    failure: (status) => ({ status, body: { wrong: status } }),
  };
  return { service, seen };
}

async function start(rate = 1) {
  const { service, seen } = counter();
  const errors: string[] = [];
  const started = await startServices([service], emulatorClock(rate), (line) => errors.push(line));
  open.push(started);
  const url = started.services['counter'] ?? '';
  const control = (method: string, path: string, body?: unknown, text = JSON.stringify(body)) =>
    fetch(`${started.control}${path}`, { method, ...(text === undefined ? {} : { body: text }) });
  const add = (path = '/') => fetch(url + path, { method: 'POST', body: 'x' });
  return { services: started.services, clock: started.clock, url, seen, errors, control, add };
}

describe('requests', () => {
  it('are logged in order, with operation, status and whether they write', async () => {
    const { add, url, control } = await start();
    await add('/a%2Fb?q=1');
    await fetch(url);
    const log = (await (await control('GET', '/requests')).json()) as Record<string, unknown>[];
    expect(log).toMatchObject([
      { service: 'counter', operation: 'add', method: 'POST', path: '/a%2Fb', status: 200, write: true },
      { service: 'counter', operation: 'show', method: 'GET', path: '/', status: 200, write: false },
    ]);
    expect(Object.keys(log[0] ?? {}).sort()).toEqual([
      'at',
      'method',
      'operation',
      'path',
      'service',
      'status',
      'write',
    ]);
    await control('DELETE', '/requests');
    expect(await (await control('GET', '/requests')).json()).toEqual([]);
  });

  it('reach the service with path, query, origin and an unpacked JSON body', async () => {
    const { url, seen } = await start();
    const body = gzipSync('{"a":1}');
    await fetch(`${url}/x%20y?b=%2B`, {
      method: 'POST',
      body,
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    });
    await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' },
    });
    expect(seen[0]).toMatchObject({ path: '/x%20y', origin: url });
    expect(seen[0]?.query.get('b')).toBe('+');
    expect(seen[0]?.body.toString()).toBe('{"a":1}');
    expect(seen[1]?.body).toEqual(body);
  });

  it('that meet a bug in the service get its own 500, and the bug is reported', async () => {
    const { url, errors } = await start();
    const response = await fetch(`${url}/boom`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ wrong: 500 });
    expect(errors.join()).toContain('counter: GET /boom: Error: a bug');
  });
});

describe('faults', () => {
  it('hit the n-th matching request, as often as asked, before the effect', async () => {
    const { add, control, seen, url } = await start();
    await control('POST', '/faults', {
      service: 'counter',
      operation: 'add',
      nth: 2,
      when: 'before',
      effect: 'status',
      status: 503,
      times: 2,
    });
    const statuses = [
      (await add()).status,
      (await fetch(url)).status,
      (await add()).status,
      (await add()).status,
      (await add()).status,
    ];
    expect(statuses).toEqual([200, 200, 503, 503, 200]);
    expect(seen).toHaveLength(3);
    expect(await (await control('GET', '/faults')).json()).toMatchObject([{ seen: 4, fired: 2 }]);
  });

  it('after the effect lose the answer only', async () => {
    const { add, control, seen } = await start();
    await control('POST', '/faults', {
      service: 'counter',
      operation: 'add',
      nth: 1,
      when: 'after',
      effect: 'status',
      status: 502,
    });
    const response = await add();
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ wrong: 502 });
    expect(seen).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)('reset %s the effect cuts the connection', async (when) => {
    const { add, control, seen } = await start();
    await control('POST', '/faults', { service: '*', operation: '*', nth: 1, when, effect: 'reset' });
    await expect(add()).rejects.toThrow('fetch failed');
    expect(seen).toHaveLength(when === 'after' ? 1 : 0);
    expect(await (await control('GET', '/requests')).json()).toMatchObject([{ status: 0 }]);
    expect((await add()).status).toBe(200);
  });

  it('can answer with an HTML page, as a proxy does', async () => {
    const { add, control } = await start();
    await control('POST', '/faults', {
      service: 'counter',
      operation: 'add',
      nth: 1,
      when: 'before',
      effect: 'status',
      status: 502,
      html: true,
    });
    const response = await add();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toMatch(/^<html>/);
  });

  it('delay before: the effect happens even if the client has gone, when the clock has come so far', async () => {
    const { url, control, seen, clock } = await start();
    await control('POST', '/faults', {
      service: 'counter',
      operation: 'add',
      nth: 1,
      when: 'before',
      effect: 'delay',
      seconds: 3600,
    });
    const gone = new AbortController();
    const call = fetch(url, { method: 'POST', body: 'x', signal: gone.signal });
    await until(async () => ((await (await control('GET', '/requests')).json()) as unknown[]).length === 1);
    gone.abort();
    await expect(call).rejects.toThrow();
    expect(seen).toHaveLength(0);
    clock.advance(3600);
    await until(async () => seen.length === 1);
  });

  it('delay after: the effect is there before the answer', async () => {
    const { add, control, seen } = await start();
    await control('POST', '/faults', {
      service: 'counter',
      operation: 'add',
      nth: 1,
      when: 'after',
      effect: 'delay',
      seconds: 3600,
    });
    let answered = false;
    const call = add().then((response) => {
      answered = true;
      return response;
    });
    await until(async () => seen.length === 1);
    expect(answered).toBe(false);
    await control('POST', '/clock', { advanceSeconds: 3600 });
    expect((await call).status).toBe(200);
  });

  it('are removed together', async () => {
    const { add, control } = await start();
    await control('POST', '/faults', {
      service: 'counter',
      operation: 'add',
      when: 'before',
      effect: 'status',
      status: 500,
    });
    await control('DELETE', '/faults');
    expect((await add()).status).toBe(200);
  });

  it.each([
    { service: 'counter', operation: 'add', when: 'before', effect: 'status' },
    { service: 'counter', operation: 'add', when: 'before', effect: 'delay' },
    { service: 'counter', operation: 'add', when: 'sometimes', effect: 'reset' },
    { service: 'counter', operation: 'add', when: 'before', effect: 'reset', nht: 2 },
    { service: 'counter', operation: 'add', when: 'before', effect: 'reset', nth: 0 },
  ])('that are malformed are refused: %j', async (fault) => {
    const { control } = await start();
    const response = await control('POST', '/faults', fault);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });
});

describe('the clock', () => {
  it('is moved forward at once and never back', async () => {
    const { control, clock } = await start();
    const before = clock.now();
    const response = await control('POST', '/clock', { advanceSeconds: 86_400 });
    expect(Date.parse(((await response.json()) as { now: string }).now)).toBeGreaterThanOrEqual(before + 86_400_000);
    expect((await control('POST', '/clock', { advanceSeconds: -1 })).status).toBe(400);
    expect((await control('POST', '/clock', {})).status).toBe(400);
  });

  it('runs as many times as fast as asked', async () => {
    const clock = emulatorClock(1000);
    const start = clock.now();
    await clock.sleep(20);
    expect(clock.now() - start).toBeGreaterThanOrEqual(20_000);
    expect(() => emulatorClock(0)).toThrow(RangeError);
  });
});

describe('the control endpoint', () => {
  it('names its calls to who asks for another, and refuses what is no JSON', async () => {
    const { control, services } = await start();
    expect((await control('GET', '/nothing')).status).toBe(404);
    expect((await control('POST', '/faults', undefined, '{')).status).toBe(400);
    expect(Object.keys(services)).toEqual(['counter']);
  });

  it('refuses runs and settings of a service that has none, or that is not there', async () => {
    const { control } = await start();
    expect(await (await control('GET', '/runs')).json()).toEqual([]);
    for (const call of ['/runs', '/settings']) {
      expect((await control('POST', call, { service: 'counter' })).status).toBe(400);
      expect((await control('POST', call, { service: 'none' })).status).toBe(400);
    }
  });
});

describe('a local cloud', () => {
  it('prints one JSON line, serves until it is told to end, and frees its ports', async () => {
    const ending = new AbortController();
    const printed: string[] = [];
    const done = runEmulate({ json: true, clockRate: 60, stdout: (text) => printed.push(text), signal: ending.signal });
    await until(async () => printed.length > 0);
    const document = JSON.parse(printed.join('')) as {
      env: Record<string, string>;
      services: Record<string, string>;
      control: string;
    };
    expect(printed.join('')).toMatch(/^[^\n]+\n$/);
    expect(document.env).toMatchObject({
      CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: `${document.services['dataflow']}/`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING: `${document.services['monitoring']}/`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${document.services['storage']}/storage/v1/`,
      STORAGE_EMULATOR_HOST: document.services['storage'],
      AWS_ENDPOINT_URL_GLUE: document.services['glue'],
      AWS_ENDPOINT_URL_S3: document.services['s3'],
      AWS_ENDPOINT_URL_STS: document.services['sts'],
      AWS_ENDPOINT_URL_CLOUDWATCH: document.services['cloudwatch'],
      CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
      NO_GCE_CHECK: 'true',
      STREAM_ROLLOUT_CLOCK_RATE: '60',
    });
    for (const url of [...Object.values(document.services), document.control]) {
      expect(new URL(url).hostname).toBe('127.0.0.1');
      await fetch(url); // throws if nothing listens
    }
    ending.abort();
    await done;
    await expect(fetch(document.control)).rejects.toThrow('fetch failed');
  });

  it('tells how a tool that is started after the clock was moved shows the same time', async () => {
    const cloud = await startCloud({ services: ['storage'], clockRate: 60 });
    open.push(cloud);
    const answer = await fetch(`${cloud.control}/clock`, {
      method: 'POST',
      body: JSON.stringify({ advanceSeconds: 86_400 }),
    });
    const { env, note } = (await answer.json()) as { env: Record<string, string>; note: string };
    expect(note).toContain('with the variables of `env`');
    const shown = { ...cloud.env, ...env };
    const tool = clockOf(clockRate(shown), clockOrigin(shown));
    // Both are read within the same moment: 60 times the time between the two, and a day if the tool did not follow.
    expect(Math.abs(tool.now() - cloud.clock.now())).toBeLessThan(60_000);
    const before = clockOf(clockRate(cloud.env), clockOrigin(cloud.env));
    expect(cloud.clock.now() - before.now()).toBeGreaterThan(86_000_000);
    expect(((await (await fetch(`${cloud.control}/clock`)).json()) as { env: object }).env).toEqual(env);
    const slow = await startCloud({ services: ['storage'] });
    open.push(slow);
    const moved = await fetch(`${slow.control}/clock`, { method: 'POST', body: JSON.stringify({ advanceSeconds: 1 }) });
    expect(await moved.json()).toMatchObject({ env: {}, note: expect.stringContaining('--clock-rate') });
  });

  it('prints lines for a shell', async () => {
    const ending = new AbortController();
    const printed: string[] = [];
    const done = runEmulate({
      json: false,
      services: ['storage'],
      stdout: (text) => printed.push(text),
      signal: ending.signal,
    });
    await until(async () => printed.length > 0);
    ending.abort();
    await done;
    expect(printed.join('')).toMatch(/^export STORAGE_EMULATOR_HOST='http:\/\/127\.0\.0\.1:\d+'$/m);
    expect(printed.join('')).not.toContain('OVERRIDES_DATAFLOW');
  });

  it('starts only known services', async () => {
    await expect(startCloud({ services: ['storrage'] })).rejects.toThrow('unknown service "storrage"');
  });

  it('keeps nothing of an earlier one', async () => {
    const first = await startCloud({ services: ['storage'] });
    open.push(first);
    const upload = (url: string) =>
      fetch(`${url}/upload/storage/v1/b/bucket/o?uploadType=media&name=a&ifGenerationMatch=0`, {
        method: 'POST',
        body: 'x',
      });
    expect((await upload(first.services['storage'] ?? '')).status).toBe(200);
    expect((await upload(first.services['storage'] ?? '')).status).toBe(412);
    const second = await startCloud({ services: ['storage'] });
    open.push(second);
    expect((await upload(second.services['storage'] ?? '')).status).toBe(200);
  });
});

it('a client that goes away in the middle of a request is no error', async () => {
  const { url, errors, seen } = await start();
  await new Promise<void>((resolve) => {
    const request = http.request(url, { method: 'POST', headers: { 'content-length': '100' } });
    request.on('error', () => resolve());
    request.write('half', () => setImmediate(() => request.destroy(new Error('gone'))));
  });
  expect((await fetch(url)).status).toBe(200);
  expect(seen).toHaveLength(1);
  expect(errors).toEqual([]);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
