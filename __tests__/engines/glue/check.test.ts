import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { glue } from '../../../src/engines/glue/index.js';
import type { Effect } from '../../../src/model/impact.js';
import type { Job } from '../../../src/model/job.js';
import type { JsonObject } from '../../../src/model/json.js';
import { declared, target } from './world.js';

const job = (more: JsonObject, slots: readonly JsonObject[] = []): Job => ({
  ...declared,
  target: { ...target, ...more },
  parallel: { overlapSeconds: 600, slots },
  positions: { 'target.arguments': { file: 'streaming-jobs.yml', line: 21, column: 7 } },
});
const codes = (of: Job) => (glue.check?.(of) ?? []).map(({ code, level }) => `${level} ${code}`);

describe('schema', () => {
  const accepts = (more: JsonObject) => glue.target.safeParse({ ...target, ...more }).success;

  it.each([
    ['a file', { script: { file: 'a.py', 'upload-to': 's3://b/${digest}.py' } }],
    ['a build result', { script: '${build.script}' }],
    [
      'libraries of each kind',
      {
        'extra-jars': [
          's3://b/a.jar',
          { file: 'a.jar', 'upload-to': 's3://b/${digest}.jar' },
          { zip: 'lib', 'upload-to': 's3://b/${digest}.zip' },
        ],
      },
    ],
    ['definition: leave', { definition: 'leave' }],
    [
      'members of UpdateJob',
      { definition: { GlueVersion: '5.0', MaxRetries: 0, ExecutionProperty: { MaxConcurrentRuns: 2 } } },
    ],
    ['a role by its ARN', { 'assume-role': 'arn:aws:iam::123456789012:role/ci' }],
    [
      'a role with an external id',
      { 'assume-role': { arn: 'arn:aws:iam::123456789012:role/ci', 'external-id': '${secret.ID}' } },
    ],
    ['numbers as arguments', { arguments: { '--rate': 5, '--on': true } }],
    ['no timeout', { timeout: 0 }],
  ])('takes %s', (_, more) => {
    expect(accepts(more)).toBe(true);
  });

  it.each([
    ['an unknown field', { worker: 3 }],
    ['an upload that would overwrite', { script: { file: 'a.py', 'upload-to': 's3://b/a.py' } }],
    ['a local script', { script: 'a.py' }],
    ['an argument without --', { arguments: { topic: 'x' } }],
    ['a timeout above a week', { timeout: 10_081 }],
    ['no workers', { workers: 0 }],
    ['a read-only member', { definition: { Name: 'x' } }],
    ['a generated script', { definition: { CodeGenConfigurationNodes: {} } }],
    ['an account by name', { account: 'prod' }],
  ])('refuses %s', (_, more) => {
    expect(accepts(more)).toBe(false);
  });

  it('has a JSON schema', () => {
    expect(z.toJSONSchema(glue.target)).toMatchObject({ additionalProperties: false, required: ['region', 'script'] });
  });
});

describe('check', () => {
  it('has nothing to say about a good job', () => {
    expect(codes(job({}))).toEqual([]);
  });

  it.each([
    ['a checkpoint argument that is not given', job({ arguments: {} }), 'error glue-checkpoint-argument-missing'],
    [
      'one that a slot lacks',
      job({ arguments: {} }, [{ arguments: { '--checkpoint': 's3://s/a' } }, {}]),
      'error glue-checkpoint-argument-missing',
    ],
    [
      'slots on one checkpoint',
      job({}, [{ arguments: { '--checkpoint': 's3://s/a' } }, { arguments: { '--checkpoint': 's3://s/a/' } }]),
      'error glue-slots-share-checkpoint',
    ],
    [
      'a mark of the tool',
      job({ arguments: { ...(target['arguments'] as JsonObject), '--stream-rollout-n': '1' } }),
      'error glue-reserved-argument',
    ],
    [
      'a script by its argument',
      job({ arguments: { ...(target['arguments'] as JsonObject), '--scriptLocation': 's3://b/a.py' } }),
      'error glue-reserved-argument',
    ],
    [
      'a secret among the arguments',
      job({ arguments: { ...(target['arguments'] as JsonObject), '--key': '${secret.KEY}' } }),
      'warning glue-secret-in-arguments',
    ],
    ['workers in both spellings', job({ definition: { NumberOfWorkers: 3 } }), 'error glue-field-twice'],
    ['workers and a capacity', job({ definition: { MaxCapacity: 3 } }), 'error glue-worker-fields'],
    [
      'tags of a definition that is left alone',
      job({ definition: 'leave', tags: { a: 'b' } }),
      'error glue-leave-conflict',
    ],
  ])('finds %s', (_, wrong, code) => {
    expect(codes(wrong)).toEqual([code]);
  });

  it('finds a worker type without a number', () => {
    const { workers: _, ...rest } = target;
    expect(codes({ ...job({}), target: rest })).toEqual(['error glue-worker-fields']);
  });

  it('points at the field, or at the nearest one above it', () => {
    const [found] = glue.check?.(job({ arguments: { '--checkpoint': 'x', '--JOB_NAME': 'x' } })) ?? [];
    expect(found).toMatchObject({ file: 'streaming-jobs.yml', line: 21 });
    const [other] = glue.check?.(job({ definition: { NumberOfWorkers: 3 } })) ?? [];
    expect(other).toMatchObject({ line: 10 });
  });
});

describe('place', () => {
  const place = (more: JsonObject) => glue.place({ ...target, ...more }, { env: {} });

  it.each([
    [{}, { key: 'eu-west-1', session: 'eu-west-1' }],
    [{ account: '123456789012' }, { key: '123456789012/eu-west-1', session: '123456789012/eu-west-1' }],
    [
      { 'assume-role': 'arn:aws:iam::210987654321:role/ci' },
      { key: '210987654321/eu-west-1', session: '210987654321/eu-west-1 as arn:aws:iam::210987654321:role/ci' },
    ],
  ])('%j', (more, expected) => {
    expect(place(more as JsonObject)).toEqual(expected);
  });

  it('needs a region', () => {
    expect(() => glue.place({ name: 'x' }, { env: {} })).toThrow(
      expect.objectContaining({ code: 'glue-region-missing', class: 'input' }),
    );
  });

  it('gives the checkpoint as what no two jobs may share', () => {
    expect(glue.exclusive?.(target)).toBe('s3://state/clicks');
    expect(glue.exclusive?.({ ...target, 'checkpoint-argument': '--none' })).toBeNull();
  });
});

describe('expect', () => {
  const of = (strategy: Parameters<typeof glue.expect>[0], more: JsonObject = {}) => glue.expect(strategy, job(more));

  it('knows that a restart goes on from the checkpoint, if there is one', () => {
    expect(of('restart')).toMatchObject({ duplicates: 'replay', state: 'kept' });
    const { 'checkpoint-argument': _, ...without } = target;
    expect(glue.expect('restart', { ...declared, target: without })).toMatchObject({ state: 'unknown' });
  });

  describe('where it is known what the old run was launched with', () => {
    const { 'checkpoint-argument': _, ...unnamed } = target;
    const args = target['arguments'] as JsonObject;
    const moved = { ...args, '--checkpoint': 's3://state/other' };
    const { '--checkpoint': __, ...none } = args;
    const from = (
      before: JsonObject | null,
      own: JsonObject = target,
      strategy: 'restart' | 'create' | 'stop' = 'restart',
    ) => (glue.expect(strategy, { ...declared, target: own }, before) as Effect).state;

    it.each<[string, JsonObject | null, Effect['state']]>([
      ['the same location', target, 'kept'],
      [
        'the same with a slash',
        { ...target, arguments: { ...args, '--checkpoint': `${args['--checkpoint']}/` } },
        'kept',
      ],
      ['another location', { ...target, arguments: moved }, 'lost'],
      ['no location', { ...target, arguments: none }, 'lost'],
      ['the location, before the argument had a name', unnamed, 'kept'],
      ['no location, before the argument had a name', { ...unnamed, arguments: none }, 'unknown'],
      ['another one, before the argument had a name', { ...unnamed, arguments: moved }, 'lost'],
      [
        'the location in another argument',
        { ...target, 'checkpoint-argument': '--old', arguments: { ...none, '--old': String(args['--checkpoint']) } },
        'kept',
      ],
      ['what a run by hand shows, with another location', { arguments: moved }, 'lost'],
      ['what a run by hand shows, without a location', { arguments: none }, 'kept'],
      ['nothing', null, 'kept'],
    ])('%s', (_name, before, state) => {
      expect([from(before), from(before, target, 'create')]).toEqual([state, state]);
    });

    it('is lost too where the argument is not given any more, and not for a stop', () => {
      expect(from(target, { ...unnamed, arguments: none })).toBe('lost');
      expect(from(target, unnamed)).toBe('kept');
      expect(from({ ...target, arguments: moved }, target, 'stop')).toBe('kept');
    });
  });

  it('knows that the other slot has none of the state', () => {
    expect(of('parallel')).toEqual({ gapSeconds: 0, duplicates: 'overlap', state: 'lost' });
  });

  it.each(['in-flight-update', 'in-place-update', 'rolling', 'savepoint-upgrade', 'drain-and-resubmit'] as const)(
    'rejects %s with a reason',
    (strategy) => {
      expect(of(strategy)).toEqual({ rejected: expect.stringMatching(/Glue.*\.$/) });
    },
  );

  it('offers no write of the definition where it is left alone', () => {
    expect(glue.verbs(target)).toEqual(['prepare', 'start', 'stop']);
    expect(glue.verbs({ ...target, definition: 'leave' })).toEqual(['start', 'stop']);
  });
});
