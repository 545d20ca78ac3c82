import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Engine } from '../../src/engines/engine.js';
import { environmentsOf, validateManifest } from '../../src/manifest/index.js';
import { river } from './engines.js';
import { errorsOf, manifestOf, optionsOf, sourceOf } from './read.js';

const six = `version: 1
jobs:
  orders:
    engine: river
    target: {region: eu, name: orders, script: s3://b/orders.py}
    sink: append
`;

describe('a job', () => {
  it('needs six lines; everything else has a default', async () => {
    const manifest = await manifestOf(six);
    const { positions: _, at: __, ...job } = manifest.jobs[0]!;
    expect(manifest).toMatchObject({ name: null, environment: 'default', environments: ['default'], refs: null });
    expect(job).toEqual({
      key: 'orders',
      engine: 'river',
      target: { region: 'eu', name: 'orders', script: 's3://b/orders.py' },
      paths: null,
      ignore: [],
      build: null,
      sink: 'append',
      stateful: true,
      strategy: 'auto',
      maxGapSeconds: null,
      parallel: { overlapSeconds: 600, slots: [] },
      drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
      verify: { runningWithinSeconds: 900, bakeSeconds: 300, gates: [] },
      onFailure: 'rollback',
      needs: [],
      was: null,
      desired: 'running',
      instance: null,
    });
  });

  it.each([
    ['restart', ['restart']],
    ['[parallel, restart]', ['parallel', 'restart']],
    ['auto', 'auto'],
  ])('takes the strategy %s', async (written, strategy) => {
    const { jobs } = await manifestOf(`${six}    strategy: ${written}\n`);
    expect(jobs[0]?.strategy).toEqual(strategy);
  });

  it.each([
    ['0s', 0],
    ['30s', 30],
    ['10m', 600],
    ['2h', 7200],
    ['1d', 86_400],
  ])('reads %s as %d seconds', async (written, seconds) => {
    const { jobs } = await manifestOf(`${six}    max-gap: ${written}\n`);
    expect(jobs[0]?.maxGapSeconds).toBe(seconds);
  });

  it.each([
    ['{signal: lag, max: 10}', { signal: 'lag', max: 10, mode: 'hold' }],
    ['{signal: restarts, max-delta: 0}', { signal: 'restarts', 'max-delta': 0, mode: 'budget' }],
    [
      '{signal: age, max: 2m, mode: converge, grace: 1m, for: 5m, deadline: 1h, interval: 30s}',
      { signal: 'age', max: 120, mode: 'converge', grace: 60, for: 300, deadline: 3600, interval: 30 },
    ],
    [
      '{signal: rate, min-vs-baseline: 0.7, advisory: true, when-idle: skip}',
      { signal: 'rate', 'min-vs-baseline': 0.7, advisory: true, 'when-idle': 'skip', mode: 'hold' },
    ],
  ])('reads the gate %s', async (written, gate) => {
    const { jobs } = await manifestOf(`${six}    verify: {gates: [${written}]}\n`);
    expect(jobs[0]?.verify.gates).toEqual([gate]);
  });
});

const layered = `version: 1
environments:
  staging:
    vars: {region: eu-west-1}
  production:
    vars: {region: eu-central-1}
    refs: [main, release]
    jobs:
      orders: {max-gap: 5m, target: {workers: {max: 40}, arguments: {a: production}}}
defaults:
  river: {sink: idempotent, max-gap: 1h, target: {region: "\${var.region}", workers: {min: 1, max: 5}}}
jobs:
  orders: {engine: river, max-gap: 30m, target: {workers: {max: 20}, arguments: {b: job}}}
  clicks: {engine: pond, target: {workers: 3}}
`;

describe('the name on the engine', () => {
  it.each([
    ['orders: {engine: named}', 'orders'],
    ['orders: {engine: named, target: {name: pipeline}}', 'pipeline'],
    ['orders: {engine: named, was: sales}', 'sales'],
    ['orders: {engine: named, was: sales, target: {name: pipeline}}', 'pipeline'],
    ['orders: {engine: river, target: {region: eu}}', undefined],
  ])('%s', async (written, name) => {
    const named: Engine = {
      ...river,
      id: 'named',
      impacts: { name: 'recreate' },
      target: z.record(z.string(), z.json()) as never,
    };
    const engines = async (id: string) => (id === 'named' ? named : river);
    const given = { engines, engineIds: ['named', 'river'] };
    const { jobs } = await manifestOf(`version: 1\njobs:\n  ${written}\n`, given);
    expect(jobs[0]?.target['name']).toBe(name);
  });
});

describe('layers', () => {
  it('merges defaults under the job and the overlay over it', async () => {
    const { jobs, refs } = await manifestOf(layered, { environment: 'production' });
    expect(refs).toEqual(['main', 'release']);
    expect(jobs[0]).toMatchObject({ sink: 'idempotent', maxGapSeconds: 300 });
    expect(jobs[0]?.target).toEqual({
      region: 'eu-central-1',
      workers: { min: 1, max: 40 },
      arguments: { a: 'production', b: 'job' },
    });
  });

  it('leaves the overlay of another environment out', async () => {
    const { jobs, refs } = await manifestOf(layered, { environment: 'staging' });
    expect(refs).toBeNull();
    expect(jobs[0]).toMatchObject({ maxGapSeconds: 1800, target: { workers: { min: 1, max: 20 } } });
  });

  it('gives defaults of one engine to its jobs only', async () => {
    const { jobs } = await manifestOf(layered, { environment: 'staging' });
    expect(jobs[1]).toMatchObject({ sink: 'append', target: { workers: 3 } });
  });

  it('replaces lists whole', async () => {
    const { jobs } = await manifestOf(`version: 1
defaults: {river: {target: {region: eu, topics: [a, b]}}}
jobs: {orders: {engine: river, target: {topics: [c]}}}
`);
    expect(jobs[0]?.target['topics']).toEqual(['c']);
  });

  it('points at the layer in which a wrong value stands', async () => {
    const wrong = layered.replace('max: 40', 'max: many').replace('min: 1,', 'min: none,');
    expect(await errorsOf(wrong, { environment: 'production' })).toEqual([
      'jobs.yml:9:53 environments.production.jobs.orders.target.workers.max [manifest-value] expected a number, got the text "many"',
      'jobs.yml:11:91 defaults.river.target.workers.min [manifest-value] orders: expected a number, got the text "none"',
    ]);
  });
});

describe('environments', () => {
  it('has to be named where there are several', async () => {
    expect(environmentsOf(sourceOf(layered))).toEqual(['staging', 'production']);
    expect(await errorsOf(layered)).toEqual([
      'jobs.yml:3:3 environments [manifest-environment] the manifest has several environments: set the input `environment` (`--environment`) to one of staging, production',
    ]);
    expect(await errorsOf(layered, { environment: 'prodution' })).toEqual([
      'jobs.yml:3:3 environments [manifest-environment] there is no environment `prodution`; did you mean `production`?',
    ]);
  });

  it('is `default` where the manifest declares none', async () => {
    expect(environmentsOf(sourceOf(six))).toEqual(['default']);
    expect((await manifestOf(six, { environment: 'default' })).environment).toBe('default');
    expect(await errorsOf(six, { environment: 'production' })).toEqual([
      'jobs.yml:1:1 environments [manifest-environment] there is no environment `production`: the manifest declares none, so it has only `default`',
    ]);
  });

  it('is the only one where there is one, also an empty one', async () => {
    const { environment } = await manifestOf(six.replace('jobs:', 'environments: {production: }\njobs:'));
    expect(environment).toBe('production');
  });

  it('shows the errors of all of them to `validate`', async () => {
    const wrong = layered.replace('{region: eu-west-1}', '{regiom: eu-west-1}').replace('max: 40', 'max: 4.5');
    const errors = await validateManifest(sourceOf(wrong), optionsOf());
    expect(errors.map((error) => error.message)).toEqual([
      'orders: environment `staging` has no variable `region`; did you mean `regiom`?',
      'expected a whole number, got the number 4.5',
    ]);
  });

  it('checks the names and keys of overlays that are not read', async () => {
    const wrong = layered.replace('orders: {max-gap: 5m', 'order: {max_gap: 5m');
    expect(await errorsOf(wrong, { environment: 'staging' })).toEqual([
      'jobs.yml:9:7 environments.production.jobs.order [manifest-overlay] there is no job `order`; did you mean `orders`?',
      'jobs.yml:9:15 environments.production.jobs.order.max_gap [manifest-unknown-key] `max_gap` is not known here; did you mean `max-gap`?',
    ]);
  });
});

describe('several files', () => {
  const base = `version: 1
name: acme
environments: {production: {vars: {region: eu}}}
defaults: {river: {target: {region: "\${var.region}"}}}
`;

  it('joins their jobs', async () => {
    const manifest = await manifestOf({
      'base.yml': base,
      'a.yml': 'version: 1\njobs: {a: {engine: river}}\n',
      'b.yml': 'version: 1\nname: acme\njobs: {b: {engine: river, needs: [a]}}\n',
    });
    expect(manifest).toMatchObject({ file: 'base.yml', name: 'acme', environment: 'production' });
    expect(manifest.jobs.map((job) => [job.key, job.at.file, job.target['region']])).toEqual([
      ['a', 'a.yml', 'eu'],
      ['b', 'b.yml', 'eu'],
    ]);
  });

  it('refuses a job that is declared twice, and values that contradict each other', async () => {
    const files = {
      'base.yml': base,
      'a.yml': 'version: 1\njobs: {a: {engine: river}}\n',
      'b.yml':
        'version: 1\nname: other\nenvironments: {production: {vars: {region: us, more: 1}}}\njobs: {a: {engine: river}}\n',
    };
    expect(await errorsOf(files)).toEqual([
      'b.yml:2:7 name [manifest-conflict] another value is given in base.yml:2:7',
      'b.yml:3:44 environments.production.vars.region [manifest-conflict] another value is given in base.yml:3:44',
      'b.yml:4:8 jobs.a [manifest-duplicate-job] job `a` is already declared in a.yml:2:8',
    ]);
  });

  it('tells the errors of all of them, in the order of the files', async () => {
    const files = {
      'z.yml': 'version: 2\njobs: {z: {engine: river, target: {region: 1}}}\n',
      'broken.yml': 'version: 1\njobs: [\n',
      'a.yml': 'jobs: {a: {engine: river, target: {region: eu}, needs: [somewhere-in-broken]}}\n',
    };
    expect(await errorsOf(files)).toEqual([
      'z.yml:1:1 version [manifest-version] expected `version: 1`',
      'z.yml:2:44 jobs.z.target.region [manifest-value] expected a text, got the number 1: write it in quotes',
      'broken.yml:3:1 - [manifest-syntax] Flow sequence in block collection must be sufficiently indented and end with a ]',
      'a.yml:1:1 version [manifest-version] `version` is missing: expected `version: 1`',
    ]);
  });

  it('says so if there is none', async () => {
    expect(await errorsOf({})).toEqual([':1:1 - [manifest-empty] there is no manifest file']);
  });
});
