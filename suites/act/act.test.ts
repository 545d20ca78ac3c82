import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/until.js';
import { forAct, lineOf, sources, template, workflow } from './fleet.js';
import { type Told, tell } from './told.js';
import { defineGlueJobs, makeWorld, repository, type World } from './world.js';

interface Run {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

const manifest = '.github/streaming-jobs.yml';
const everyJob = ['orders', 'orders-returns', 'payments', 'clicks', 'sessions'];
let world: World;

/** Ids of the runs of a job that are up or coming up. */
async function active(job: string): Promise<string[]> {
  const runs = await world.cloud.control<Run[]>('GET', '/runs');
  return runs
    .filter(({ name, state }) => name === job && /RUNNING|STARTING|PENDING|QUEUED/.test(state))
    .map(({ id }) => id);
}

const list = (text: string | undefined) => JSON.parse(text ?? 'null') as unknown;
const titles = (told: Told, level: string) =>
  told.annotations.filter((one) => one.level === level).map((one) => one.title);

async function engineWrites(): Promise<string[]> {
  const requests = await world.cloud.requests();
  return requests.filter((one) => one.write && one.service !== 'github').map((one) => one.operation);
}

beforeAll(async () => {
  world = await makeWorld();
  await defineGlueJobs(world.cloud, 'clicks', 'sessions');
});
afterAll(() => world.close());

describe('the action in a workflow, one push after the other', () => {
  it('the first push starts all five jobs', async () => {
    const files = { ...sources, '.github/workflows/streaming.yml': forAct(workflow) };
    const told = tell(await (await world.push('Five jobs', files)).end);
    expect(told.code).toBe(0);
    expect(told.jobs).toEqual({ rollout: 'success', after: 'success' });
    expect(told.stages).toMatchObject({ Main: 'success', Post: 'success' });
    expect(list(told.outputs['succeeded-jobs'])).toEqual(everyJob);
    for (const job of everyJob) expect(await active(job)).toHaveLength(1);
  });

  it('ran on Node 24', async () => {
    const told = tell(await (await world.dispatch({ mode: 'plan' })).end);
    expect(told.log).toMatch(/^v24\./m);
  });

  it('a commit that changes two of five rolls out these two and says so', async () => {
    const before = { payments: await active('payments'), sessions: await active('sessions') };
    const files = { 'templates/orders.json': template(2), 'glue/clicks.py': '# clicks 2\n' };
    const told = tell(await (await world.push('Better orders and clicks', files)).end);

    expect(told.code).toBe(0);
    expect(list(told.outputs['changed-jobs'])).toEqual(['orders', 'clicks']);
    expect(list(told.outputs['succeeded-jobs'])).toEqual(['orders', 'clicks']);
    expect(list(told.outputs['unchanged-jobs'])).toEqual(['orders-returns', 'payments', 'sessions']);
    expect(told.outputs).toMatchObject({ result: 'succeeded', 'any-changed': 'true' });
    expect(told.outputs['plan-hash']).toMatch(/^[0-9a-f]{16}$/);
    expect(told.log).toContain('changed=["orders","clicks"] result=succeeded');

    expect(told.annotations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          level: 'notice',
          file: manifest,
          line: lineOf('orders'),
          title: 'orders: succeeded',
        }),
        expect.objectContaining({
          level: 'notice',
          file: manifest,
          line: lineOf('clicks'),
          title: 'clicks: succeeded',
        }),
      ]),
    );
    expect(titles(told, 'error')).toEqual([]);
    expect(told.summaries['Main']).toContain('## stream-rollout: 2 succeeded');
    expect(told.summaries['Main']).toContain('| `orders` | ✅ succeeded | in-place-update |');
    expect(told.summaries['Main']).toContain('| `clicks` | ✅ succeeded | restart |');
    expect({ payments: await active('payments'), sessions: await active('sessions') }).toEqual(before);
    for (const job of everyJob) expect(await active(job)).toHaveLength(1);
  });

  it('wrote check runs to GitHub with the token of the workflow', async () => {
    const state = await world.cloud.control<{ github: { repositories: { [name: string]: { checkRuns: object[] } } } }>(
      'GET',
      '/state?service=github',
    );
    const checks = state.github.repositories[repository]?.checkRuns ?? [];
    const head = await world.checkout.git('rev-parse', 'HEAD');
    expect(checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ head_sha: head, conclusion: 'success', name: expect.stringContaining('orders') }),
        expect.objectContaining({ head_sha: head, conclusion: 'success', name: expect.stringContaining('clicks') }),
      ]),
    );
  });

  it('kept its ledger as refs of the remote', async () => {
    const log = await world.remoteLog('refs/stream-rollout/production/orders');
    expect(log.length).toBeGreaterThan(1);
    expect(await world.checkout.git('ls-remote', 'origin', 'refs/stream-rollout/production/*')).toMatch(/clicks/);
  });

  it('a run by hand without a change writes nothing', async () => {
    await world.cloud.forgetRequests();
    const refs = await world.checkout.git('ls-remote', 'origin', 'refs/stream-rollout/*');
    const told = tell(await (await world.dispatch({ mode: 'apply' })).end);
    expect(told.code).toBe(0);
    expect(told.outputs).toMatchObject({ result: 'unchanged', 'any-changed': 'false', 'changed-jobs': '[]' });
    expect(list(told.outputs['unchanged-jobs'])).toEqual(everyJob);
    expect(told.annotations).toEqual([]);
    expect(await engineWrites()).toEqual([]);
    expect(await world.checkout.git('ls-remote', 'origin', 'refs/stream-rollout/*')).toBe(refs);
  });

  it('inputs of a dispatch reach it: one job is rolled out again', async () => {
    const before = await active('sessions');
    const told = tell(await (await world.dispatch({ mode: 'apply', jobs: 'sessions', force: 'true' })).end);
    expect(list(told.outputs['succeeded-jobs'])).toEqual(['sessions']);
    expect(await active('sessions')).not.toEqual(before);
  });

  it('a version that fails is an error on its line, and the old run goes on', async () => {
    const before = await active('payments');
    const bad = template(2, { behaviour: 'incompatible', message: 'The coder of step Join has changed.' });
    const told = tell(await (await world.push('A bad version', { 'templates/payments.json': bad })).end);

    expect(told.code).toBe(1);
    expect(told.jobs).toMatchObject({ rollout: 'failure' });
    expect(told.stages).toMatchObject({ Main: 'failure', Post: 'success' });
    expect(list(told.outputs['failed-jobs'])).toEqual(['payments']);
    expect(told.outputs['result']).toBe('failed');
    expect(told.annotations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          level: 'error',
          file: manifest,
          line: lineOf('payments'),
          title: expect.stringMatching(/^payments: failed \([a-z-]+\)$/),
          message: expect.stringContaining('The coder of step Join has changed.'),
        }),
      ]),
    );
    expect(told.log).toContain('outcome=failure result=failed');
    expect(await active('payments')).toEqual(before);
  });

  it('the next commit leaves the failed version alone, with a warning', async () => {
    const told = tell(await (await world.push('Docs', { 'README.md': '# Streams\n' })).end);
    expect(told.code).toBe(0);
    expect(told.outputs['result']).toBe('quarantined');
    expect(titles(told, 'warning')).toContainEqual(expect.stringMatching(/^payments: quarantined/));
    expect(titles(told, 'error')).toEqual([]);
    expect(await active('payments')).toHaveLength(1);
  });
});

describe('a rollout that is cut in the middle', () => {
  it('killed between stop and start: post finishes the start, and resume the rollout', async () => {
    const [old] = await active('clicks');
    // Long enough to cancel the workflow while the old run is on its way out: two seconds of real time.
    await world.cloud.control('POST', '/settings', { service: 'glue', stopSeconds: 240 });
    await world.cloud.forgetRequests();
    const going = await world.push('Clicks again', { 'glue/clicks.py': '# clicks 3\n' });
    await until(
      'the old run is being stopped',
      () => world.cloud.requests('glue'),
      (requests) => requests.some(({ operation, status }) => operation === 'BatchStopJobRun' && status === 200),
    );
    going.cancel();
    await world.cloud.control('POST', '/settings', { service: 'glue', stopSeconds: 30 });
    const cut = tell(await going.end);
    expect(cut.stages).toMatchObject({ Main: 'failure', Post: 'success' });
    const [started, ...more] = await active('clicks');
    expect([started, more]).toEqual([expect.stringMatching(/^jr_/), []]);
    expect(started).not.toBe(old);

    const resumed = tell(await (await world.schedule()).end);
    expect(resumed.code).toBe(0);
    expect(list(resumed.outputs['succeeded-jobs'])).toEqual(['clicks']);
    expect(await active('clicks')).toEqual([started]);
    const rerun = tell(await (await world.dispatch({ mode: 'apply', jobs: 'clicks' })).end);
    expect(rerun.outputs['result']).toBe('unchanged');
  });
});
