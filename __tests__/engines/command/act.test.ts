import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Progress, Verbs } from '../../../src/engines/engine.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import { stampToFields } from '../../../src/model/stamp.js';
import { withDefaults } from './job.js';
import { canary, type Lab, lab, run, stamp, subject } from './world.js';

let here: Lab;
beforeEach(() => {
  here = lab();
});
afterEach(() => here.end());

const signal = new AbortController().signal;

async function start(target: JsonObject, memo: Json = null): Promise<Progress> {
  const { can } = await here.open(target);
  if (!can.start) throw new Error('there is no start');
  return can.start({
    subject: subject(target),
    target,
    stamp,
    predecessor: run(),
    snapshot: 's3://chk/1',
    memo,
    signal,
  });
}

async function stop(target: JsonObject, memo: Json = null, isLate = () => false): Promise<Progress> {
  const { can } = await here.open(target);
  if (!can.stop) throw new Error('there is no stop');
  return can.stop({ subject: subject(target), run: run(), memo, signal, isLate });
}

const observe = 'true';

describe('a session', () => {
  it('has the verbs of its commands and no others', async () => {
    const { can } = await here.open({ observe, start: 'x', 'stop-with-snapshot': 'y' });
    expect(Object.keys(can).sort()).toEqual(['start', 'stopWithSnapshot']);
  });
});

describe('a look at the lock that is too old', () => {
  it.each([null, { poll: 7 }])('begins no command, and keeps the memo %j', async (memo) => {
    const target = { observe, stop: here.answers({ done: {} }) };
    expect(await stop(target, memo, () => true)).toEqual({ state: 'running', memo, retryAfterSeconds: 1 });
    expect(here.requests()).toEqual([]);
    expect(await stop(target, memo)).toMatchObject({ state: 'succeeded' });
    expect(here.requests()).toHaveLength(1);
  });
});

describe('requests', () => {
  it('of start hold target, stamp, predecessor and snapshot', async () => {
    const target = {
      observe,
      start: here.answers({ run: { id: 'new' } }),
      settings: { topic: 'a' },
      scaling: { replicas: 2 },
      artifact: 's3://b/c.jar',
      name: 'orders-b',
      timeout: 20,
    };
    expect(await start(target)).toEqual({ state: 'succeeded', run: 'new', snapshot: null });
    expect(here.requests()).toEqual([
      {
        version: 1,
        verb: 'start',
        job: 'orders',
        name: 'orders-b',
        target: { name: 'orders-b', settings: { topic: 'a' }, scaling: { replicas: 2 }, artifact: 's3://b/c.jar' },
        memo: null,
        stamp: stampToFields(stamp),
        predecessor: { id: 'old-run', name: 'orders', state: 'running', startedAt: null, stamp: null },
        snapshot: 's3://chk/1',
      },
    ]);
  });

  it('of the other verbs hold what the verb is about', async () => {
    const done = here.answers({ done: { snapshot: 's3://chk/2' } });
    const target = {
      observe,
      prepare: done,
      scale: done,
      drain: done,
      stop: done,
      snapshot: done,
      'stop-with-snapshot': done,
    };
    const { can } = (await here.open(target)) as { can: Required<Verbs> };
    const base = { subject: subject(target), memo: { page: 2 }, signal };
    const other = run({ name: 'orders-b', stamp });
    await can.prepare({ ...base, target, stamp });
    await can.scale({ ...base, run: other, scale: { scaling: { replicas: 5 } } });
    await can.drain({ ...base, run: other });
    await can.stop({ ...base, run: other });
    expect(await can.snapshot({ ...base, run: other, directory: 'r/5f1c' })).toEqual({
      state: 'succeeded',
      run: 'old-run',
      snapshot: 's3://chk/2',
    });
    await can.stopWithSnapshot({ ...base, run: other, directory: 'r/5f1c' });
    const named = {
      job: 'orders',
      name: 'orders-b',
      memo: { page: 2 },
      run: { id: 'old-run', stamp: stampToFields(stamp) },
    };
    expect(here.requests()).toMatchObject([
      { verb: 'prepare', stamp: stampToFields(stamp), memo: { page: 2 } },
      { ...named, verb: 'scale', scaling: { replicas: 5 } },
      { ...named, verb: 'drain' },
      { ...named, verb: 'stop' },
      { ...named, verb: 'snapshot', directory: 'r/5f1c' },
      { ...named, verb: 'stop-with-snapshot', directory: 'r/5f1c' },
    ]);
  });

  it('use the command of the target that is started, not of the one that runs', async () => {
    const old = { observe, start: here.answers({ run: { id: 'from-old' } }) };
    const { can } = await here.open(old);
    const target = { observe, start: here.answers({ run: { id: 'from-new' } }) };
    expect(
      await can.start?.({
        subject: subject(old),
        target,
        stamp,
        predecessor: null,
        snapshot: null,
        memo: null,
        signal,
      }),
    ).toMatchObject({ run: 'from-new' });
  });
});

describe('answers', () => {
  it.each([
    ['done', { done: {} }, { state: 'succeeded', run: 'old-run', snapshot: null }],
    [
      'running',
      { running: { memo: { op: 1 }, retryAfterSeconds: 9 } },
      { state: 'running', memo: { op: 1 }, retryAfterSeconds: 9 },
    ],
    ['running, briefly', { running: {} }, { state: 'running', memo: null, retryAfterSeconds: 7 }],
    [
      'failed',
      { failed: { message: 'no such run', next: 'look' } },
      { state: 'failed', code: 'command-failed', message: 'orders: stop: no such run', next: 'look' },
    ],
  ] as const)('%s', async (_, answer, progress) => {
    expect(await stop({ observe, stop: here.answers(answer), poll: '7s' })).toEqual(progress);
  });

  it('with a definite no count whatever the exit code is', async () => {
    expect(
      await stop({ observe, stop: here.answers({ failed: { message: 'no' } }, 'process.exitCode = 1') }),
    ).toMatchObject({ state: 'failed', code: 'command-failed' });
  });

  it.each([
    [
      'an exit code',
      'process.stdout.write(JSON.stringify({done:{}})); console.error("lost the connection"); process.exitCode = 7',
      'exit code 7. It said: lost the connection',
    ],
    ['an end by a signal', 'process.kill(process.pid, "SIGKILL")', 'exit code 128'],
    ['nothing', '', 'printed nothing'],
    ['no JSON', 'process.stdout.write("OK")', 'not one JSON document'],
    ['an empty document', 'process.stdout.write("{}")', 'expected one of'],
    ['a wrong key', 'process.stdout.write(JSON.stringify({ok:true}))', 'expected one of'],
    ['a run where none was asked for', 'process.stdout.write(JSON.stringify({run:{id:"x"}}))', '{"done": {}}'],
  ])('that are not clear are unknown, never done and never failed: %s', async (_, source, text) => {
    await expect(stop({ observe, stop: here.program(source) })).rejects.toMatchObject({
      code: 'command-answer-unknown',
      class: 'transient',
      message: expect.stringContaining(text),
    });
  });

  it('of start must name the run, of a snapshot what was written', async () => {
    await expect(start({ observe, start: here.answers({ done: {} }) })).rejects.toMatchObject({
      code: 'command-answer-unknown',
      message: expect.stringContaining('"run"'),
    });
    const target = { observe, snapshot: here.answers({ done: {} }) };
    const { can } = await here.open(target);
    await expect(
      can.snapshot?.({ subject: subject(target), run: run(), directory: 'd', memo: null, signal }),
    ).rejects.toMatchObject({ code: 'command-answer-unknown', message: expect.stringContaining('snapshot') });
  });

  it('are a definite no if the program is missing, but not after an earlier call', async () => {
    const target = { observe, stop: ['./no-such-program'] };
    expect(await stop(target)).toMatchObject({ state: 'failed', code: 'command-not-runnable' });
    await expect(stop(target, { op: 1 })).rejects.toMatchObject({ code: 'command-not-runnable' });
  });
});

describe('secrets', () => {
  it('are in the environment of the command and nowhere else', async () => {
    const source = `
      const { TOKEN, BEARER, PLAIN, GITHUB_OUTPUT } = process.env;
      console.error('token ' + TOKEN);
      console.error(BEARER);
      const told = [...process.execArgv, ...process.argv].some((text) => text.includes(TOKEN));
      const extra = Object.keys(process.env).filter((name) => /^(INPUT|STATE)_/.test(name));
      const seen = [TOKEN.length, BEARER === 'Bearer ' + TOKEN, PLAIN, GITHUB_OUTPUT ?? null, told, extra];
      process.stdout.write(JSON.stringify({ running: { memo: seen } }));`;
    const target = {
      observe,
      stop: here.program(source),
      env: { TOKEN: '${secret.TOKEN}', COUNT: 3 },
      credentials: { BEARER: 'Bearer ${secret.TOKEN}' },
    };
    expect(await stop(target)).toMatchObject({
      state: 'running',
      memo: [canary.length, true, 'plain', null, false, []],
    });
    expect(here.log).toEqual(['orders: stop: token ***', 'orders: stop: Bearer ***']);
    expect(JSON.stringify(here.requests())).not.toContain(canary);
  });

  it('are blanked out of errors', async () => {
    const credentials = { TOKEN: '${secret.TOKEN}' };
    const loud = {
      observe,
      credentials,
      stop: here.program('console.error("using " + process.env.TOKEN); process.exitCode = 1'),
    };
    await expect(stop(loud)).rejects.toMatchObject({ message: expect.stringContaining('using ***') });
    const failing = {
      observe,
      credentials,
      stop: here.program(
        'process.stdout.write(JSON.stringify({failed:{message:"bad " + process.env.TOKEN, next: "change " + process.env.TOKEN}}))',
      ),
    };
    expect(await stop(failing)).toMatchObject({ message: 'orders: stop: bad ***', next: 'change ***' });
  });
});

describe('pre-flight', () => {
  it('finds commands that cannot run, and leaves alone what it cannot know', async () => {
    const plain = join(here.folder, 'plain.sh');
    const script = join(here.folder, 'script.sh');
    writeFileSync(plain, '');
    writeFileSync(script, '#!/bin/sh\n');
    chmodSync(plain, 0o644);
    chmodSync(script, 0o755);
    const target = {
      observe,
      start: `${here.folder}/missing.sh --now`,
      stop: [plain],
      drain: `${script} drain`,
      scale: 'kubectl scale',
      snapshot: '"$HOME/x" | cat',
      prepare: 'cd sub && ./x',
    };
    const session = await here.open(target);
    const intended = {
      subject: subject(target),
      job: withDefaults({ target }),
      target,
      strategy: 'restart',
      current: null,
    } as const;
    const findings = await session.preflight(intended);
    expect(findings.map(({ code, level, message }) => [code, level, message.replace(here.folder, '.')])).toEqual([
      ['command-not-runnable', 'error', 'orders: target.start runs ./missing.sh, which does not exist.'],
      ['command-not-runnable', 'error', 'orders: target.stop runs ./plain.sh, which is not executable.'],
    ]);
  });
});
