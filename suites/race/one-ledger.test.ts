import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from '../../__tests__/e2e/harness/fleet.js';
import { type Ground, type LedgerKind, openGround } from './ground.js';
import { flawsOf, kindsOf, offTogether } from './line.js';
import type { Racer } from './racer.js';

const jobs = Array.from({ length: 10 }, (_, index) => `stream-${index}`);
const idle = 'orders-returns';
const verify = { 'running-within': '2h', bake: '30s' };
const fleet = manifest(
  Object.fromEntries([...jobs, idle].map((job) => [job, glueJob(job, {}, { verify, strategy: 'restart' })])),
);
const scripts = (names: readonly string[], version: number) =>
  Object.fromEntries(names.map((job) => [`glue/${job}.py`, script(`${job} ${version}`)]));

describe.each<LedgerKind>(['git', 'file', 's3'])('one ledger of the kind %s, a job for each process', (kind) => {
  let ground: Ground;
  let version = 1;

  beforeAll(async () => {
    ground = await openGround(kind);
    await defineGlueJobs(ground.cloud, [...jobs, idle]);
    await ground.commit({ [manifestPath]: fleet, ...scripts([...jobs, idle], version) });
    const first = await ground.cli(['apply', '--environment', 'production']);
    expect([(await first.finish).code, first.said()]).toEqual([0, expect.any(String)]);
  });
  afterAll(() => ground?.close());

  it.each([2, 10])('%d processes at once: each rolls its own job out, none disturbs another', async (processes) => {
    version += 1;
    const mine = jobs.slice(0, processes);
    const others = [...jobs.slice(processes), idle];
    await ground.commit(scripts(jobs, version));
    const before = await ground.history();
    const untouched = await Promise.all(others.map((job) => ground.cloud.states('glue', job)));
    await ground.cloud.forget();

    const racers: Racer[] = [];
    for (const [index, is] of kindsOf(processes).entries()) {
      const job = mine[index] ?? '';
      const args = ['apply', '--environment', 'production', '--jobs', job];
      racers.push(is === 'cli' ? await ground.cli(args) : await ground.action(job));
    }
    const finishes = await offTogether(racers, async () => undefined);
    const told = finishes.map(({ code, job }, index) => `${code} ${job(mine[index] ?? '').outcome}`);
    expect(told).toEqual(mine.map(() => '0 succeeded'));

    const writes = await ground.cloud.writes();
    for (const call of ['glue.UpdateJob', 'glue.BatchStopJobRun', 'glue.StartJobRun'])
      expect([call, writes.filter((one) => one === call).length]).toEqual([call, processes]);
    const after = await ground.history();
    for (const [index, job] of mine.entries()) {
      const states = Object.entries(await ground.cloud.states('glue', job));
      const running = states.filter(([, state]) => state === 'RUNNING').map(([id]) => id);
      expect(running).toEqual([finishes[index]?.job(job).runAfter]);
      const history = after[job] ?? [];
      expect(flawsOf(history)).toEqual([]);
      expect(history.slice(0, before[job]?.length)).toEqual(before[job]);
      const added = history.slice(before[job]?.length ?? 0).map(({ record }) => record);
      expect(new Set(added.map(({ rollout }) => rollout))).toEqual(new Set([finishes[index]?.job(job).rollout]));
      expect(added.at(-1)?.closed?.outcome).toBe('succeeded');
    }
    for (const job of others) expect(after[job]).toEqual(before[job]);
    expect(await Promise.all(others.map((job) => ground.cloud.states('glue', job)))).toEqual(untouched);
  });
});
