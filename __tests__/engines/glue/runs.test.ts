import { JobRunState } from '@aws-sdk/client-glue';
import { describe, expect, it } from '@jest/globals';
import { marksOf } from '../../../src/engines/glue/marks.js';
import { runsOf } from '../../../src/engines/glue/runs.js';
import { stateOf } from '../../../src/engines/glue/states.js';
import { isActive } from '../../../src/model/run.js';
import { stamp, subject, target } from './world.js';

const reveal = (text: string) => (text === '${secret.KEY}' ? 'canary' : null);
const read = (...runs: Parameters<typeof runsOf>[0]) => runsOf(runs, subject, 'eu-west-1', reveal);

describe('states', () => {
  it.each([
    ['STARTING', 'starting'],
    ['WAITING', 'starting'],
    ['RUNNING', 'running'],
    ['STOPPING', 'stopping'],
    ['STOPPED', 'stopped'],
    ['SUCCEEDED', 'finished'],
    ['FAILED', 'failed'],
    ['TIMEOUT', 'failed'],
    ['ERROR', 'failed'],
    ['EXPIRED', 'replaced'],
  ] as const)('%s is %s', (theirs, ours) => {
    expect(stateOf(theirs, false)).toBe(ours);
  });

  it('knows every state of the SDK', () => {
    expect(Object.values(JobRunState).sort()).toEqual(
      [
        'ERROR',
        'EXPIRED',
        'FAILED',
        'RUNNING',
        'STARTING',
        'STOPPED',
        'STOPPING',
        'SUCCEEDED',
        'TIMEOUT',
        'WAITING',
      ].sort(),
    );
  });

  it('takes a state that it does not know as active until the run has an end', () => {
    const [open, ended] = read(
      { Id: 'a', JobRunState: 'PAUSED' as never },
      { Id: 'b', JobRunState: 'PAUSED' as never, CompletedOn: new Date(0) },
    );
    expect([open && isActive(open), ended && isActive(ended)]).toEqual([true, false]);
  });
});

it('reads the stamp, times, text and settings of a run', () => {
  const [run] = read({
    Id: 'jr_1',
    JobName: 'clicks',
    JobRunState: 'FAILED',
    StartedOn: new Date('2026-01-01T00:00:00Z'),
    CompletedOn: new Date('2026-01-01T01:00:00Z'),
    ErrorMessage: 'boom',
    Arguments: {
      ...marksOf(stamp),
      '--scriptLocation': 's3://b/a.py',
      '--extra-jars': 's3://b/1.jar, s3://b/2.jar',
      '--topic': 'x',
      '--JOB_NAME': 'clicks',
    },
    WorkerType: 'G.1X',
    NumberOfWorkers: 3,
    MaxCapacity: 3,
    Timeout: 0,
    GlueVersion: '4.0',
  });
  expect(run).toEqual({
    id: 'jr_1',
    name: 'clicks',
    state: 'failed',
    engineState: 'FAILED',
    streaming: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T01:00:00.000Z',
    stamp,
    continues: null,
    replacedBy: null,
    scale: {},
    shows: {
      script: 's3://b/a.py',
      'extra-jars': ['s3://b/1.jar', 's3://b/2.jar'],
      arguments: { '--topic': 'x' },
      'worker-type': 'G.1X',
      workers: 3,
      timeout: 0,
      definition: { GlueVersion: '4.0' },
    },
    url: 'https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1#/job/clicks/run/jr_1',
    detail: 'boom',
  });
});

it('gives a restart by Glue the stamp of the run that it continues', () => {
  const runs = read(
    { Id: 'jr_1_restart_2', JobRunState: 'RUNNING' },
    { Id: 'jr_1', JobRunState: 'EXPIRED', Arguments: marksOf(stamp) },
    { Id: 'jr_1_restart_1', JobRunState: 'EXPIRED' },
    { Id: 'jr_2', JobRunState: 'STOPPED' },
  );
  expect(runs.map(({ id, stamp: of, continues, replacedBy }) => [id, of?.n ?? null, continues, replacedBy])).toEqual([
    ['jr_1_restart_2', 4, 'jr_1_restart_1', null],
    ['jr_1', 4, null, 'jr_1_restart_1'],
    ['jr_1_restart_1', 4, 'jr_1', 'jr_1_restart_2'],
    ['jr_2', null, null, null],
  ]);
});

it('shows no secret: neither one of the manifest nor what looks like one', () => {
  const secrets = {
    ...target,
    arguments: { '--key': '${secret.KEY}', '--other': '${secret.OTHER}', '--user-token': 'open' },
  };
  const args = {
    '--key': 'canary',
    '--other': 'canary',
    '--user-token': 'open',
    '--db-password': 'canary',
    '--plain': '1',
  };
  const [run] = runsOf([{ Id: 'a', Arguments: args }], { ...subject, target: secrets }, 'eu-west-1', reveal);
  expect(run?.shows?.['arguments']).toEqual({ '--key': '${secret.KEY}', '--user-token': 'open', '--plain': '1' });
  expect(JSON.stringify(run)).not.toContain('canary');
});

it('shows an argument as the manifest gives it, where it is the same', () => {
  const of = { ...subject, target: { ...target, arguments: { '--rate': 5, '--on': true } } };
  const [run] = runsOf([{ Id: 'a', Arguments: { '--rate': '5', '--on': 'false' } }], of, 'eu-west-1', reveal);
  expect(run?.shows?.['arguments']).toEqual({ '--rate': 5, '--on': 'false' });
});
