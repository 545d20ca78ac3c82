import type { Job } from '@aws-sdk/client-glue';
import { expect, it } from '@jest/globals';
import { differing, memberDigests, updateOf } from '../../../src/engines/glue/definition.js';

const job: Job = {
  Name: 'clicks',
  CreatedOn: new Date(0),
  LastModifiedOn: new Date(1000),
  ProfileName: 'profile',
  Role: 'role',
  Command: { Name: 'gluestreaming', ScriptLocation: 's3://b/s.py' },
  GlueVersion: '4.0',
};

it('copies what UpdateJob takes and leaves out what only GetJob shows', () => {
  expect(updateOf(job)).toEqual({ Role: 'role', Command: job.Command, GlueVersion: '4.0' });
});

it.each([
  ['Timeout', 0],
  ['MaxRetries', 0],
  ['JobRunQueuingEnabled', false],
  ['Description', ''],
] as const)('keeps %s where it is falsy', (member, value) => {
  expect(updateOf({ ...job, [member]: value })).toHaveProperty(member, value);
});

it.each([
  [
    'workers win over the capacity that Glue makes of them',
    { WorkerType: 'G.1X', NumberOfWorkers: 2, MaxCapacity: 2 },
    ['WorkerType', 'NumberOfWorkers'],
  ],
  ['a lone worker member already excludes the capacity', { NumberOfWorkers: 2, MaxCapacity: 2 }, ['NumberOfWorkers']],
  ['a capacity without workers stays', { MaxCapacity: 10 }, ['MaxCapacity']],
  ['the deprecated capacity is never sent', { MaxCapacity: 10, AllocatedCapacity: 10 }, ['MaxCapacity']],
] as const)('capacity: %s', (_, capacity, kept) => {
  const sent = Object.keys(updateOf({ ...job, ...capacity } as Job));
  expect(sent.filter((member) => /Capacity|Worker/.test(member)).sort()).toEqual([...kept].sort());
});

it('sees no difference in key order, empty parts and undefined values', () => {
  const a = { DefaultArguments: { a: '1', b: '2' }, Connections: { Connections: [] }, NotificationProperty: {} };
  const b = { DefaultArguments: { b: '2', a: '1' }, Description: undefined };
  expect(differing(a, b)).toEqual([]);
  expect(memberDigests(a)).toEqual(memberDigests(b));
});

it('names the members that differ, and tells 0 from absent', () => {
  const a = { Timeout: 0, Role: 'x', Connections: { Connections: ['b', 'a'] } };
  const b = { Role: 'y', Connections: { Connections: ['a', 'b'] } };
  expect(differing(a, b)).toEqual(['Role', 'Connections', 'Timeout']);
});
