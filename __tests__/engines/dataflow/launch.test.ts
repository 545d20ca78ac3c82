import { describe, expect, it } from '@jest/globals';
import { overlapExperiments, reservedAmong } from '../../../src/engines/dataflow/experiments.js';
import { stampLabels, stampOf } from '../../../src/engines/dataflow/labels.js';
import { launchOf } from '../../../src/engines/dataflow/launch.js';
import { scaleUpdate } from '../../../src/engines/dataflow/scale.js';
import { stamp, target } from './world.js';

const labels = {
  'stream-rollout-revision': 'r1-00000000000000aa',
  'stream-rollout-rollout': 'aabbccddeeff00112233',
  'stream-rollout-n': '4',
  'stream-rollout-step': 'start',
  'stream-rollout-commit': 'c0ffee',
  'stream-rollout-predecessor': 'none',
  'stream-rollout-slot': 'none',
};

const full = {
  ...target,
  'transform-name-mapping': { Enrich: 'EnrichV2', Gone: '' },
  environment: {
    machineType: 'n2-standard-4',
    additionalExperiments: ['use_runner_v2'],
    additionalUserLabels: { team: 'ods' },
  },
};

describe('a launch request', () => {
  it('of a Flex template carries everything, and the stamp as labels', () => {
    expect(launchOf(full, 'orders', stamp, { update: false, experiments: [] })).toEqual({
      kind: 'flex',
      parameter: {
        jobName: 'orders',
        containerSpecGcsPath: 'gs://acme-templates/orders.json',
        parameters: { table: 'acme:ods.orders', window: '60' },
        update: false,
        transformNameMappings: {},
        environment: {
          machineType: 'n2-standard-4',
          maxWorkers: 20,
          additionalExperiments: ['use_runner_v2'],
          additionalUserLabels: { team: 'ods', ...labels },
        },
      },
    });
  });

  it('maps transform names only where it updates a job', () => {
    const launch = launchOf(full, 'orders', stamp, { update: true, experiments: [] });
    expect(launch).toMatchObject({
      parameter: { update: true, transformNameMappings: { Enrich: 'EnrichV2', Gone: '' } },
    });
  });

  it('of a classic template has its own shape', () => {
    const classic = { ...full, 'template-type': 'classic', template: 'gs://acme-templates/classic' };
    expect(launchOf(classic, 'orders', stamp, { update: true, experiments: ['x'] })).toEqual({
      kind: 'classic',
      gcsPath: 'gs://acme-templates/classic',
      parameters: expect.objectContaining({
        jobName: 'orders',
        update: true,
        transformNameMapping: { Enrich: 'EnrichV2', Gone: '' },
        environment: expect.objectContaining({ additionalExperiments: ['use_runner_v2', 'x'] }),
      }),
    });
  });

  it('of a parallel update adds its options to those of the manifest, once', () => {
    const experiments = overlapExperiments(3600.4);
    expect(experiments).toEqual([
      'update_strategy_parallel_job_update',
      'parallel_replace_job_min_parallel_pipelines_duration=3601s',
    ]);
    const mode = { update: true, experiments: [...experiments, 'use_runner_v2'] };
    expect(launchOf(full, 'orders', stamp, mode)).toMatchObject({
      parameter: { environment: { additionalExperiments: ['use_runner_v2', ...experiments] } },
    });
  });
});

describe('the stamp', () => {
  it('comes back from the labels', () => {
    const whole = { ...stamp, predecessor: '2026-11-22_15_25_46-1234567890', slot: 1 };
    expect(stampOf({ ...stampLabels(whole), 'goog-terraform-provisioned': 'true' })).toEqual(whole);
  });

  it.each([
    ['none', {}],
    ['another tool’s', { revision: 'r1', n: '4' }],
    ['half a one', { 'stream-rollout-revision': 'r1-0', 'stream-rollout-n': '1' }],
  ])('is not read from %s labels', (_, given) => {
    expect(stampOf(given)).toBeNull();
  });

  it('fits the rules of Dataflow labels, a SHA-256 commit included', () => {
    const long = { ...stamp, commit: 'A'.repeat(64), predecessor: '2026-11-22_15_25_46-1234567890123456789' };
    for (const [key, value] of Object.entries(stampLabels(long))) {
      expect(key).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
      expect(value).toMatch(/^[a-z0-9_-]{1,63}$/);
    }
  });
});

describe('a change of worker bounds', () => {
  it('masks exactly what is given', () => {
    expect(scaleUpdate({ workers: { min: 2, 'utilization-hint': 0.7 } })).toEqual({
      job: { runtimeUpdatableParams: { minNumWorkers: 2, workerUtilizationHint: 0.7 } },
      mask: ['runtime_updatable_params.min_num_workers', 'runtime_updatable_params.worker_utilization_hint'],
    });
    expect(scaleUpdate({ workers: { max: 9 } }).mask).toEqual(['runtime_updatable_params.max_num_workers']);
    expect(scaleUpdate({}).mask).toEqual([]);
  });
});

describe('reserved experiments', () => {
  it('are those that decide how a job is replaced', () => {
    expect(
      reservedAmong([
        'use_runner_v2',
        'create_or_update_job',
        'parallel_replace_job_name=x',
        'parallel_replace_job_max_stop_duration=1h',
      ]),
    ).toEqual(['create_or_update_job', 'parallel_replace_job_name=x']);
  });
});
