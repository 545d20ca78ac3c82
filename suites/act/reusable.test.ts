import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lineOf, sources, template } from './fleet.js';
import { starter } from './starter.js';
import { tell } from './told.js';
import { defineGlueJobs, makeWorld, repository, type World } from './world.js';

/** Another job of the user's workflow that reads what the reusable one found out. */
const after = `  after:
    needs: production
    if: always()
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - env: {CHANGED: "\${{ needs.production.outputs.changed-jobs }}", RESULT: "\${{ needs.production.outputs.result }}"}
        run: echo "changed=$CHANGED result=$RESULT"
`;
const streams = '.github/workflows/streams.yml';
const byHand = '.github/workflows/by-hand.yml';
const resume = '.github/workflows/resume.yml';

interface Comment {
  readonly issue: number;
  readonly body: string;
}

async function engineWrites(world: World): Promise<string[]> {
  const requests = await world.cloud.requests();
  return requests.filter((one) => one.write && one.service !== 'github').map((one) => one.operation);
}

describe('the starter workflows, which call the reusable ones', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
    await defineGlueJobs(world.cloud, 'clicks', 'sessions');
  });
  afterAll(() => world.close());

  it('rollout.yml plans, and rolls out exactly that plan', async () => {
    const files = {
      ...sources,
      [streams]: starter('stream-rollout') + after,
      [byHand]: starter('stream-rollout-dispatch'),
      [resume]: starter('stream-rollout-resume'),
    };
    const run = await (await world.push('Five jobs', files, streams)).end;
    const [plan, rollout] = [tell(run, 'plan'), tell(run)];
    expect(plan.jobs).toEqual({ plan: 'success', rollout: 'success', after: 'success' });
    expect(plan.outputs).toMatchObject({ result: 'planned', 'any-changed': 'true' });
    expect(rollout.outputs).toMatchObject({ result: 'succeeded', 'plan-hash': plan.outputs['plan-hash'] });
    expect(plan.log).toContain('changed=["orders","orders-returns","payments","clicks","sessions"] result=succeeded');
  });

  it('rollout.yml tells two of five in the plan, on their lines, and rolls them out', async () => {
    const change = { 'templates/orders.json': template(2), 'glue/clicks.py': '# clicks 2\n' };
    const run = await (await world.push('Better orders and clicks', change, streams)).end;
    const plan = tell(run, 'plan');
    expect(plan.annotations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          level: 'notice',
          file: '.github/streaming-jobs.yml',
          line: lineOf('orders'),
          title: expect.stringMatching(/^orders: in-place-update/),
        }),
        expect.objectContaining({ file: 'templates/orders.json', line: '1', title: 'changes orders' }),
        expect.objectContaining({ file: 'glue/clicks.py', line: '1', title: 'changes clicks' }),
      ]),
    );
    expect(plan.summaries['Main']).toContain('## stream-rollout: 2 of 5 jobs would change');
    expect(JSON.parse(plan.outputs['matrix'] ?? '')).toEqual({
      include: [
        { shard: 0, jobs: 'orders' },
        { shard: 1, jobs: 'clicks' },
      ],
    });
    expect(tell(run).outputs['succeeded-jobs']).toBe('["orders","clicks"]');
    expect(tell(run).stages).toMatchObject({ Main: 'success', Post: 'success' });
  });

  it('rollout.yml asks nobody where nothing changes', async () => {
    await world.cloud.forgetRequests();
    const run = await (await world.push('Docs', { 'README.md': '# Streams\n' }, streams)).end;
    const plan = tell(run, 'plan');
    expect(plan.jobs).toMatchObject({ plan: 'success', after: 'success' });
    expect(tell(run).stages).toEqual({});
    expect(plan.log).toMatch(/^changed=\[\] result=$/m);
    expect(await engineWrites(world)).toEqual([]);
  });

  it('rollout.yml only plans a pull request, and comments on it', async () => {
    await world.cloud.forgetRequests();
    const change = { 'templates/payments.json': template(2) };
    const run = await (await world.pullRequest('Better payments', change, streams)).end;
    expect(run.code).toBe(0);
    expect(tell(run, 'plan').outputs['changed-jobs']).toBe('["payments"]');
    expect(tell(run).stages).toEqual({});
    expect(await engineWrites(world)).toEqual([]);
    type State = { github: { repositories: { [name: string]: { comments: Comment[] } } } };
    const state = await world.cloud.control<State>('GET', '/state?service=github');
    const comments = state.github.repositories[repository]?.comments ?? [];
    expect(comments.map((comment) => comment.body)).toEqual([expect.stringContaining('`payments`')]);
  });

  it('rollout.yml reads a pull request of a fork from git alone', async () => {
    await world.cloud.forgetRequests();
    const change = { 'templates/payments.json': template(2) };
    const run = await (await world.pullRequest('Better payments', change, streams, 'mallory/streams')).end;
    expect(run.code).toBe(0);
    expect(tell(run, 'plan').outputs['changed-jobs']).toBe('["payments"]');
    expect((await world.cloud.requests()).map((one) => one.service)).toEqual([]);
  });

  it('rollout.yml reads a pull request of Dependabot from git alone, and says so', async () => {
    await world.cloud.forgetRequests();
    const change = { 'templates/payments.json': template(3) };
    const run = await (await world.pullRequest('Bump payments', change, streams, repository, 'dependabot[bot]')).end;
    expect(run.code).toBe(0);
    const plan = tell(run, 'plan');
    expect(plan.outputs).toMatchObject({ 'changed-jobs': '["payments"]', 'rolls-out': 'false' });
    expect(plan.annotations).toContainEqual(
      expect.objectContaining({ level: 'notice', message: expect.stringContaining('from Dependabot: `plan` became') }),
    );
    expect((await world.cloud.requests()).map((one) => one.service)).toEqual([]);
    expect(tell(run).stages).toEqual({});
  });

  it('rollout.yml only plans a push to a branch of no environment, and asks nobody', async () => {
    await world.cloud.forgetRequests();
    const caller = starter('stream-rollout').replace('branches: [main]', "branches: ['**']") + after;
    const change = { 'templates/payments.json': template(4), [streams]: caller };
    const run = await (await world.push('Better payments', change, streams, 'feature')).end;
    expect(run.code).toBe(0);
    const plan = tell(run, 'plan');
    expect(plan.outputs).toMatchObject({ 'changed-jobs': '["payments"]', 'rolls-out': 'false', result: 'planned' });
    expect(plan.annotations).toContainEqual(
      expect.objectContaining({
        level: 'notice',
        message: expect.stringContaining('is not a ref of this environment'),
      }),
    );
    expect(tell(run).stages).toEqual({});
    expect(await engineWrites(world)).toEqual([]);
  });

  it('rollout.yml is red where jobs are refused and nothing is left to roll out', async () => {
    await world.cloud.control('POST', '/runs', { service: 'glue', jobName: 'clicks' });
    await world.cloud.forgetRequests();
    // What the branch above left on main is rolled back, so that only the drift is left.
    const back = { 'templates/payments.json': template(1) };
    const run = await (await world.push('Payments as they were', back, streams)).end;
    const plan = tell(run, 'plan');
    expect(plan.outputs).toMatchObject({ result: 'refused', matrix: '{"include":[]}', 'rolls-out': 'true' });
    // The plan itself is no fault of this commit, and still the workflow is red; nobody is asked.
    expect(plan.stages['Main']).toBe('success');
    expect(plan.jobs).toMatchObject({ plan: 'failure' });
    expect(run.code).toBe(1);
    expect(tell(run).stages).toEqual({});
    expect(await engineWrites(world)).toEqual([]);
  });

  it('dispatch.yml plans without a rollout', async () => {
    await world.cloud.forgetRequests();
    const inputs = { mode: 'plan', environment: 'production', jobs: 'sessions', force: 'true' };
    const run = await (await world.dispatch(inputs, byHand)).end;
    expect(tell(run, 'look').outputs['changed-jobs']).toBe('["sessions"]');
    expect(tell(run, 'act').stages).toEqual({});
    expect(await engineWrites(world)).toEqual([]);
  });

  it('dispatch.yml rolls one job out again', async () => {
    const inputs = { mode: 'apply', environment: 'production', jobs: 'sessions', force: 'true' };
    const run = await (await world.dispatch(inputs, byHand)).end;
    expect(tell(run, 'act').outputs).toMatchObject({ result: 'succeeded', 'succeeded-jobs': '["sessions"]' });
    expect(tell(run, 'look').stages).toEqual({});
  });

  it('resume.yml has nothing to do where no rollout is open', async () => {
    await world.cloud.forgetRequests();
    const run = await (await world.schedule(resume)).end;
    expect(run.code).toBe(0);
    expect(tell(run, 'resume').stages).toMatchObject({ Main: 'success', Post: 'success' });
    expect(await engineWrites(world)).toEqual([]);
  });
});

describe('fan-out.yml: one plan on many runners', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
    await defineGlueJobs(world.cloud, 'clicks', 'sessions');
  });
  afterAll(() => world.close());

  it('rolls each shard out by itself', async () => {
    // Under act all runners share this machine, so a folder is a ledger that all of them reach.
    const caller = starter('stream-rollout-fan-out', { ledger: `file:${world.action}/ledger` });
    const run = await (await world.push('Five jobs', { ...sources, [streams]: caller }, streams)).end;
    expect(run.code).toBe(0);
    const ended = run.lines.filter((line) => line.jobID === 'rollout' && line.jobResult);
    expect(ended.map((line) => line.jobResult)).toEqual(Array(5).fill('success'));
    const succeeded = run.lines.filter((line) => line.jobID === 'rollout' && line.name === 'succeeded-jobs');
    const expected = ['["clicks"]', '["orders"]', '["orders-returns"]', '["payments"]', '["sessions"]'];
    expect(succeeded.map((line) => line.arg).sort()).toEqual(expected.sort());
  });
});
