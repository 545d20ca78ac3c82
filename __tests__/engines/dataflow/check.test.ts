import { describe, expect, it } from '@jest/globals';
import { dataflow } from '../../../src/engines/dataflow/index.js';
import type { Job, StrategyName } from '../../../src/model/job.js';
import type { JsonObject } from '../../../src/model/json.js';
import { declared, target } from './world.js';

const codesOf = (more: JsonObject, job: Partial<Job> = {}) =>
  dataflow.check?.({ ...declared, target: { ...target, ...more }, ...job }).map(({ code }) => code);

describe('the schema of the target', () => {
  it.each<[string, JsonObject]>([
    ['the least', { project: 'p', region: 'r', template: 'gs://b/o' }],
    ['a build result', { project: 'p', region: 'r', template: '${build.template}' }],
    ['a file', { project: 'p', region: 'r', template: { file: 't.json', 'upload-to': 'gs://b/${digest}.json' } }],
    ['the API’s own fields', { ...target, environment: { ipConfiguration: 'WORKER_IP_PRIVATE', diskSizeGb: 50 } }],
  ])('takes %s as it stands', (_, value) => {
    expect(dataflow.target.parse(value)).toEqual(value);
  });

  it.each<[string, JsonObject, string]>([
    ['an unknown field', { ...target, wrokers: {} }, 'wrokers'],
    [
      'an unknown environment field, which the client would drop',
      { ...target, environment: { machinetype: 'x' } },
      'machinetype',
    ],
    ['an unknown enum value', { ...target, environment: { ipConfiguration: 'PRIVATE' } }, 'WORKER_IP_PRIVATE'],
    ['no project', { region: 'r', template: 'gs://b/o' }, 'project'],
    ['a bound of zero', { ...target, workers: { min: 0 } }, '>=1'],
    ['a hint out of range', { ...target, workers: { 'utilization-hint': 0.95 } }, '<=0.9'],
  ])('refuses %s', (_, value, text) => {
    const read = dataflow.target.safeParse(value);
    expect(read.success).toBe(false);
    expect(JSON.stringify(read.error?.issues)).toContain(text.replace('>=', '').replace('<=', ''));
  });
});

describe('check', () => {
  it('has nothing to say about a good job', () => {
    expect(codesOf({})).toEqual([]);
    expect(codesOf({ template: '${build.template}', name: undefined as never }, { key: 'orders' })).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['a name with capitals', { name: 'Orders' }, 'dataflow-name-invalid'],
    ['a name that ends with a hyphen', { name: 'orders-' }, 'dataflow-name-invalid'],
    ['a local template', { template: 'orders.json' }, 'dataflow-template-invalid'],
    ['an upload to another store', { template: { file: 'x', 'upload-to': 's3://b/x' } }, 'dataflow-template-invalid'],
    ['bounds the wrong way round', { workers: { min: 5, max: 2 } }, 'dataflow-workers-invalid'],
    ['a bound given twice', { workers: { max: 5 }, environment: { maxWorkers: 5 } }, 'dataflow-workers-invalid'],
    [
      'a smallest number without Streaming Engine',
      { workers: { min: 2 }, environment: { enableStreamingEngine: false } },
      'dataflow-streaming-engine-needed',
    ],
    [
      'a field of the other kind of template',
      { 'template-type': 'classic', environment: { sdkContainerImage: 'x' } },
      'dataflow-environment-field',
    ],
    ['a field of classic templates', { environment: { bypassTempDirValidation: true } }, 'dataflow-environment-field'],
    [
      'an experiment that the plan sets',
      { environment: { additionalExperiments: ['update_strategy_parallel_job_update'] } },
      'dataflow-experiment-reserved',
    ],
    [
      'a label of the stamp',
      { environment: { additionalUserLabels: { 'stream-rollout-n': '1' } } },
      'dataflow-label-invalid',
    ],
    ['a label value with a dot', { environment: { additionalUserLabels: { v: '1.0' } } }, 'dataflow-label-invalid'],
    [
      'too many labels',
      {
        environment: { additionalUserLabels: Object.fromEntries(Array.from({ length: 58 }, (_, i) => [`l${i}`, ''])) },
      },
      'dataflow-label-invalid',
    ],
  ])('refuses %s', (_, more, code) => {
    expect(codesOf(more)).toEqual([code]);
  });

  it('wants a name for each slot', () => {
    const slots = [{ parameters: { s: 'a' } }, { parameters: { s: 'b' } }];
    expect(codesOf({}, { parallel: { overlapSeconds: 0, slots } })).toEqual(['dataflow-slot-name']);
    const named = [{ name: 'orders-a' }, { name: 'orders-b' }];
    expect(codesOf({}, { parallel: { overlapSeconds: 0, slots: named } })).toEqual([]);
    expect(codesOf({}, { parallel: { overlapSeconds: 0, slots: [{ name: 'A' }, { name: 'b' }] } })).toEqual([
      'dataflow-name-invalid',
    ]);
  });

  it('points at the line of the field, else of the nearest parent, else of the job', () => {
    const lines = (more: JsonObject) =>
      dataflow.check?.({ ...declared, target: { ...target, ...more } }).map(({ line }) => line);
    expect(lines({ name: 'X' })).toEqual([14]);
    expect(lines({ environment: { bypassTempDirValidation: true } })).toEqual([20]);
    expect(lines({ workers: { min: 5, max: 2 } })).toEqual([10]);
  });
});

describe('the tables', () => {
  it('knows where a target runs, and shares sessions by place and identity', () => {
    const env = { env: {} };
    expect(dataflow.place(target, env)).toEqual({ key: 'acme-prod/europe-west1', session: 'acme-prod/europe-west1' });
    expect(dataflow.place({ ...target, impersonate: 'a@b' }, env)).toEqual({
      key: 'acme-prod/europe-west1',
      session: 'acme-prod/europe-west1 as a@b',
    });
    expect(() => dataflow.place({ project: 'p' }, env)).toThrow(
      expect.objectContaining({ code: 'dataflow-place-missing', class: 'input' }),
    );
  });

  it('has scale and overlap only with Streaming Engine', () => {
    expect(dataflow.verbs(target)).toEqual(['start', 'replace', 'drain', 'stop', 'scale', 'overlap']);
    expect(dataflow.verbs({ ...target, environment: { enableStreamingEngine: false } })).toEqual([
      'start',
      'replace',
      'drain',
      'stop',
    ]);
  });

  it.each<[StrategyName, object]>([
    ['create', { gapSeconds: 0, duplicates: 'none', state: 'none' }],
    ['in-flight-update', { gapSeconds: 0, duplicates: 'none', state: 'kept' }],
    ['in-place-update', { gapSeconds: 300, duplicates: 'replay', state: 'kept' }],
    ['parallel', { gapSeconds: 0, duplicates: 'overlap', state: 'flushed' }],
    ['drain-and-resubmit', { gapSeconds: null, duplicates: 'none', state: 'flushed' }],
    ['restart', { rejected: expect.stringContaining('no checkpoint') }],
    ['savepoint-upgrade', { rejected: expect.stringContaining('snapshot') }],
    ['rolling', { rejected: expect.any(String) }],
  ])('expects %s to cost what it does', (strategy, effect) => {
    expect(dataflow.expect(strategy, declared)).toEqual(effect);
  });

  it('rejects an overlap whose backstop the service would not take; with slots there is none', () => {
    const overlapSeconds = 373 * 3600;
    expect(dataflow.expect('parallel', { ...declared, parallel: { overlapSeconds, slots: [] } })).toHaveProperty(
      'rejected',
    );
    const slots = [{ name: 'a' }, { name: 'b' }];
    expect(dataflow.expect('parallel', { ...declared, parallel: { overlapSeconds, slots } })).not.toHaveProperty(
      'rejected',
    );
  });
});
