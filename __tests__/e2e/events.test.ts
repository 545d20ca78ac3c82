import { describe, expect } from '@jest/globals';
import { dispatched, mergeQueued, pullRequested, pushed, rerun, scheduled } from './harness/events.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';

const jobs = { clicks: glueJob('clicks'), views: glueJob('views'), orders: dataflowJob('orders') };
const files = {
  [manifestPath]: manifest(jobs),
  'glue/clicks.py': script('clicks 1'),
  'glue/views.py': script('views 1'),
  'templates/orders.json': template('orders:1'),
};
const changed = { 'glue/clicks.py': script('clicks 2') };

async function started(stage: Stage): Promise<Done> {
  await defineGlueJobs(stage.cloud, ['clicks', 'views']);
  const first = await stage.push(files);
  expect(first.code).toBe(0);
  return first;
}

/** A pull request with the change, as the host announces it. `from`: the repository of its branch. */
async function pullRequest(stage: Stage, from: { repository?: string; author?: string } = {}) {
  const { repository } = stage;
  const base = { repository, ref: 'main', sha: (await stage.repo.head()) ?? '' };
  const sha = await stage.repo.commit(changed, { branch: 'change' });
  const head = { repository: from.repository ?? repository, ref: 'change', sha };
  const merge = await stage.repo.mergeOf('change', 7);
  await stage.cloud.plant({
    service: 'github',
    repository,
    pull: 7,
    head: { ref: 'change', sha },
    base: { ref: 'main', sha: base.sha },
  });
  const author = from.author === undefined ? {} : { author: from.author };
  return pullRequested({ repository, sha: merge, number: 7, head, base, ...author });
}

function expectPlan(done: Done): void {
  expect(done.code).toBe(0);
  expect(done.report).toBeNull();
  expect([done.writes, done.ledger]).toEqual([[], []]);
  expect(done.outputs).toMatchObject({ result: 'planned', 'changed-jobs': '["clicks"]' });
}

describe('pull requests', () => {
  scenario(
    'of the same repository get a plan: check run, annotations on the changed file, one comment',
    async (stage) => {
      await started(stage);
      const event = await pullRequest(stage);
      const done = await stage.run(event, { inputs: { comment: 'true' }, depth: 2 });
      expectPlan(done);
      expect(done.plan?.base).toEqual({ how: 'pull-request', commit: await stage.repo.head() });
      expect(done.planned('clicks')).toMatchObject({ action: 'roll-out', strategy: 'restart' });
      expect(done.summary).toContain('## stream-rollout: 1 of 3 jobs would change');
      expect(done.annotations.map(({ file, title }) => [file, title])).toContainEqual([
        'glue/clicks.py',
        'changes clicks',
      ]);

      const head = event.payload['pull_request'] as { readonly head: { readonly sha: string } };
      const checks = (await stage.cloud.checks(stage.repository)).filter(({ head_sha }) => head_sha === head.head.sha);
      expect(checks.map(({ name, conclusion }) => [name, conclusion])).toEqual([
        ['stream-rollout / production (plan)', 'success'],
      ]);

      await stage.run(event, { inputs: { comment: 'true' }, depth: 2 });
      const { comments } = (await stage.cloud.github(stage.repository)) as {
        readonly comments: readonly { body: string }[];
      };
      expect(comments).toHaveLength(1);
      expect(comments[0]?.body).toContain('1 of 3 jobs would change');
    },
  );

  scenario("of a shallow merge commit are compared with the event's base", async (stage) => {
    await started(stage);
    const done = await stage.run(await pullRequest(stage));
    expectPlan(done);
    expect(done.planned('clicks').reasons).toMatchObject([{ kind: 'file', path: 'glue/clicks.py' }]);
  });

  for (const [who, from] of Object.entries({
    'a fork': { repository: 'mallory/streams', author: 'mallory' },
    Dependabot: { author: 'dependabot[bot]' },
  })) {
    scenario(
      `of ${who} get what the commit alone says: no engine is asked, nothing is written to GitHub`,
      async (stage) => {
        await started(stage);
        const event = await pullRequest(stage, from);
        const before = await stage.cloud.checks(stage.repository);
        const done = await stage.run(event, { token: 'canary-read-only', inputs: { mode: 'apply' } });
        expectPlan(done);
        expect(done.requests).toEqual([]);
        expect(await stage.cloud.checks(stage.repository)).toEqual(before);
        expect(done.summary).toContain('Live state was not read');
        expect(done.annotations.find(({ message }) => message.includes('became `detect`'))?.level).toBe('notice');
        expect(done.planned('clicks')).toMatchObject({ changed: true, current: null });
      },
    );
  }

  scenario('by pull_request_target are refused', async (stage) => {
    await started(stage);
    const event = await pullRequest(stage);
    const done = await stage.run({ ...event, name: 'pull_request_target', sha: (await stage.repo.head()) ?? '' });
    expect(done.code).toBe(4);
    expect(done.annotations).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/event-refused.*pull_request_target runs with rights.*Next: Use pull_request\./),
      },
    ]);
    expect(done.requests).toEqual([]);
  });
});

describe('other events', () => {
  scenario('merge_group gets a plan against the base of the group', async (stage) => {
    const first = await started(stage);
    const sha = await stage.repo.commit(changed, { branch: 'queue' });
    const done = await stage.run(mergeQueued({ repository: stage.repository, sha, baseSha: first.event.sha }));
    expectPlan(done);
    expect(done.plan?.base).toEqual({ how: 'merge-group', commit: first.event.sha });
  });

  scenario('a push to another branch gets a plan and a notice, also where the branch is new', async (stage) => {
    await started(stage);
    const done = await stage.push(changed, { branch: 'feature' });
    expectPlan(done);
    expect(done.plan?.base.how).toBe('ledger');
    expect(done.annotations).toContainEqual(
      expect.objectContaining({
        level: 'notice',
        message: expect.stringContaining('refs/heads/feature is not a ref of this environment'),
      }),
    );
  });

  scenario('a forced push is explained against the commit that it replaced', async (stage) => {
    const first = await started(stage);
    const second = await stage.push({ 'docs/page.md': 'x\n' });
    const forced = await stage.push(changed, { forced: true });
    expect(forced.event.payload).toMatchObject({ forced: true, before: second.event.sha });
    expect(forced.plan?.base).toEqual({ how: 'push', commit: second.event.sha });
    expect(forced.outcomes).toEqual({ clicks: 'succeeded', views: 'unchanged', orders: 'unchanged' });
    expect(first.code).toBe(0);
  });

  scenario(
    'a forced push whose old commit is gone compares everything, and touches only what differs',
    async (stage) => {
      await defineGlueJobs(stage.cloud, ['clicks', 'views']);
      const first = await stage.push(files);
      const sha = await stage.repo.commit({ ...changed, 'docs/page.md': 'x\n' }, { amend: true });
      const gone = { how: 'unknown', commit: null };
      await stage.repo.forget(first.event.sha);
      const forced = await stage.run(
        pushed({ repository: stage.repository, sha, before: first.event.sha, forced: true }),
      );
      expect(forced.plan?.base).toEqual(gone);
      expect(forced.outcomes).toEqual({ clicks: 'succeeded', views: 'unchanged', orders: 'unchanged' });
      expect(forced.planned('clicks').reasons.map(({ kind }) => kind)).toContain('unknown-base');
    },
  );

  scenario('a shallow checkout and a full one give the same plan', async (stage) => {
    await started(stage);
    await stage.repo.commit({ 'docs/page.md': 'x\n' });
    const before = await stage.repo.head();
    const sha = await stage.repo.commit(changed);
    const event = pushed({ repository: stage.repository, sha, before });
    const [shallow, full] = [
      await stage.run(event, { depth: 1, inputs: { mode: 'plan' } }),
      await stage.run(event, { depth: 0, inputs: { mode: 'plan' } }),
    ];
    expectPlan(shallow);
    expect(shallow.plan?.jobs).toEqual(full.plan?.jobs);
    expect(shallow.plan?.base).toEqual(full.plan?.base);
    expect(shallow.outputs['plan-hash']).toBe(full.outputs['plan-hash']);
  });

  scenario('a dispatch with jobs and force rolls out that job alone, although it is equal', async (stage) => {
    const first = await started(stage);
    const event = dispatched({ repository: stage.repository, sha: first.event.sha });
    const done = await stage.run(event, { inputs: { jobs: 'clicks', force: 'true' } });
    expect(done.outcomes).toEqual({ clicks: 'succeeded' });
    expect(done.planned('clicks').reasons[0]?.kind).toBe('forced');
    expect(done.writes.filter((call) => call.startsWith('glue.'))).toEqual([
      'glue.BatchStopJobRun',
      'glue.StartJobRun',
    ]);
    const views = await stage.cloud.states('glue', 'views');
    expect(views).toEqual({ [first.job('views').runAfter ?? '']: 'RUNNING' });
  });

  scenario('a dispatch with a job that nobody declared is an error of the input', async (stage) => {
    const first = await started(stage);
    const event = dispatched({ repository: stage.repository, sha: first.event.sha });
    const done = await stage.run(event, { inputs: { jobs: 'clics' } });
    expect(done.code).toBe(4);
    expect(done.annotations[0]).toMatchObject({ level: 'error', message: expect.stringContaining('unknown-job') });
    expect(done.writes).toEqual([]);
  });

  scenario('a schedule resumes, and does nothing where nothing is open', async (stage) => {
    const first = await started(stage);
    const done = await stage.run(scheduled({ repository: stage.repository, sha: first.event.sha }));
    expect([done.code, done.requests, done.ledger]).toEqual([0, [], []]);
    expect(done.report?.jobs).toEqual([]);
  });

  scenario('a rerun of a workflow run that succeeded changes nothing', async (stage) => {
    const first = await started(stage);
    const done = await stage.run(rerun(first.event));
    expect(done.outcomes).toEqual({ clicks: 'unchanged', views: 'unchanged', orders: 'unchanged' });
    expect([done.writes, done.ledger]).toEqual([[], []]);
  });

  scenario('any other event is refused unless a mode is named', async (stage) => {
    const first = await started(stage);
    const event = { ...dispatched({ repository: stage.repository, sha: first.event.sha }), name: 'issue_comment' };
    const refused = await stage.run(event);
    expect(refused.code).toBe(4);
    expect(refused.annotations[0]?.message).toContain('the event issue_comment starts nothing in mode auto');
    const planned = await stage.run(event, { inputs: { mode: 'plan' } });
    expect(planned.code).toBe(0);
  });
});

describe('rights and inputs', () => {
  scenario('a read-only token: the rollout succeeds, one notice tells what the report lacks', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    const done = await stage.push(files, { token: 'canary-read-only', inputs: { deployments: 'true' } });
    expect(done.code).toBe(0);
    expect(done.outputs['result']).toBe('succeeded');
    expect(await stage.cloud.checks(stage.repository)).toEqual([]);
    const notices = done.annotations.filter(({ message }) => message.includes('The rollout itself is not affected'));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ level: 'notice', message: expect.stringContaining('checks: write') });
  });

  scenario('a deployment is recorded where it is asked for', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    await stage.push(files, { inputs: { deployments: 'true' } });
    const { deployments } = (await stage.cloud.github(stage.repository)) as {
      readonly deployments: readonly { environment: string; statuses: readonly { state: string }[] }[];
    };
    expect(deployments).toMatchObject([{ environment: 'production', statuses: [{ state: 'success' }] }]);
  });

  scenario('a manifest with errors: all of them on their lines, and nothing is asked of anybody', async (stage) => {
    const text = manifest(jobs).replace('sink: append', 'sink: apend').replace('engine: dataflow', 'engin: dataflow');
    const done = await stage.push({ ...files, [manifestPath]: text });
    expect(done.code).toBe(4);
    const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;
    const errors = done.annotations.filter(({ level, file }) => level === 'error' && file === manifestPath);
    expect(errors.map(({ line }) => line)).toEqual(
      expect.arrayContaining([lineOf('sink: apend'), lineOf('engin: dataflow')]),
    );
    expect(errors.find(({ line }) => line === lineOf('sink: apend'))?.message).toContain('append');
    expect(errors.find(({ line }) => line === lineOf('engin: dataflow'))?.message).toContain('engine');
    expect(done.requests).toEqual([]);
  });

  scenario('bad inputs are told all at once', async (stage) => {
    const done = await stage.push(files, { inputs: { mode: 'aply', 'max-parallel': 'many' } });
    expect(done.code).toBe(4);
    expect(done.annotations).toHaveLength(1);
    expect(done.annotations[0]?.message).toMatch(/`mode`.*did you mean "apply".*`max-parallel`/);
  });

  scenario('more changed jobs than allowed are refused', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    const done = await stage.push(files, { inputs: { 'max-changed-jobs': '2' } });
    expect(done.code).toBe(3);
    expect(new Set(Object.values(done.outcomes))).toEqual(new Set(['refused']));
    expect(done.job('clicks')).toMatchObject({ code: 'too-many-changed-jobs' });
    expect([done.writes, done.ledger]).toEqual([[], []]);
  });
});
