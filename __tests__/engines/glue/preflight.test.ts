import type { CreateJobRequest } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Intended } from '../../../src/engines/engine.js';
import type { JsonObject } from '../../../src/model/json.js';
import { declared, definition, seen, subject, target, type World, world } from './world.js';

let local: World;
beforeEach(async () => {
  local = await world();
});
afterEach(() => local.end());

const intended = (more: JsonObject = {}, rest: Partial<Intended> = {}): Intended => {
  const own = { ...target, ...more };
  return { subject, job: { ...declared, target: own }, target: own, strategy: 'restart', current: null, ...rest };
};
const codes = async (of: Intended) => (await local.session.preflight(of)).map(({ code, level }) => `${level} ${code}`);

it('has nothing to say about a job that is all right, and writes nothing', async () => {
  await local.create();
  await local.forget();
  expect(await codes(intended())).toEqual([]);
  expect(await local.requests()).toEqual(['GetJob', 'HeadObject', 'GetMetricData', 'ListMetrics']);
});

it.each([
  ['a batch job', { Command: { ...definition.Command, Name: 'glueetl' } }, {}, ['error glue-not-streaming']],
  ['a job from the visual editor', { JobMode: 'VISUAL' }, {}, ['error glue-visual-job']],
  [
    'the same where its definition is left alone',
    { JobMode: 'VISUAL' },
    { definition: 'leave' },
    ['notice glue-definition-behind'],
  ],
  ['a limit that is no fence', { ExecutionProperty: { MaxConcurrentRuns: 3 } }, {}, ['warning glue-fence-weak']],
  [
    'a limit that the manifest brings back to 1',
    { ExecutionProperty: { MaxConcurrentRuns: 3 } },
    { definition: { ExecutionProperty: { MaxConcurrentRuns: 1 } } },
    [],
  ],
  ['a timeout of the definition', { Timeout: 600 }, {}, ['warning glue-timeout-ends-run']],
  ['a timeout that the manifest lifts', { Timeout: 600 }, { timeout: 0 }, []],
  [
    'a blank timeout where the default is short',
    { Timeout: undefined, GlueVersion: '5.0' },
    {},
    ['notice glue-timeout-ends-run'],
  ],
  [
    'arguments that are too long',
    {},
    { arguments: { '--checkpoint': 's3://s/c', '--x': 'x'.repeat(261 * 1024) } },
    ['error glue-arguments-too-long'],
  ],
  [
    'an argument that a run cannot be given',
    { NonOverridableArguments: { '--topic': 'other' } },
    {},
    ['error glue-argument-not-overridable'],
  ],
  ['one that it need not be given', { NonOverridableArguments: { '--topic': 'clicks' } }, {}, []],
  [
    'a role that is not the one of the manifest',
    {},
    { definition: 'leave', role: 'other' },
    ['error glue-definition-drift', 'notice glue-definition-behind'],
  ],
  ['a script that is not there', {}, { script: 's3://scripts/none.py' }, ['error glue-script-missing']],
  ['a library that is not there', {}, { 'extra-jars': ['s3://nowhere/none.jar'] }, ['error glue-script-missing']],
  ['the right account', {}, { account: '123456789012' }, []],
  ['another account', {}, { account: '210987654321' }, ['error glue-wrong-account']],
] as const)('finds %s', async (_, made, more, expected) => {
  await local.create(made as Partial<CreateJobRequest>);
  expect(await codes(intended(more as JsonObject))).toEqual(expected);
});

it('never creates a job that does not exist', async () => {
  const [found] = await local.session.preflight(intended());
  expect(found).toMatchObject({ code: 'glue-job-missing', level: 'error', next: expect.stringContaining('Create') });
  expect(await local.writes()).toEqual([]);
});

it('asks nothing for a stop', async () => {
  expect(await codes(intended({}, { strategy: 'stop' }))).toEqual([]);
  expect(await local.requests()).toEqual([]);
});

it('cannot tell about an object that it may not read', async () => {
  await local.create();
  await local.fault({ service: 's3', operation: 'HeadObject', when: 'before', effect: 'status', status: 403 });
  expect(await codes(intended())).toEqual(['warning glue-script-unreadable']);
});

it('warns where what an undo would start is gone', async () => {
  await local.create();
  const script = 's3://scripts/gone.py';
  const found = await local.session.preflight(intended({}, { undo: { ...target, script } }));
  expect(found).toMatchObject([{ code: 'undo-limited', level: 'warning', message: expect.stringContaining(script) }]);
  expect(await codes(intended({}, { undo: target }))).toEqual([]);
});

describe('before the build and the uploads', () => {
  it('looks for no object, and checks the rest', async () => {
    await local.create({ Timeout: 600 });
    const file = { script: { file: 'a.py', 'upload-to': 's3://b/${digest}.py' } };
    expect(await codes(intended(file, { target: null }))).toEqual(['warning glue-timeout-ends-run']);
    expect(await codes(intended({ script: '${build.script}' }, { target: null }))).toEqual([
      'warning glue-timeout-ends-run',
    ]);
  });

  it('looks for what a build named, and not for what was just uploaded', async () => {
    await local.create();
    const job = { ...declared, target: { ...target, script: '${build.script}' } };
    expect(await codes(intended({ script: 's3://scripts/none.py' }, { job }))).toEqual(['error glue-script-missing']);
    const files = {
      ...declared,
      target: { ...target, script: { file: 'a.py', 'upload-to': 's3://scripts/${digest}.py' } },
    };
    expect(await codes(intended({ script: 's3://scripts/none.py' }, { job: files }))).toEqual([]);
  });
});

describe('two runs side by side', () => {
  it('need a limit of two', async () => {
    await local.create();
    const run = String((await local.plant({ jobName: 'clicks' }))['id']);
    const current = await seen(local.session, run);
    expect(await codes(intended({}, { strategy: 'parallel', current }))).toEqual(['error glue-no-second-place']);
    const two = { definition: { ExecutionProperty: { MaxConcurrentRuns: 2 } } };
    expect(await codes(intended(two, { strategy: 'parallel', current }))).toEqual([]);
    expect(await codes(intended({}, { strategy: 'parallel', current: { ...current, name: 'clicks-b' } }))).toEqual([]);
  });
});
