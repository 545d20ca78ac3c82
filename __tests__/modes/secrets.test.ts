import { afterAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import type { JobRecord, RolloutPlan } from '../../src/model/record.js';
import { apply } from '../../src/modes/apply.js';
import type { Bench } from '../../src/modes/bench.js';
import { resume } from '../../src/modes/resume.js';
import { rollback } from '../../src/modes/rollback.js';
import { needSecrets, secretsFrom } from '../../src/modes/secrets.js';
import type { Cause } from '../../src/rollout/decision.js';
import { step } from '../../src/strategies/steps.js';
import { removeTemporaries } from '../changes/repo.js';
import { goodOf, recordOf } from '../rollout/kit.js';
import { jobOf, outcomesOf, type World, world } from './world.js';

afterAll(removeTemporaries);

const nothing = async () => {};
const roll = async (bench: Bench) => (await apply(bench, nothing)).report;
const secret = { OLD_KEY: 'canary-old' };
const whileWatched = (line: string) => line.includes('a verdict is due');

/** Version 1 runs, and was launched with a secret that version 2 does not name any more. */
async function withOldSecret(): Promise<World> {
  const here = world();
  here.declare({ a: { v: 1, env: { KEY: '${secret.OLD_KEY}' } } });
  expect(outcomesOf(await roll(here.bench({ env: secret })))).toEqual({ a: 'succeeded' });
  here.declare({ a: { v: 2 } });
  return here;
}

describe('a secret of the settings that an undo would start', () => {
  it('is asked for before anything is touched, by apply and by rollback', async () => {
    const here = await withOldSecret();
    const before = here.log();
    const report = await roll(here.bench());
    expect(jobOf(report, 'a')).toMatchObject({
      outcome: 'refused',
      code: 'secret-missing',
      message: expect.stringContaining('OLD_KEY'),
      next: expect.stringContaining('OLD_KEY'),
    });
    expect([report.exitCode, here.log(), (await here.held()).get('a')?.record.n]).toEqual([3, before, 1]);
    expect(outcomesOf(await roll(here.bench({ env: secret })))).toEqual({ a: 'succeeded' });
    const raw = { jobs: 'a', accept: 'unsafe-rollback' };
    const after = here.log();
    const back = (await rollback(here.bench({ raw }), nothing)).report;
    expect([jobOf(back, 'a').code, here.log(), (await here.held()).get('a')?.record.n]).toEqual([
      'secret-missing',
      after,
      2,
    ]);
  });

  it('is asked for before a rollout is taken over, which stays open without it', async () => {
    const here = await withOldSecret();
    await roll(here.bench({ env: secret, runId: '1', cancel: whileWatched }));
    const before = [here.log(), (await here.held()).get('a')?.record.counter];
    const refused = await resume(here.bench({ runId: '2' }));
    expect(jobOf(refused, 'a')).toMatchObject({
      outcome: 'refused',
      code: 'secret-missing',
      message: expect.stringMatching(/OLD_KEY.*Rollout 2 stays open, and nothing was touched\.$/),
      next: expect.stringContaining('OLD_KEY'),
    });
    expect([here.log(), (await here.held()).get('a')?.record.counter]).toEqual(before);
    const again = await roll(here.bench({ runId: '3' }));
    expect([jobOf(again, 'a').outcome, jobOf(again, 'a').code]).toEqual(['refused', 'secret-missing']);
    expect([here.log(), (await here.held()).get('a')?.record.counter]).toEqual(before);
    expect(outcomesOf(await resume(here.bench({ runId: '4', env: secret })))).toEqual({ a: 'succeeded' });
  });
});

describe('what a rollout needs', () => {
  const drained = [step('drain', 'start'), step('start'), step('verify')];
  const beside = [step('start', 'stop'), step('verify')];
  const superseding: Cause = { code: 'superseded', message: '' };
  const signals = { lag: { http: { url: 'https://x', headers: { a: '${secret.SIGNAL}' } } } };

  function needed(steps: RolloutPlan['steps'], more: Partial<JobRecord> = {}, by: Cause | null = null): string[] {
    const record = recordOf('drain-and-resubmit', { good: goodOf({ target: { pw: '${secret.OLD}' } }), ...more });
    const plan = record.plan as RolloutPlan;
    const verify = { ...plan.job.verify, signals } as unknown as RolloutPlan['job']['verify'];
    const target: JsonObject = { parameters: { pw: '${secret.NEW}' } };
    const body = { ...record, plan: { ...plan, steps, target, job: { ...plan.job, verify } } };
    const asked: string[] = [];
    needSecrets(
      { ambient: { secret: (name: string) => String(asked.push(name)) } as unknown as Bench['ambient'] },
      {
        body,
        superseding: by,
      },
    );
    return asked;
  }

  it('is what its steps launch, what their undo launches, and what its run is measured with', () => {
    expect(needed(drained)).toEqual(['NEW', 'OLD', 'SIGNAL']);
    expect(needed(beside)).toEqual(['NEW', 'SIGNAL']);
    expect(needed([step('verify')])).toEqual(['SIGNAL']);
    expect(needed([step('scale', 'scale'), step('verify')])).toEqual(['SIGNAL']);
  });

  it('is the old settings alone on the way back', () => {
    expect(needed(drained, { direction: 'undo' })).toEqual(['OLD']);
    expect(needed(drained, {}, superseding)).toEqual(['OLD']);
    expect(needed(drained, { good: null, direction: 'undo' })).toEqual([]);
  });

  it('is named where it is missing', () => {
    const { read } = secretsFrom({}, () => {});
    const body = { ...recordOf('restart'), good: goodOf({ target: { pw: '${secret.OLD}' } }) };
    const plan = { ...(body.plan as RolloutPlan), steps: drained };
    const bench = { ambient: { secret: read } as unknown as Bench['ambient'] };
    expect(() => needSecrets(bench, { body: { ...body, plan }, superseding: null })).toThrow(
      expect.objectContaining({ code: 'secret-missing', class: 'input', message: expect.stringContaining('OLD') }),
    );
  });
});
