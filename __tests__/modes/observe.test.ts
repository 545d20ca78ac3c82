import { expect, it } from '@jest/globals';
import type { Engine, Session } from '../../src/engines/engine.js';
import type { Held } from '../../src/ledger/ledger.js';
import { RolloutError } from '../../src/model/error.js';
import type { Job } from '../../src/model/job.js';
import type { Bench } from '../../src/modes/bench.js';
import { observe } from '../../src/modes/observe.js';
import { fresh, old, recordOf, runOf } from '../rollout/kit.js';

/** Runs of the job as `observe` shows them: those of a list of the active ones, and where `look` was asked the ended one, too. */
async function seen(active: ReturnType<typeof runOf>, held: ReadonlyMap<string, Held>) {
  const session = {
    observe: async () => new Map([['orders', [active]]]),
    look: async () => [active, fresh('failed')],
  } as unknown as Session;
  const bench = { sessions: { get: async () => session } } as unknown as Bench;
  const engine = { artifacts: [], reference: null, pathsAreCode: false } as unknown as Engine;
  const job = { ...recordOf('restart').plan?.job, positions: {} } as unknown as Job;
  const { runs } = await observe(bench, [job], new Map([['memory', engine]]), held);
  return runs.get('orders')?.map((run) => run.id);
}

it('reads the ended runs, too, where active ones bear stamps that no record tells of: the newest number may be theirs', async () => {
  expect(await seen(old(), new Map())).toEqual(['old', 'new']);
  expect(await seen(runOf('by-hand'), new Map())).toEqual(['by-hand']);
  expect(await seen(old(), new Map([['orders', { record: recordOf('restart'), head: '1' }]]))).toEqual(['old']);
});

it('tells the line of a secret that is not there', async () => {
  const get = async () => {
    throw new RolloutError('secret-missing', 'The secret `TOKEN` is not in the process environment.');
  };
  const ambient = { env: { USER: 'ada' } };
  const bench = { sessions: { get }, ambient } as unknown as Bench;
  const line = (of: number) => ({ file: 'jobs.yml', line: of, column: 1 });
  const job = {
    ...recordOf('restart').plan?.job,
    target: { headers: { From: '${secret.USER}', Authorization: 'Bearer ${secret.TOKEN}' } },
    at: line(1),
    positions: { 'target.headers.From': line(5), 'target.headers.Authorization': line(6) },
  } as unknown as Job;
  const { unseen } = await observe(bench, [job], new Map(), new Map());
  expect(unseen.get('orders')).toMatchObject({ code: 'secret-missing', file: 'jobs.yml', line: 6 });
});
