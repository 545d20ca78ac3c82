import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lineOf, sources, template } from './fleet.js';
import { tell } from './told.js';
import { defineGlueJobs, makeWorld, repository, type World } from './world.js';

/** What each caller gives: act can't tell a called workflow which repository and commit it comes from. */
const action = 'action-repository: acme/stream-rollout, action-ref: v1';
const rights =
  '{contents: write, actions: read, checks: write, id-token: write, pull-requests: write, deployments: write}';

/** A workflow of the user that calls one of ours. */
function caller(on: string, called: string, inputs: string, outputs = ''): string {
  return `name: ${called}
on: ${on}
permissions: {}
jobs:
  production:
    uses: acme/stream-rollout/.github/workflows/${called}.yml@v1
    permissions: ${rights}
    with: {environment: production, ${inputs}, ${action}}
${outputs}`;
}

const after = `  after:
    needs: production
    if: always()
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - env: {CHANGED: "\${{ needs.production.outputs.changed-jobs }}", RESULT: "\${{ needs.production.outputs.result }}"}
        run: echo "changed=$CHANGED result=$RESULT"
`;
const dispatched = `{workflow_dispatch: {inputs: {mode: {type: string}, jobs: {type: string}, force: {type: boolean}}}}`;
/** act takes a boolean of a called workflow only as an expression. */
const deployments = 'deployments: "${{ true }}"';
const given = 'mode: "${{ inputs.mode }}", jobs: "${{ inputs.jobs }}", force: "${{ inputs.force }}"';

const files = {
  rollout: '.github/workflows/rollout.yml',
  dispatch: '.github/workflows/dispatch.yml',
  resume: '.github/workflows/resume.yml',
  fanOut: '.github/workflows/fan-out.yml',
};

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  await defineGlueJobs(world.cloud, 'clicks', 'sessions');
});
afterAll(() => world.close());

interface Deployment {
  readonly environment: string;
  readonly sha: string;
}

async function github() {
  type State = { github: { repositories: { [name: string]: { deployments: Deployment[]; comments: object[] } } } };
  const state = await world.cloud.control<State>('GET', '/state?service=github');
  return state.github.repositories[repository]!;
}

async function engineWrites(): Promise<string[]> {
  const requests = await world.cloud.requests();
  return requests.filter((one) => one.write && one.service !== 'github').map((one) => one.operation);
}

describe('rollout.yml: plan, gate, rollout', () => {
  it('plans, and rolls out exactly that plan', async () => {
    const workflow = caller('{push: {branches: [main]}, pull_request: {}}', 'rollout', deployments, after);
    const run = await (await world.push('Five jobs', { ...sources, [files.rollout]: workflow }, files.rollout)).end;
    const [plan, rollout] = [tell(run, 'plan'), tell(run)];
    expect(plan.jobs).toEqual({ plan: 'success', rollout: 'success', after: 'success' });
    expect(plan.outputs).toMatchObject({ result: 'planned', 'any-changed': 'true' });
    expect(rollout.outputs).toMatchObject({ result: 'succeeded', 'plan-hash': plan.outputs['plan-hash'] });
    expect(plan.log).toContain('changed=["orders","orders-returns","payments","clicks","sessions"] result=succeeded');
  });

  it('tells two of five in the plan, on their lines, and rolls them out', async () => {
    const change = { 'templates/orders.json': template(2), 'glue/clicks.py': '# clicks 2\n' };
    const run = await (await world.push('Better orders and clicks', change, files.rollout)).end;
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
    console.log(tell(run).log);
    const head = await world.checkout.git('rev-parse', 'HEAD');
    expect((await github()).deployments).toContainEqual(
      expect.objectContaining({ environment: 'production', sha: head }),
    );
  });

  it('asks nobody where nothing changes', async () => {
    await world.cloud.forgetRequests();
    const run = await (await world.push('Docs', { 'README.md': '# Streams\n' }, files.rollout)).end;
    const plan = tell(run, 'plan');
    expect(plan.jobs).toMatchObject({ plan: 'success', after: 'success' });
    expect(tell(run).stages).toEqual({});
    expect(plan.log).toContain('changed=[] result=\n');
    expect(await engineWrites()).toEqual([]);
  });

  it('only plans a pull request', async () => {
    await world.cloud.forgetRequests();
    const change = { 'templates/payments.json': template(2) };
    const run = await (await world.pullRequest('Better payments', change, files.rollout)).end;
    const plan = tell(run, 'plan');
    expect(run.code).toBe(0);
    expect(plan.outputs['changed-jobs']).toBe('["payments"]');
    expect(tell(run).stages).toEqual({});
    expect(await engineWrites()).toEqual([]);
  });

  it('reads a pull request of a fork from git alone', async () => {
    await world.cloud.forgetRequests();
    const change = { 'templates/payments.json': template(2) };
    const run = await (await world.pullRequest('Better payments', change, files.rollout, 'mallory/streams')).end;
    const plan = tell(run, 'plan');
    expect(run.code).toBe(0);
    expect(plan.outputs['changed-jobs']).toBe('["payments"]');
    expect((await world.cloud.requests()).map((one) => one.service)).toEqual([]);
  });
});

describe('dispatch.yml: by hand', () => {
  it('plans without a rollout', async () => {
    await world
      .push('A workflow for people', { [files.dispatch]: caller(dispatched, 'dispatch', given) }, files.rollout)
      .then((going) => going.end);
    await world.cloud.forgetRequests();
    const run = await (await world.dispatch({ mode: 'plan', jobs: 'sessions', force: 'true' }, files.dispatch)).end;
    expect(tell(run, 'look').outputs['changed-jobs']).toBe('["sessions"]');
    expect(tell(run, 'act').stages).toEqual({});
    expect(await engineWrites()).toEqual([]);
  });

  it('rolls one job out again', async () => {
    const run = await (await world.dispatch({ mode: 'apply', jobs: 'sessions', force: 'true' }, files.dispatch)).end;
    expect(tell(run, 'act').outputs).toMatchObject({ result: 'succeeded', 'succeeded-jobs': '["sessions"]' });
    expect(tell(run, 'look').stages).toEqual({});
  });
});

describe('resume.yml: on a schedule', () => {
  it('has nothing to do where no rollout is open', async () => {
    const workflow = caller('{schedule: [{cron: "17 * * * *"}]}', 'resume', 'wait-for-minutes: 5');
    await (await world.push('A workflow for the clock', { [files.resume]: workflow }, files.rollout)).end;
    await world.cloud.forgetRequests();
    const run = await (await world.schedule(files.resume)).end;
    expect(run.code).toBe(0);
    expect(tell(run, 'resume').stages).toMatchObject({ Main: 'success', Post: 'success' });
    expect(await engineWrites()).toEqual([]);
  });
});

describe('fan-out.yml: one plan on many runners', () => {
  it('rolls each shard out by itself', async () => {
    const other = await makeWorld();
    try {
      await defineGlueJobs(other.cloud, 'clicks', 'sessions');
      const workflow = caller('{push: {branches: [main]}}', 'fan-out', `ledger: "file:${other.action}/ledger"`);
      const run = await (await other.push('Five jobs', { ...sources, [files.fanOut]: workflow }, files.fanOut)).end;
      expect(run.code).toBe(0);
      const shards = run.lines.filter((line) => line.jobID === 'rollout' && line.jobResult);
      expect(shards.map((line) => line.jobResult)).toEqual(Array(5).fill('success'));
      const rolledOut = run.lines.filter((line) => line.jobID === 'rollout' && line.name === 'succeeded-jobs');
      expect(rolledOut.map((line) => line.arg).sort()).toEqual(
        ['["clicks"]', '["orders"]', '["orders-returns"]', '["payments"]', '["sessions"]'].sort(),
      );
    } finally {
      await other.close();
    }
  });
});
