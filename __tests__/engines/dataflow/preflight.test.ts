import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Intended } from '../../../src/engines/engine.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { declared, spec, subject, target, type World, world } from './world.js';

let w: World;
let current: Run;

beforeEach(async () => {
  w = await world();
  current = await w.seen(await w.plant());
});

afterEach(() => w.end());

const { positions: _, ...job } = declared;
const codes = async (more: Partial<Intended> = {}) => {
  const intended: Intended = { subject, job, target, strategy: 'in-place-update', current, ...more };
  return (await w.session.preflight(intended)).map(({ code, level }) => `${level} ${code}`);
};
const metadata = (parameters: readonly JsonObject[]) =>
  w.template(spec, {}, { metadata: { name: 'orders', parameters } });

describe('preflight', () => {
  it('has nothing to say about a good change, and writes nothing', async () => {
    expect(await codes()).toEqual([]);
    expect(await w.writes()).toEqual([]);
  });

  it('looks for the template', async () => {
    const missing = { ...target, template: 'gs://acme-templates/none.json' };
    expect(await codes({ target: missing })).toEqual(['error dataflow-template-unreadable']);
    // A file of the repository that apply has not uploaded yet.
    const file = { ...target, template: { file: 'orders.json', 'upload-to': 'gs://acme-templates/${digest}.json' } };
    expect(await codes({ target: missing, job: { ...job, target: file } })).toEqual([]);
    expect(await codes({ target: null })).toEqual([]);
    expect(await codes({ target: { ...target, template: '${build.template}' } })).toEqual([]);
  });

  it('names the permission that the template needs', async () => {
    await w.fault({ operation: 'getTemplate', when: 'before', effect: 'status', status: 403 });
    const [finding] = await w.session.preflight({ subject, job, target, strategy: 'in-place-update', current });
    expect(finding).toMatchObject({
      code: 'dataflow-template-unreadable',
      next: expect.stringContaining('storage.objects.get'),
    });
  });

  it('knows the kind of the template', async () => {
    expect(await codes({ target: { ...target, 'template-type': 'classic' } })).toEqual([
      'error dataflow-template-type',
    ]);
  });

  it('compares the parameters with the template’s metadata', async () => {
    metadata([
      { name: 'table', isOptional: false },
      { name: 'window', isOptional: true, regexes: ['[0-9]+s'] },
      { name: 'topic', isOptional: false },
      { name: 'schema', isOptional: false, parentName: 'format', parentTriggerValues: ['avro'] },
    ]);
    const parameters = { table: 't', window: 60, extra: '1', maxNumWorkers: 4 };
    expect(await codes({ target: { ...target, parameters } })).toEqual([
      'error dataflow-parameter-unknown',
      'error dataflow-parameter-invalid',
      'error dataflow-parameter-missing',
    ]);
    const good = { table: 't', window: '${secret.WINDOW}', topic: 'x' };
    expect(await codes({ target: { ...target, parameters: good } })).toEqual([]);
  });

  it('refuses a launch under a name that another run holds', async () => {
    await w.plant({ state: 'JOB_STATE_DRAINING' });
    expect(await codes()).toEqual(['error dataflow-name-shared']);
    expect(await codes({ strategy: 'drain-and-resubmit' })).toEqual(['error dataflow-name-shared']);
    expect(await codes({ strategy: 'in-flight-update' })).toEqual([]);
  });

  it('refuses a batch job', async () => {
    const batch = await w.seen(await w.plant({ name: 'batch', type: 'JOB_TYPE_BATCH' }), {
      ...subject,
      names: ['batch'],
    });
    expect(await codes({ current: batch, strategy: 'in-flight-update' })).toEqual(['error dataflow-not-streaming']);
  });

  it('wants Streaming Engine for a parallel update', async () => {
    const off = { ...target, environment: { enableStreamingEngine: false } };
    expect(await codes({ strategy: 'parallel', target: off })).toEqual(['error dataflow-streaming-engine-needed']);
    const slots = [{ name: 'orders-a' }, { name: 'orders-b' }];
    expect(
      await codes({ strategy: 'parallel', target: off, job: { ...job, parallel: { overlapSeconds: 0, slots } } }),
    ).toEqual([]);
  });

  it('warns of a mapping for a transform that the running job does not have', async () => {
    const id = await w.plant({ name: 'mapped', steps: ['Read', 'Enrich/ParDo'] });
    const of = { ...subject, names: ['mapped'] };
    const mapped = { ...target, name: 'mapped', 'transform-name-mapping': { Enrich: 'EnrichV2', Gone: 'X' } };
    const run = await w.seen(id, of);
    expect(await codes({ subject: of, current: run, target: mapped })).toEqual(['warning dataflow-transform-unknown']);
  });

  it('warns where a parallel update may not fit into the quota', async () => {
    await w.settings({ concurrentJobs: 100 });
    for (let i = 0; i < 24; i += 1) await w.plant({ name: `job-${i}` });
    await w.session.observe([subject]);
    expect(await codes({ strategy: 'parallel' })).toEqual(['warning dataflow-parallel-headroom']);
    expect(await codes()).toEqual([]);
  });
});
