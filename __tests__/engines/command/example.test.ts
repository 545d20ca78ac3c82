import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { command } from '../../../src/engines/command/index.js';
import type { Progress, Session, Subject } from '../../../src/engines/engine.js';
import { commandCodes } from '../../../src/model/codes/command.js';
import { codes } from '../../../src/model/codes/index.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import { isActive, type Run } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { type Lab, lab, stamp } from './world.js';

const page = readFileSync('docs/engines/command.md', 'utf8');
const block = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');

let here: Lab;
beforeEach(() => {
  here = lab();
});

afterEach(() => here.end());

const signal = new AbortController().signal;

describe('the page of the engine', () => {
  it('shows a manifest whose target is valid', () => {
    const manifest = parse(block('yaml')[0] ?? '') as {
      jobs: { [job: string]: { engine: string; target: JsonObject } };
    };
    const job = manifest.jobs['orders-streams'];
    expect(job?.engine).toBe('command');
    expect(command.target.parse(job?.target)).toEqual(job?.target);
  });

  it('shows documents that are JSON', () => {
    for (const text of block('json')) expect(() => JSON.parse(text)).not.toThrow();
    expect(block('json').length).toBeGreaterThan(2);
  });

  it('names every field and every code', () => {
    const fields = Object.keys((command.target as unknown as { shape: object }).shape);
    for (const field of fields) expect(page).toContain(`\`${field}\``);
    for (const code of Object.keys(commandCodes).filter((code) => code !== 'command-run-unknown'))
      expect(page).toContain(`\`${code}\``);
    for (const [code] of page.matchAll(/command-[a-z]+(-[a-z]+)+/g)) expect(Object.keys(codes)).toContain(code);
  });
});

describe('the example of the page', () => {
  let session: Session;
  let target: JsonObject;
  let subject: Subject;

  beforeEach(async () => {
    const script = join(here.folder, 'runs.mjs');
    writeFileSync(script, block('js')[0] ?? '');
    const run = [process.execPath, script];
    const settings = { command: [process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000)'] };
    target = { observe: run, start: run, stop: run, settings, env: { RUNS_DIR: join(here.folder, 'runs') } };
    subject = { job: 'orders', names: ['orders'], target, ids: [] };
    session = await here.open(target);
  });

  afterEach(async () => {
    for (const run of (await session.look(subject)).filter(isActive)) await stop(run);
  });

  async function look(): Promise<readonly Run[]> {
    return session.look(subject);
  }

  async function start(with_: Stamp, of = target): Promise<Progress> {
    const progress = await session.can.start?.({
      subject,
      target: of,
      stamp: with_,
      predecessor: null,
      snapshot: null,
      memo: null,
      signal,
    });
    if (!progress) throw new Error('there is no start');
    return progress;
  }

  async function stop(run: Run): Promise<Progress> {
    let memo: Json = null;
    for (;;) {
      const progress: Progress | undefined = await session.can.stop?.({ subject, run, memo, signal });
      if (progress?.state !== 'running') return progress ?? Promise.reject(new Error('there is no stop'));
      memo = progress.memo;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function theRun(id: string): Promise<Run> {
    const run = (await look()).find((one) => one.id === id);
    if (!run) throw new Error(`${id} is not listed`);
    return run;
  }

  it('starts, lists, stops and starts again', async () => {
    expect(await look()).toEqual([]);
    expect(await start(stamp)).toEqual({ state: 'succeeded', run: 'orders.5f1c.start', snapshot: null });
    const run = await theRun('orders.5f1c.start');
    expect(run).toMatchObject({
      name: 'orders',
      state: 'running',
      stamp,
      shows: { settings: target['settings'] },
      endedAt: null,
    });
    expect(Date.parse(run.startedAt ?? '')).toBeLessThanOrEqual(Date.now());

    expect(await stop(run)).toEqual({ state: 'succeeded', run: run.id, snapshot: null });
    expect(await theRun(run.id)).toMatchObject({ state: 'stopped', stamp, endedAt: expect.any(String) });
    expect((await session.observe([subject])).get('orders')).toEqual([]);
    expect((await session.observe([{ ...subject, ids: [run.id] }])).get('orders')).toMatchObject([
      { id: run.id, state: 'stopped' },
    ]);

    expect(await start({ ...stamp, n: 4, rollout: '77aa' })).toMatchObject({ run: 'orders.77aa.start' });
    expect((await look()).filter(isActive).map(({ id }) => id)).toEqual(['orders.77aa.start']);
  });

  it('makes one run of a start that is asked for twice', async () => {
    const answers = await Promise.allSettled([start(stamp), start(stamp)]);
    expect(answers).toContainEqual({
      status: 'fulfilled',
      value: { state: 'succeeded', run: 'orders.5f1c.start', snapshot: null },
    });
    expect(await start(stamp)).toMatchObject({ state: 'succeeded', run: 'orders.5f1c.start' });
    expect(await look()).toHaveLength(1);
  });

  it('tells a job that fails from one that ends by itself', async () => {
    const of = (code: number) => ({
      ...target,
      settings: { command: [process.execPath, '-e', `process.exit(${code})`] },
    });
    await start(stamp, of(3));
    await start({ ...stamp, step: 'undo-start' }, of(0));
    while ((await look()).some(isActive)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await theRun('orders.5f1c.start')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('exit code 3'),
    });
    expect(await theRun('orders.5f1c.undo-start')).toMatchObject({ state: 'finished' });
  });

  it('says no to a run that is not there', async () => {
    await start(stamp);
    const run = await theRun('orders.5f1c.start');
    expect(await stop({ ...run, id: 'orders.none.start' })).toMatchObject({ state: 'failed', code: 'command-failed' });
    expect(isActive(await theRun(run.id))).toBe(true);
  });
});
