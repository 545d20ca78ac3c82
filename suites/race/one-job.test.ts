import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  dataflowJob,
  defineGlueJobs,
  glueJob,
  manifest,
  manifestPath,
  script,
  template,
} from '../../__tests__/e2e/harness/fleet.js';
import type { JobReport } from '../../src/model/report.js';
import { type Ground, type LedgerKind, openGround } from './ground.js';
import { flawsOf, kindsOf, offTogether } from './line.js';
import type { Finish, Racer } from './racer.js';

const verify = { 'running-within': '2h', bake: '30s' };
const fleet = manifest({
  orders: glueJob('orders', {}, { verify, strategy: 'restart' }),
  events: dataflowJob('events', {}, { verify, strategy: 'in-place-update' }),
  'orders-returns': glueJob('orders-returns', {}, { verify }),
});
const filesOf = (version: number) => ({
  'glue/orders.py': script(`orders ${version}`),
  'templates/events.json': template(`events-${version}`.padEnd(10 + version, 'x')),
});

/** Calls that start, replace or stop a run, or change what later runs start with. */
const changing = /^(glue\.(Start|BatchStop|Update|Create|Delete)|dataflow\.(launch|create|update))/;

describe.each<LedgerKind>(['git', 'file', 's3'])('one job, its record in a ledger of the kind %s', (kind) => {
  let ground: Ground;
  let version = 1;
  let sibling: readonly string[];

  beforeAll(async () => {
    ground = await openGround(kind);
    await defineGlueJobs(ground.cloud, ['orders', 'orders-returns']);
    await ground.commit({ [manifestPath]: fleet, 'glue/orders-returns.py': script('returns'), ...filesOf(version) });
    const first = await ground.cli(['apply', '--environment', 'production']);
    expect([(await first.finish).code, first.said()]).toEqual([0, expect.any(String)]);
    sibling = Object.keys(await ground.cloud.states('glue', 'orders-returns'));
    expect(sibling).toHaveLength(1);
  });
  afterAll(() => ground?.close());

  const races = [
    { processes: 2, job: 'orders', once: ['glue.UpdateJob', 'glue.BatchStopJobRun', 'glue.StartJobRun'] },
    { processes: 2, job: 'events', once: ['dataflow.launchFlexTemplate'] },
    { processes: 10, job: 'orders', once: ['glue.UpdateJob', 'glue.BatchStopJobRun', 'glue.StartJobRun'] },
  ] as const;

  it.each(races)('$processes processes on $job: one rolls out, the others wait or are refused', async (race) => {
    const { processes, job, once } = race;
    const service = job === 'orders' ? 'glue' : 'dataflow';
    version += 1;
    await ground.commit(filesOf(version));
    const before = (await ground.history())[job] ?? [];
    const definition = await ground.cloud.definition('orders-returns');
    await ground.cloud.forget();

    const upload = job === 'orders' ? ['s3', 'PutObject'] : ['storage', 'objects.insert'];
    await ground.delay(upload[0] ?? '', upload[1] ?? '', 'before', 300, 1000);
    const args = ['apply', '--environment', 'production', '--jobs', job];
    const racers: Racer[] = [];
    for (const is of kindsOf(processes)) racers.push(is === 'cli' ? await ground.cli(args) : await ground.action(job));
    const finishes = await offTogether(racers, () => ground.clearFaults());

    const told = racers.map((racer, index) => ({
      racer,
      finish: finishes[index] as Finish,
      report: (finishes[index] as Finish).job(job),
    }));
    const winners = told.filter(({ report }) => report.outcome === 'succeeded');
    expect(told.map(({ racer, report }) => `${racer.kind} ${report.outcome}`).sort()).toEqual(
      [
        `${winners[0]?.racer.kind} succeeded`,
        ...told
          .filter((one) => one !== winners[0])
          .map(({ racer, report }) => (racer.kind === 'action' ? 'action unchanged' : `cli ${report.outcome}`)),
      ].sort(),
    );
    const [winner] = winners;
    if (winner === undefined) throw new Error('nobody won');
    expect(winner.finish.code).toBe(0);
    const n = (before.at(-1)?.record.n ?? 0) + 1;
    const losers = told.filter((one) => one !== winner);
    for (const { racer, finish, report } of losers) {
      // Who planned when all was over has nothing to do.
      const late = report.outcome === 'unchanged';
      expect([finish.code, report.outcome]).toEqual(late ? [0, 'unchanged'] : [3, 'refused']);
      if (!late) expect(refusal(report)).toEqual(refusals(job, n, winner.racer.holder));
      expect(racer.kind === 'cli' || late).toBe(true);
    }
    // They did meet.
    const metLedger = (text: string) => text.includes('changed the ledger first') || text.includes('is held by');
    expect(losers.some(({ racer, report }) => racer.kind === 'action' || metLedger(report.message))).toBe(true);

    const calls = (await ground.cloud.requests()).filter(({ write }) => write);
    const changes = calls.map((call) => `${call.service}.${call.operation}`).filter((call) => changing.test(call));
    expect(changes).toEqual([...once]);

    const active = (await ground.cloud.runs(service)).filter(
      ({ name, state }) => name === job && ['RUNNING', 'JOB_STATE_RUNNING'].includes(state),
    );
    expect(active.map(({ id }) => id)).toEqual([winner.report.runAfter]);
    expect(JSON.stringify(active)).toContain(winner.report.revision);

    const history = (await ground.history())[job] ?? [];
    expect(flawsOf(history)).toEqual([]);
    expect(history.slice(0, before.length)).toEqual(before);
    const added = history.slice(before.length);
    expect(added[0]?.message).toContain(`open rollout ${n}`);
    expect(added.at(-1)?.record).toMatchObject({ n, closed: { outcome: 'succeeded' }, holder: null });
    expect(new Set(added.map(({ record }) => record.rollout))).toEqual(new Set([winner.report.rollout]));

    expect(await ground.cloud.states('glue', 'orders-returns')).toEqual({ [sibling[0] ?? '']: 'RUNNING' });
    expect(await ground.cloud.definition('orders-returns')).toEqual(definition);
  });
});

const refusal = ({ code, message, next }: JobReport) => ({ code, message, next });

/** When a command can meet a lock: at its own first write, while the other works or when it is through; or when it reads the ledger. */
function refusals(job: string, n: number, holder: string) {
  const texts = [
    {
      message: `Refused; nothing was touched. ${holder} changed the ledger first. What runs now was not looked at.`,
      next: `wait for ${holder}, then run the same command again`,
    },
    {
      message: `Refused; nothing was touched. Another process changed the ledger first: rollout ${n}, closed succeeded since this plan was made. What runs now was not looked at.`,
      next: 'run the same command again',
    },
    {
      message: `Rollout ${n} is held by ${holder}, opened AGE min ago. Nothing was touched. NOW`,
      next: `wait for it, or: stream-rollout apply --environment production --jobs ${job} --take-over`,
    },
  ];
  return {
    code: 'rollout-held',
    message: expect.stringMatching(any(texts.map(({ message }) => message))),
    next: expect.stringMatching(any(texts.map(({ next }) => next))),
  };
}

/** The runs at that moment: the old one, both or none, in any state. */
const seen = `(Nothing runs now\\.|Now: run \\S+ of \\S+ is \\w+(, run \\S+ of \\S+ is \\w+)*\\.)`;

function any(texts: readonly string[]): RegExp {
  const escaped = texts.map((text) =>
    text
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace('AGE', '\\d+')
      .replace('NOW', seen),
  );
  return new RegExp(`^(${escaped.join('|')})$`);
}
