import { expect, it } from '@jest/globals';
import { argumentBytes, mismatches, notCarried, runArguments, startRequest } from '../../../src/engines/glue/launch.js';
import { marksOf, noteArgument, stampOf } from '../../../src/engines/glue/marks.js';
import { wantedOf } from '../../../src/engines/glue/wanted.js';
import { stamp, target } from './world.js';

const wanted = wantedOf({
  ...target,
  'extra-py-files': ['s3://b/a.zip', 's3://b/b.zip'],
  timeout: 0,
  role: 'role',
  arguments: { '--rate': 5, '--debug': true },
  definition: { GlueVersion: '4.0', DefaultArguments: { '--rate': 1, '--x': 'y' } },
});

it('reads a target in the words of Glue', () => {
  expect(wanted).toEqual({
    script: target['script'],
    arguments: { '--rate': '5', '--x': 'y', '--debug': 'true', '--extra-py-files': 's3://b/a.zip,s3://b/b.zip' },
    members: { GlueVersion: '4.0', Role: 'role', WorkerType: 'G.1X', NumberOfWorkers: 3, Timeout: 0 },
  });
});

it.each([
  ['a script that is not uploaded', { script: { file: 'a.py', 'upload-to': 's3://b/${digest}.py' } }],
  ['a script that is not built', { script: '${build.script}' }],
  [
    'a library that is not uploaded',
    { 'extra-jars': ['s3://b/a.jar', { file: 'b.jar', 'upload-to': 's3://b/${digest}' }] },
  ],
])('refuses to launch %s', (_, field) => {
  expect(() => wantedOf({ ...target, ...field })).toThrow(expect.objectContaining({ code: 'glue-target-incomplete' }));
});

it('starts a run with all its arguments, and only the settings that a run can carry', () => {
  const defaults = { '--job-language': 'python', '--rate': '9', [noteArgument]: 'note' };
  const { Arguments, ...rest } = startRequest('clicks', { DefaultArguments: defaults }, wanted, stamp);
  expect(rest).toEqual({
    JobName: 'clicks',
    JobRunQueuingEnabled: false,
    WorkerType: 'G.1X',
    NumberOfWorkers: 3,
    Timeout: 0,
  });
  expect(Arguments).toEqual({
    '--job-language': 'python',
    ...wanted.arguments,
    '--scriptLocation': wanted.script,
    ...marksOf(stamp),
  });
  expect(stampOf(Arguments)).toEqual(stamp);
});

it('tells what a run cannot be given', () => {
  const definition = { Role: 'other', GlueVersion: '4.0', Timeout: 5, WorkerType: 'G.2X' as const };
  expect(notCarried(definition, wanted)).toEqual(['Role']);
  const parts = { members: { Command: { PythonVersion: '3' }, ExecutionProperty: { MaxConcurrentRuns: 2 } } };
  const current = {
    Command: { Name: 'gluestreaming', PythonVersion: '3' },
    ExecutionProperty: { MaxConcurrentRuns: 1 },
  };
  expect(notCarried(current, parts)).toEqual(['ExecutionProperty']);
});

it('names what a run has otherwise than asked, and takes what it does not show as it is', () => {
  const args = { ...runArguments({ '--more': '1' }, wanted, stamp) };
  expect(mismatches({ Arguments: args, WorkerType: 'G.1X', Timeout: 0 }, wanted, stamp)).toEqual([]);
  const { '--scriptLocation': _, ...without } = args;
  const run = { Arguments: { ...without, '--rate': '6' }, Timeout: 480, GlueVersion: '0.9' };
  expect(mismatches(run, wanted, stamp)).toEqual(['--rate', '--scriptLocation', 'Timeout', 'GlueVersion']);
});

it('counts arguments in bytes', () => {
  expect(argumentBytes({ '--ä': 'ö' })).toBe(6);
});
