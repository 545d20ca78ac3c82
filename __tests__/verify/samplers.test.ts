import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ambient } from '../../src/engines/engine.js';
import type { DeclaredSignal, Signal } from '../../src/model/signal.js';
import { clockOf } from '../../src/rollout/clock.js';
import type { Asked } from '../../src/verify/samplers/asked.js';
import { samplerOf } from '../../src/verify/samplers/index.js';
import { signalOf } from '../../src/verify/signals.js';
import { run } from '../engines/command/world.js';

const canary = 'canary-5d20-secret';
const until = Date.parse('2026-01-01T01:00:10Z');

let server: Server;
let base = '';
let heard: { readonly url: URL; readonly headers: IncomingMessage['headers'] }[] = [];
let answer: { status?: number; headers?: { [name: string]: string }; body: string } = { body: '' };
let log: string[] = [];

beforeEach(async () => {
  heard = [];
  log = [];
  server = createServer((request, response) => {
    heard.push({ url: new URL(request.url ?? '', base), headers: request.headers });
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ambient = (more: Partial<Ambient> = {}): Ambient => ({
  env: { ...process.env, INPUT_TOKEN: canary, PLAIN: 'plain' },
  clock: clockOf(),
  userAgent: 'stream-rollout/test',
  signal: new AbortController().signal,
  secret: () => canary,
  log: (line) => void log.push(line),
  ...more,
});

function ask(declared: DeclaredSignal, more: Partial<Asked> = {}, about = ambient()) {
  const sourced = signalOf('lag', { verify: { signals: { lag: declared } } }, []);
  if (sourced === null) throw new Error('no source');
  const asked = {
    sourced,
    run: run({ id: 'new"run', name: 'orders' }),
    since: until - 120_000,
    until,
    intervalSeconds: 30,
    record: { job: 'orders', environment: 'production', revision: 'r1-new', rollout: '5f1c' },
    ...more,
  };
  return samplerOf({}, about, (text) => text.replaceAll(canary, '***'))(asked);
}

const matrix = (...series: (readonly (readonly [number, string])[])[]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: series.map((values) => ({ metric: {}, values })) },
  });

describe('Prometheus', () => {
  const query = 'sum(lag{run="${run.id}"})';
  const prometheus = (more = {}) => ({ prometheus: { url: `${base}/`, query, ...more } });

  it('is asked for a range at whole steps, with the run in the query', async () => {
    const at = until / 1000 - 10;
    answer = {
      body: matrix([
        [at - 30, '12.5'],
        [at, '0'],
      ]),
    };
    const points = await ask(prometheus({ headers: { Authorization: 'Bearer ${secret.TOKEN}' } }));
    expect(points).toEqual([
      { at: (at - 30) * 1000, value: 12.5, idle: false, run: null, error: null },
      { at: at * 1000, value: 0, idle: false, run: null, error: null },
    ]);
    const [one] = heard;
    expect(one?.url.pathname).toBe('/api/v1/query_range');
    expect(Object.fromEntries(one?.url.searchParams ?? [])).toEqual({
      query: 'sum(lag{run="new\\"run"})',
      start: String(at - 90),
      end: String(at),
      step: '30',
    });
    expect([one?.headers.authorization, one?.headers['user-agent']]).toEqual([
      `Bearer ${canary}`,
      'stream-rollout/test',
    ]);
  });

  it('no series is nothing known, and not 0', async () => {
    answer = { body: matrix() };
    expect(await ask(prometheus())).toEqual([]);
  });

  it('NaN and infinity are not known', async () => {
    answer = {
      body: matrix([
        [1, 'NaN'],
        [2, '+Inf'],
        [3, '-Inf'],
        [4, ''],
      ]),
    };
    expect((await ask(prometheus()))?.map(({ value }) => value)).toEqual([null, null, null, null]);
  });

  it.each<[string, typeof answer, string]>([
    ['several series', { body: matrix([[1, '1']], [[1, '2']]) }, '2 series; aggregate them to one'],
    ['a wrong query', { status: 400, body: '{"status":"error","error":"parse error"}' }, 'answered 400: parse error'],
    ['a proxy page', { status: 502, body: '<html>' }, 'Prometheus answered 502'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, 'answered 302'],
    ['a scalar', { body: '{"status":"success","data":{"resultType":"scalar","result":[]}}' }, 'gives a scalar'],
  ])('%s is an error', async (_, given, says) => {
    answer = given;
    await expect(ask(prometheus())).rejects.toMatchObject({
      code: 'signal-unreadable',
      message: expect.stringContaining(says),
    });
  });

  it('an error shows no secret and no query of an address', async () => {
    answer = { status: 400, body: JSON.stringify({ status: 'error', error: `token ${canary}` }) };
    await expect(ask(prometheus())).rejects.toThrow('token ***');
    const closed = { prometheus: { url: 'http://user:pass@127.0.0.1:1/?token=abc', query } };
    const told = await ask(closed).catch((error: Error) => error.message);
    expect(told).toContain('could not be read');
    expect(told).not.toMatch(/pass|abc/);
    const address = base.replace('//', '//user:p%40ss@');
    await ask({ http: { url: address } });
    expect(heard.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  });

  it('is not asked where the range holds no step', async () => {
    expect(await ask(prometheus(), { since: until - 5000 })).toEqual([]);
    expect(heard).toEqual([]);
  });
});

describe('an address', () => {
  const http = (value?: string) => ({
    http: { url: `${base}/health?run=\${run.id}`, ...(value === undefined ? {} : { value }) },
  });

  it('gives a number at a path of its answer', async () => {
    answer = { body: '{"lag": {"seconds": "12.5"}}' };
    expect(await ask(http('lag.seconds'))).toEqual([{ at: until, value: 12.5, idle: false, run: null, error: null }]);
    expect(heard[0]?.url.search).toBe('?run=new%22run');
  });

  it('gives its status where no path is named', async () => {
    answer = { status: 503, body: 'down' };
    expect((await ask(http()))?.[0]?.value).toBe(503);
  });

  it.each<[string, typeof answer, string]>([
    ['a failing status', { status: 500, body: '{"lag": 1}' }, 'answered 500'],
    ['no JSON', { body: 'lag 1' }, 'is no JSON'],
    ['another document', { body: '{"other": 1}' }, 'has no `lag`'],
  ])('%s is an error', async (_, given, says) => {
    answer = given;
    await expect(ask(http('lag'))).rejects.toThrow(says);
  });

  it.each([['null'], ['"many"'], ['true'], ['""']])('%s is not known', async (value) => {
    answer = { body: `{"lag": ${value}}` };
    expect((await ask(http('lag')))?.[0]?.value).toBeNull();
  });
});

describe('a command', () => {
  const node = (source: string) => ({
    command: { run: [process.execPath, '-e', source], env: { TOKEN: '${secret.X}' } },
  });

  it('is told of the run by its environment; its last line is the value', async () => {
    const source = `const { env } = process; console.error('looking');
      console.log(['JOB', 'RUN_ID', 'RUN_NAME', 'REVISION', 'ROLLOUT', 'ENVIRONMENT', 'SIGNAL'].map((name) => env['STREAM_ROLLOUT_' + name]).join(' '));
      console.log(JSON.stringify({ value: env.TOKEN.length + (env.INPUT_TOKEN ? 1000 : 0) }));`;
    expect((await ask(node(source)))?.[0]?.value).toBe(canary.length);
    expect(log).toEqual(['orders: lag: looking']);
  });

  it('as text is run by the shell', async () => {
    expect((await ask({ command: { run: 'echo "$STREAM_ROLLOUT_RUN_ID" | wc -c' } }))?.[0]?.value).toBe(8);
  });

  it.each<[string, string]>([
    ['prints nothing', ''],
    ['prints a word', 'console.log("fine")'],
    ['prints a document without a value', 'console.log("{}")'],
    ['prints NaN', 'console.log(NaN)'],
  ])('that %s knows nothing', async (_, source) => {
    expect((await ask(node(source)))?.[0]?.value).toBeNull();
  });

  it('that fails, or is not there, is an error', async () => {
    await expect(ask(node('console.log(1); process.exit(3)'))).rejects.toThrow('ended with exit code 3');
    await expect(ask({ command: { run: ['/no/such/program'] } })).rejects.toThrow('was not found');
  });

  it('is ended when the process is cancelled', async () => {
    const abort = new AbortController();
    const asked = ask(
      node('console.error("up"); setInterval(() => {}, 1000)'),
      {},
      {
        ...ambient({ signal: abort.signal }),
        log: () => abort.abort(),
      },
    );
    await expect(asked).rejects.toThrow('was ended (cancelled)');
  });
});

describe("an engine's signal", () => {
  const offered: readonly Signal[] = [
    {
      ...{ name: '*', title: 'any', unit: 'count', kind: 'gauge', perRun: false, history: false },
      ...{ latenessSeconds: 0, intervalSeconds: 15, windowSeconds: 60, gate: null },
    },
  ];
  const sourced = signalOf('lag', { verify: {} }, offered);

  it('is read through the session; null is no such signal', async () => {
    if (sourced === null) throw new Error('no source');
    const asked = { sourced } as Partial<Asked>;
    const since: string[] = [];
    const at = '2026-01-01T01:00:00.000Z';
    const session = {
      measure: async (_: unknown, signal: string, from: string) => {
        since.push(from);
        return signal === 'lag' ? [{ signal, at, value: 4, idle: true, run: 'a' }] : null;
      },
    };
    const sampler = samplerOf(session, ambient(), (text) => text);
    const question = { ...asked, run: run(), since: until, until, intervalSeconds: 15 } as Asked;
    expect(await sampler(question)).toEqual([{ at: Date.parse(at), value: 4, idle: true, run: 'a', error: null }]);
    expect(since).toEqual([new Date(until).toISOString()]);
    const other = { ...question, sourced: { ...sourced, signal: { ...sourced.signal, name: 'other' } } };
    expect(await sampler(other)).toBeNull();
    expect(await samplerOf({}, ambient(), (text) => text)(question)).toBeNull();
  });
});
