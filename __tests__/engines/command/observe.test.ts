import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stampToFields } from '../../../src/model/stamp.js';
import { canary, type Lab, lab, stamp, subject } from './world.js';

let here: Lab;
beforeEach(() => {
  here = lab();
});
afterEach(() => here.end());

const since = '2026-11-22T17:00:00.000Z';

describe('observe', () => {
  it('tells runs in the words of the model', async () => {
    const fields = stampToFields(stamp);
    const observe = here.answers({
      runs: [
        {
          id: 7,
          name: 'orders',
          state: 'running',
          engineState: 'ACTIVE',
          startedAt: '2026-11-22T17:41:14+01:00',
          stamp: { ...fields, n: 3 },
          scaling: { replicas: 4 },
          settings: { a: 1 },
          streaming: true,
          url: 'https://console.example/7',
          extra: 'ignored',
        },
        { id: 'by-hand', name: 'orders', state: 'draining', stamp: null },
        { id: 'odd', name: 'orders', state: 'starting', stamp: { revision: 'r1-x' } },
      ],
    });
    const target = { observe };
    const session = await here.open(target);
    const runs = (await session.observe([subject(target)])).get('orders');
    expect(runs).toMatchObject([
      {
        id: '7',
        name: 'orders',
        state: 'running',
        engineState: 'ACTIVE',
        stamp,
        scale: { scaling: { replicas: 4 } },
        shows: { settings: { a: 1 } },
        streaming: true,
        endedAt: null,
      },
      {
        id: 'by-hand',
        state: 'draining',
        engineState: 'draining',
        stamp: null,
        scale: null,
        shows: null,
        streaming: null,
        url: null,
        detail: null,
      },
      { id: 'odd', stamp: null },
    ]);
  });

  it('asks for ended runs only in a look, and names what is known', async () => {
    const target = { observe: here.answers({ runs: [] }), settings: { topic: 'a' }, start: 'x', poll: 3 };
    const session = await here.open(target);
    await session.observe([subject(target)]);
    await session.look(subject(target, { ids: ['old'], names: ['orders', 'orders-b'] }));
    expect(here.requests()).toEqual([
      {
        version: 1,
        verb: 'observe',
        ended: false,
        jobs: [{ job: 'orders', names: ['orders'], ids: [], target: { settings: { topic: 'a' } } }],
      },
      {
        version: 1,
        verb: 'observe',
        ended: true,
        jobs: [{ job: 'orders', names: ['orders', 'orders-b'], ids: ['old'], target: { settings: { topic: 'a' } } }],
      },
    ]);
  });

  it('gives each job its own runs out of one shared call', async () => {
    const runs = ['orders', 'orders-returns', 'orders', 'foreign'].map((name, index) => ({
      id: `run-${index}`,
      name,
      state: 'running',
    }));
    const target = { observe: here.answers({ runs }) };
    const session = await here.open(target);
    const seen = await session.observe([
      subject(target),
      subject({ ...target, settings: { other: true } }, { job: 'returns', names: ['orders-returns'] }),
      subject(target, { job: 'none', names: ['none'], ids: ['run-3'] }),
    ]);
    expect([...seen].map(([job, of]) => [job, of.map(({ id }) => id)])).toEqual([
      ['orders', ['run-0', 'run-2']],
      ['returns', ['run-1']],
      ['none', ['run-3']],
    ]);
    expect(here.requests()).toHaveLength(1);
  });

  it('calls apart what has another command, environment or secret', async () => {
    const observe = here.program(
      'process.stdout.write(JSON.stringify({ runs: [{ id: process.env.CLUSTER ?? "none", name: "orders", state: "running" }] }))',
    );
    const targets = [{ observe }, { observe, env: { CLUSTER: 'east' } }, { observe, credentials: { CLUSTER: 'west' } }];
    const session = await here.open({ observe });
    const seen = await session.observe(targets.map((target, index) => subject(target, { job: `job-${index}` })));
    expect([...seen.values()].map((runs) => runs[0]?.id)).toEqual(['none', 'east', 'west']);
  });

  it.each([
    ['nothing', 'null', 'command-answer-invalid', 'printed nothing'],
    ['no JSON', 'process.stdout.write("no runs")', 'command-answer-invalid', 'not one JSON document'],
    ['two documents', 'process.stdout.write("{\\"runs\\":[]}{}")', 'command-answer-invalid', 'not one JSON document'],
    ['a list', 'process.stdout.write("[]")', 'command-answer-invalid', 'expected object'],
    [
      'an unknown state',
      'process.stdout.write(JSON.stringify({runs:[{id:"a",name:"orders",state:"RUNNING"}]}))',
      'command-answer-invalid',
      'runs.0.state',
    ],
    [
      'a run without a name',
      'process.stdout.write(JSON.stringify({runs:[{id:"a",state:"running"}]}))',
      'command-answer-invalid',
      'runs.0.name',
    ],
    [
      'a wrong time',
      'process.stdout.write(JSON.stringify({runs:[{id:"a",name:"orders",state:"running",startedAt:"yesterday"}]}))',
      'command-answer-invalid',
      'runs.0.startedAt',
    ],
    [
      'an exit code',
      'process.stdout.write("{\\"runs\\":[]}"); console.error("cluster is away"); process.exitCode = 3',
      'command-observe-failed',
      'exit code 3. It said: cluster is away',
    ],
  ])('never takes %s for "no runs"', async (_, source, code, text) => {
    const target = { observe: here.program(source) };
    const session = await here.open(target);
    await expect(session.observe([subject(target)])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
    await expect(session.observe([subject(target)])).rejects.toMatchObject({
      message: expect.stringMatching(/^orders: the observe command/),
    });
  });

  it('leaves out the jobs whose command fails, and a look says why', async () => {
    const good = { observe: here.answers({ runs: [{ id: 'a', name: 'orders', state: 'running' }] }) };
    const away = { observe: here.program('console.error("cluster is away"); process.exitCode = 3') };
    const gone = { observe: ['./no-such-program'] };
    const session = await here.open(good);
    const subjects = [
      subject(good),
      subject(away, { job: 'east', names: ['east'] }),
      subject(away, { job: 'west', names: ['west'] }),
      subject(gone, { job: 'gone', names: ['gone'] }),
    ];
    const seen = await session.observe(subjects);
    expect([...seen].map(([job, runs]) => [job, runs.map(({ id }) => id)])).toEqual([['orders', ['a']]]);
    for (const [index, code, text] of [
      [1, 'command-observe-failed', 'east: the observe command ended with exit code 3. It said: cluster is away'],
      [2, 'command-observe-failed', 'west: the observe command ended with exit code 3. It said: cluster is away'],
      [3, 'command-not-runnable', 'gone: the observe command'],
    ] as const) {
      await expect(session.look(subjects[index] as (typeof subjects)[0])).rejects.toMatchObject({
        code,
        message: expect.stringContaining(text),
      });
    }
  });

  it('is an error if the command is missing', async () => {
    const target = { observe: ['./no-such-program'] };
    await expect((await here.open(target)).observe([subject(target)])).rejects.toMatchObject({
      code: 'command-not-runnable',
      message: expect.stringContaining('no-such-program'),
    });
  });

  it('blanks secrets out of what runs say', async () => {
    const observe = here.program(
      'process.stdout.write(JSON.stringify({runs:[{id:"a",name:"orders",state:"failed",detail:"login with " + process.env.PASSWORD + " refused"}]}))',
    );
    const target = { observe, credentials: { PASSWORD: '${secret.TOKEN}' } };
    const runs = await (await here.open(target)).look(subject(target));
    expect(runs[0]?.detail).toBe('login with *** refused');
    expect(JSON.stringify(here.requests())).not.toContain(canary);
  });
});

describe('measure', () => {
  it('gives samples of a signal', async () => {
    const samples = [
      { at: '2026-11-22T17:41:14Z', value: 12 },
      { at: '2026-11-22T17:42:14Z', value: null },
    ];
    const target = {
      observe: here.answers({ runs: [{ id: 'a', name: 'orders', state: 'running' }] }),
      measure: here.answers({ samples }),
    };
    const session = await here.open(target);
    const [run] = await session.look(subject(target));
    if (!run) throw new Error('no run');
    expect(await session.measure?.(run, 'lag', since)).toEqual(samples.map((sample) => ({ signal: 'lag', ...sample })));
    expect(here.requests().at(-1)).toMatchObject({
      version: 1,
      verb: 'measure',
      job: 'orders',
      signal: 'lag',
      since,
      run: { id: 'a' },
    });
    await expect(async () => session.measure?.({ ...run, name: 'stranger' }, 'lag', since)).rejects.toMatchObject({
      code: 'command-run-unknown',
    });
  });

  it('has no such signal without a command, and an error for a broken answer', async () => {
    const observe = here.answers({ runs: [{ id: 'a', name: 'orders', state: 'running' }] });
    for (const [measure, outcome] of [
      [undefined, null],
      [here.answers({ unsupported: true }), null],
      [here.answers({ samples: [{ value: 1 }] }), 'broken'],
    ] as const) {
      const target = { observe, ...(measure ? { measure } : {}) };
      const session = await here.open(target);
      const [run] = await session.look(subject(target));
      if (!run || !session.measure) throw new Error('no run');
      if (outcome === null) expect(await session.measure(run, 'lag', since)).toBeNull();
      else
        await expect(session.measure(run, 'lag', since)).rejects.toMatchObject({
          code: 'command-answer-invalid',
          message: expect.stringContaining('samples.0.at'),
        });
    }
  });
});
