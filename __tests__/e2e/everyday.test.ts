import { describe, expect } from '@jest/globals';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';

const jobs = {
  clicks: glueJob('clicks'),
  views: glueJob('views'),
  carts: glueJob('carts'),
  orders: dataflowJob('orders'),
  returns: dataflowJob('returns'),
};

/** Five jobs that the action itself started. */
async function fleet(stage: Stage) {
  await defineGlueJobs(stage.cloud, ['clicks', 'views', 'carts']);
  return stage.push({
    [manifestPath]: manifest(jobs),
    'glue/clicks.py': script('clicks 1'),
    'glue/views.py': script('views 1'),
    'glue/carts.py': script('carts 1'),
    'templates/orders.json': template('orders:1'),
    'templates/returns.json': template('returns:1'),
    'README.md': 'Streams\n',
  });
}

describe('a push to main', () => {
  scenario('starts every job of a new manifest once', async (stage) => {
    const first = await fleet(stage);
    expect(first.code).toBe(0);
    expect(new Set(Object.values(first.outcomes))).toEqual(new Set(['succeeded']));
    expect(first.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(3);
    expect(first.writes.filter((call) => call === 'dataflow.launchFlexTemplate')).toHaveLength(2);
    expect(Object.values(await stage.cloud.states('glue'))).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(first.post?.log.trim()).toBe('');
  });

  scenario('two of five jobs changed: these two are rolled out, the others are not touched', async (stage) => {
    const first = await fleet(stage);
    const before = await stage.cloud.runs('glue');
    const next = await stage.push({
      'glue/clicks.py': script('clicks 2'),
      'templates/orders.json': template('orders:2'),
    });

    expect(next.code).toBe(0);
    expect(next.outcomes).toEqual({
      clicks: 'succeeded',
      orders: 'succeeded',
      views: 'unchanged',
      carts: 'unchanged',
      returns: 'unchanged',
    });
    expect(JSON.parse(next.outputs['changed-jobs'] ?? '')).toEqual(['clicks', 'orders']);
    expect(JSON.parse(next.outputs['unchanged-jobs'] ?? '')).toEqual(['views', 'carts', 'returns']);
    expect(next.outputs).toMatchObject({ 'any-changed': 'true', result: 'succeeded', 'failed-jobs': '[]' });

    expect(next.planned('clicks')).toMatchObject({
      strategy: 'restart',
      reasons: [{ kind: 'file', path: 'glue/clicks.py' }],
      current: { run: first.job('clicks').runAfter },
    });
    expect(next.planned('orders')).toMatchObject({ strategy: 'in-place-update', impact: 'upgrade' });
    expect(next.plan?.base).toEqual({ how: 'push', commit: first.event.sha });

    // Old code is stopped before new code starts, and each only once.
    expect(next.writes.filter((call) => call.startsWith('glue.'))).toEqual([
      'glue.UpdateJob',
      'glue.BatchStopJobRun',
      'glue.StartJobRun',
    ]);
    expect(next.writes.filter((call) => call.startsWith('dataflow.'))).toEqual(['dataflow.launchFlexTemplate']);
    const others = await stage.cloud.runs('glue');
    expect(others.filter(({ name }) => name !== 'clicks').map(({ id }) => id)).toEqual(
      before.filter(({ name }) => name !== 'clicks').map(({ id }) => id),
    );
    expect(Object.values(await stage.cloud.states('dataflow', 'orders')).sort()).toEqual([
      'JOB_STATE_RUNNING',
      'JOB_STATE_UPDATED',
    ]);
    expect(next.ledger).toEqual(['refs/stream-rollout/production/clicks', 'refs/stream-rollout/production/orders']);
  });

  scenario('tells it in the summary, on the lines of the manifest and in check runs of the commit', async (stage) => {
    await fleet(stage);
    const next = await stage.push({ 'glue/clicks.py': script('clicks 2') });

    expect(next.summary).toContain('## stream-rollout: 1 succeeded, 4 unchanged');
    expect(next.summary).toMatch(/A run is up for .*5 jobs\./);
    expect(next.summary).toContain('```mermaid');
    const { runAfter, gapSeconds, steps } = next.job('clicks');
    expect(next.summary).toContain(runAfter ?? 'no run');
    expect(gapSeconds).toBeGreaterThan(60);
    expect(steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'prepare succeeded',
      'stop succeeded',
      'start succeeded',
      'verify succeeded',
    ]);
    const line = manifest(jobs).split('\n').indexOf('  clicks:') + 1;
    expect(next.annotations).toEqual([
      {
        level: 'notice',
        title: 'clicks: succeeded',
        message: expect.stringContaining(`run ${runAfter} of clicks is running`),
        file: manifestPath,
        line,
      },
      {
        level: 'notice',
        title: 'changes clicks',
        message: 'glue/clicks.py changed',
        file: 'glue/clicks.py',
        line: 1,
      },
    ]);

    const checks = (await stage.cloud.checks(stage.repository)).filter(({ head_sha }) => head_sha === next.event.sha);
    const told = Object.fromEntries(
      checks.map(({ name, status, conclusion, title }) => [name, [status, conclusion, title]]),
    );
    expect(told).toEqual({
      'stream-rollout / production': ['completed', 'success', '1 succeeded, 4 unchanged'],
      'stream-rollout / production / clicks': ['completed', 'success', 'succeeded'],
    });
    const whole = checks.find(({ name }) => name === 'stream-rollout / production');
    expect(whole?.annotations).toMatchObject([
      { path: manifestPath, start_line: line, annotation_level: 'notice', title: 'clicks: succeeded' },
      { path: 'glue/clicks.py', start_line: 1, annotation_level: 'notice', title: 'changes clicks' },
    ]);
    expect(whole?.details_url).toBe(`https://github.com/acme/streams/actions/runs/${next.event.runId}`);
  });

  scenario('a file that several jobs ship changes all of them, and a file of none is listed', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    const library = { 'extra-py-files': [{ zip: 'glue/lib', 'upload-to': 's3://acme-code/lib/${digest}.zip' }] };
    const first = await stage.push({
      [manifestPath]: manifest({ clicks: glueJob('clicks', library), views: glueJob('views', library) }),
      'glue/clicks.py': script('clicks 1'),
      'glue/views.py': script('views 1'),
      'glue/lib/parse.py': 'WIDTH = 1\n',
    });
    expect(first.code).toBe(0);
    const next = await stage.push({ 'glue/lib/parse.py': 'WIDTH = 2\n', 'docs/page.md': 'x\n' });
    expect(next.outcomes).toEqual({ clicks: 'succeeded', views: 'succeeded' });
    expect(next.plan?.unowned).toEqual(['docs/page.md']);
    const [run] = (await stage.cloud.runs('glue', 'clicks')).filter(({ state }) => state === 'RUNNING');
    expect(JSON.stringify(run)).toMatch(/s3:\/\/acme-code\/lib\/[0-9a-f]{64}\.zip/);
    const uploads = next.requests.filter(({ operation, status }) => operation === 'PutObject' && status === 200);
    expect(uploads).toHaveLength(1);
  });
});
