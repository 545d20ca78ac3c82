import { expect, it } from '@jest/globals';
import { engineIds, engines } from '../../src/engines/index.js';
import { example } from './example.js';
import { manifestOf } from './read.js';

const registry = {
  engines: async (id: string) => (Object.hasOwn(engines, id) ? engines[id as keyof typeof engines]() : null),
  engineIds,
};

it('reads the documented example with the real engines', async () => {
  const manifest = await manifestOf({ '.github/streaming-jobs.yml': example }, { ...registry, env: {} });
  expect(manifest).toMatchObject({
    file: '.github/streaming-jobs.yml',
    name: 'acme-streaming',
    environment: 'production',
    environments: ['production'],
    refs: ['main'],
  });
  expect(manifest.jobs.map((job) => job.key)).toEqual([
    'orders-enrich',
    'clicks-to-lake',
    'tenant-sync-acme',
    'tenant-sync-globex',
  ]);
});

it('gives the first job whole: overlay, defaults, variables, durations in seconds', async () => {
  const { jobs } = await manifestOf(example, registry);
  const { positions, ...job } = jobs[0]!;
  expect(job).toEqual({
    key: 'orders-enrich',
    engine: 'dataflow',
    target: {
      project: 'acme-prod',
      region: 'europe-west1',
      name: 'orders-enrich',
      template: '${build.template}',
      parameters: { inputSubscription: 'projects/acme-prod/subscriptions/orders', table: 'acme:ods.orders' },
      workers: { min: 2, max: 40 },
      'transform-name-mapping': { Enrich: 'EnrichV2' },
      environment: {},
    },
    paths: ['pipelines/orders/**', 'pipelines/common/**', 'Dockerfile'],
    ignore: ['**/*.md'],
    build: './ci/build-template.sh orders',
    sink: 'idempotent',
    stateful: true,
    strategy: 'auto',
    maxGapSeconds: 600,
    parallel: { overlapSeconds: 600, slots: [] },
    drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
    verify: {
      runningWithinSeconds: 900,
      bakeSeconds: 600,
      gates: [
        { signal: 'watermark-age', max: 120, mode: 'converge' },
        { signal: 'throughput', 'min-vs-baseline': 0.7, mode: 'hold', for: 300 },
      ],
    },
    onFailure: 'rollback',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: 'jobs.yml', line: 12, column: 3 },
  });
  // The overlay's line, not the job's, since that is where the value comes from.
  expect(positions['target.workers.max']).toEqual({ file: 'jobs.yml', line: 8, column: 47 });
  expect(positions['target.workers.min']).toMatchObject({ line: 21 });
  expect(positions['target.project']).toMatchObject({ line: 10 });
});

it('leaves digests and secrets as written and names the instances', async () => {
  const { jobs } = await manifestOf(example, registry);
  expect(jobs[1]?.target).toMatchObject({
    script: { file: 'glue/clicks.py', 'upload-to': 's3://acme-prod-glue/clicks/${digest}.py' },
    'extra-py-files': [{ zip: 'glue/lib', 'upload-to': 's3://acme-prod-glue/clicks/${digest}.zip' }],
  });
  expect(jobs[1]?.needs).toEqual(['orders-enrich']);
  expect(jobs[3]).toMatchObject({
    key: 'tenant-sync-globex',
    instance: { of: 'tenant-sync', key: 'globex', first: false },
    target: {
      name: 'tenant-sync-globex',
      settings: { topic: 'globex-in', url: 'http://flink.internal:8081' },
      env: { TOKEN: 'Bearer ${secret.FLINK_TOKEN}' },
    },
  });
});

it('gives the position of every field of every job: there stands its key, or the item of its list', async () => {
  const { jobs } = await manifestOf(example, registry);
  const lines = example.split('\n');
  for (const { positions } of jobs) {
    expect(Object.keys(positions).length).toBeGreaterThan(9);
    for (const [path, { line, column }] of Object.entries(positions)) {
      const there = lines[line - 1]!.slice(column - 1).replace(/^"/, '');
      const key = path.split('.').at(-1)!;
      if (!/^\d+$/.test(key)) expect([path, there.startsWith(key)]).toEqual([path, true]);
    }
  }
});
