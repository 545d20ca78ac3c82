import { describe, expect, it } from '@jest/globals';
import { admitEngine, admitLedger, clockOrigin, clockRate } from '../../src/modes/clock-rate.js';
import { loadEngine } from '../../src/modes/make-bench.js';
import { putOff, type Ready } from '../../src/modes/put-off.js';
import { secretsFrom } from '../../src/modes/secrets.js';
import { forgeOf } from '../../src/report/forge.js';
import type { GitHub } from '../../src/report/github.js';
import { closeTrailing } from '../../src/rollout/trailing.js';

describe("the local cloud's clock", () => {
  const fast = { STREAM_ROLLOUT_CLOCK_RATE: '600' };

  it.each([
    ['one endpoint', { GITHUB_API_URL: 'http://127.0.0.1:9' }, 600],
    [
      'all of them',
      {
        AWS_ENDPOINT_URL: 'http://localhost:1',
        STORAGE_EMULATOR_HOST: '127.0.0.1:2',
        GITHUB_API_URL: 'http://[::1]:3',
      },
      600,
    ],
    ['none', {}, 1],
    ['an endpoint that is set to nothing', { AWS_ENDPOINT_URL: '' }, 1],
    [
      'one that is elsewhere',
      { AWS_ENDPOINT_URL_GLUE: 'http://127.0.0.1:1', GITHUB_API_URL: 'https://api.github.com' },
      1,
    ],
    ['one that only looks like it', { AWS_ENDPOINT_URL: 'http://127.0.0.1.evil.test' }, 1],
    ['one that is no address', { AWS_ENDPOINT_URL: '::' }, 1],
    [
      'an override of gcloud elsewhere',
      {
        GITHUB_API_URL: 'http://127.0.0.1:9',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: 'https://dataflow.googleapis.com/',
      },
      1,
    ],
  ])('with loopback for %s', (_, env, rate) => {
    expect(clockRate({ ...fast, ...env })).toBe(rate);
  });

  it.each(['0', '-5', 'x', 'Infinity', '', '0.5'])('never runs at %j', (rate) => {
    expect(clockRate({ STREAM_ROLLOUT_CLOCK_RATE: rate, GITHUB_API_URL: 'http://127.0.0.1:9' })).toBe(1);
  });

  it.each([
    ['glue', ['AWS_ENDPOINT_URL_GLUE'], 'AWS_ENDPOINT_URL_S3'],
    ['glue', ['AWS_ENDPOINT_URL_GLUE', 'AWS_ENDPOINT_URL_S3'], 'AWS_ENDPOINT_URL_STS'],
    ['glue', ['AWS_ENDPOINT_URL_GLUE', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_STS'], 'AWS_ENDPOINT_URL_CLOUDWATCH'],
    ['glue', ['GLUE', 'S3', 'STS', 'CLOUDWATCH'].map((service) => `AWS_ENDPOINT_URL_${service}`), null],
    ['glue', ['AWS_ENDPOINT_URL'], null],
    ['glue', ['STORAGE_EMULATOR_HOST'], 'AWS_ENDPOINT_URL_GLUE'],
    ['dataflow', ['AWS_ENDPOINT_URL'], 'CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW'],
    ['dataflow', ['CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW'], 'STORAGE_EMULATOR_HOST'],
    [
      'dataflow',
      ['CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW', 'STORAGE_EMULATOR_HOST'],
      'CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING',
    ],
    [
      'dataflow',
      [
        'CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW',
        'STORAGE_EMULATOR_HOST',
        'CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING',
      ],
      null,
    ],
    ['command', ['GITHUB_API_URL'], null],
  ])('for %s with loopback for %j lacks %s', async (id, names, missing) => {
    const engine = await loadEngine(id);
    const local = Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:9']));
    const admit = () => admitEngine({ ...fast, ...local }, engine);
    if (missing === null) return expect(admit).not.toThrow();
    expect(admit).toThrow(
      expect.objectContaining({
        code: 'clock-rate-refused',
        class: 'input',
        message: expect.stringContaining(`\`${id}\` is not on a local cloud: ${missing} is not`),
      }),
    );
    // At its usual pace the clock is nobody's concern.
    expect(() => admitEngine(local, engine)).not.toThrow();
  });

  it('is refused to an engine that does not say what it calls, and to a ledger elsewhere', () => {
    const local = { ...fast, GITHUB_API_URL: 'http://127.0.0.1:9' };
    const refused = expect.objectContaining({ code: 'clock-rate-refused' });
    expect(() => admitEngine(local, { id: 'new' })).toThrow(refused);
    for (const address of ['git', 'file:/tmp/ledger']) expect(() => admitLedger(local, address)).not.toThrow();
    for (const address of ['s3://bucket/x', 'gs://bucket/x'])
      expect(() => admitLedger(local, address)).toThrow(refused);
    const stores = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', STORAGE_EMULATOR_HOST: '127.0.0.1:9' };
    for (const address of ['s3://bucket/x', 'gs://bucket/x'])
      expect(() => admitLedger({ ...local, ...stores }, address)).not.toThrow();
  });

  it('began in the past', () => {
    expect(clockOrigin({ STREAM_ROLLOUT_CLOCK_ORIGIN: '1000' })).toBe(1000);
    for (const bad of ['x', '-1', String(Date.now() + 60_000)])
      expect(clockOrigin({ STREAM_ROLLOUT_CLOCK_ORIGIN: bad })).toBeUndefined();
  });
});

describe('rollouts of a later round', () => {
  const fresh = (job: string, ...needs: string[]): Ready => ({ job, isNew: true, needs });
  const open = (job: string, ...needs: string[]): Ready => ({ job, isNew: false, needs });
  const off = (ready: readonly Ready[], ...blocked: string[]) => [...putOff(ready, new Set(blocked))];

  it('need what is held or closed first, however far away', () => {
    expect(off([fresh('b', 'a'), fresh('c', 'b'), fresh('d')], 'a')).toEqual(['b', 'c']);
  });

  it('are never open ones: those are taken over', () => {
    expect(off([open('b', 'a')], 'a')).toEqual([]);
  });

  it('would wait in a circle with the older plan of an open one', () => {
    expect(off([open('a', 'b'), fresh('b', 'a')])).toEqual(['b']);
    expect(off([open('a', 'c'), fresh('b', 'a'), fresh('c', 'b')])).toEqual(['b', 'c']);
  });

  it('are none where nothing stands in the way', () => {
    expect(off([fresh('b', 'a'), fresh('c', 'b'), open('a')])).toEqual([]);
  });
});

describe('secrets', () => {
  it('are masked whole, also where one is the beginning of another', () => {
    const told: string[] = [];
    const secrets = secretsFrom({ A: 'canary', B: 'canary-and-more', C: 'line-1\nline-2', D: 'abc' }, (value) =>
      told.push(value),
    );
    for (const name of ['A', 'B', 'C', 'D']) secrets.read(name);
    expect(secrets.mask('x canary-and-more y canary z line-2 abc')).toBe('x *** y *** z *** abc');
    expect(told).toEqual(expect.arrayContaining(['canary', 'canary-and-more', 'line-1', 'line-2']));
    expect(told).not.toContain('abc');
  });

  it('that are missing are named', () => {
    expect(() => secretsFrom({ A: '' }, () => {}).read('A')).toThrow(
      expect.objectContaining({ code: 'secret-missing' }),
    );
  });
});

it('GitHub is asked once about the run that holds a whole fleet', async () => {
  const asked: number[] = [];
  const octokit = {
    rest: {
      actions: {
        getWorkflowRun: async ({ run_id }: { run_id: number }) => {
          asked.push(run_id);
          return { data: { run_attempt: 1, status: run_id === 1 ? 'completed' : 'in_progress' } };
        },
      },
    },
  };
  const forge = forgeOf(null, async () => ({ octokit, owner: 'acme', repo: 'streams' }) as unknown as GitHub);
  const about = (runId: string, attempt = 1) => ({
    repository: 'acme/streams',
    runId,
    attempt,
    server: 'https://github.com',
  });
  const all = await Promise.all(Array.from({ length: 500 }, () => forge.attemptState(about('1'))));
  expect(new Set(all)).toEqual(new Set(['completed']));
  expect(await forge.attemptState(about('2'))).toBe('active');
  expect(asked).toEqual([1, 2]);
});

describe('a drain that takes too long', () => {
  type Parameters_ = Parameters<typeof closeTrailing>;
  const run = (state: string) => ({
    id: 'old',
    name: 'orders',
    state,
    engineState: state,
    startedAt: null,
    stamp: null,
    continues: null,
  });
  const held = {
    head: '1',
    record: {
      job: 'orders',
      environment: 'production',
      engine: 'memory',
      trailing: [{ run: 'old', since: '2026-01-01T00:00:00Z', deadline: '2026-01-01T00:10:00Z' }],
      plan: { strategy: 'parallel', steps: [], job: { drain: { onTimeout: 'cancel', timeoutSeconds: 600 } } },
      journal: [],
      predecessor: null,
      verifying: null,
      closed: { outcome: 'succeeded' },
      gap: { lastBefore: null, firstAfter: null },
    },
  } as unknown as Parameters_[0];

  async function close(state: string, answer: object, head = '1') {
    const stops: string[] = [];
    const session = {
      look: async () => [run(state)],
      can: {
        stop: async (call: { run: { id: string } }) => {
          stops.push(call.run.id);
          return answer;
        },
      },
    } as unknown as Parameters_[1];
    const ledger = {
      write: () => Promise.reject(new Error('nothing is written')),
      read: async () => new Map([['orders', { ...held, head }]]),
    };
    const clock = { now: () => Date.parse('2026-01-02T00:00:00Z'), sleep: async () => {} };
    const report = await closeTrailing(
      held,
      session,
      {} as Parameters_[2],
      ledger,
      clock,
      new AbortController().signal,
    );
    return { report, stops };
  }

  it('is cancelled once, and told as failed where the engine says no', async () => {
    const done = await close('draining', { state: 'succeeded' });
    expect([done.stops, done.report?.outcome]).toEqual([['old'], 'pending']);
    const no = await close('draining', { state: 'failed', message: 'it may not' });
    expect(no.report).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('could not be cancelled: it may not'),
    });
    const newer = await close('draining', { state: 'succeeded' }, '2');
    expect([newer.stops, newer.report?.outcome, newer.report?.code]).toEqual([[], 'refused', 'rollout-held']);
    const going = await close('stopping', { state: 'failed', message: 'it is stopping' });
    expect([going.stops, going.report?.outcome]).toEqual([[], 'pending']);
  });
});
