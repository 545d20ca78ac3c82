import type { JobUpdate } from '@aws-sdk/client-glue';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noteArgument } from '../../../src/engines/glue/marks.js';
import { lay, withoutNote } from '../../../src/engines/glue/overlay.js';
import type { Wanted } from '../../../src/engines/glue/wanted.js';

const byHand: JobUpdate = {
  Role: 'role',
  Command: { Name: 'gluestreaming', ScriptLocation: 's3://b/old.py', PythonVersion: '3' },
  DefaultArguments: { '--job-language': 'python', '--topic': 'old' },
  GlueVersion: '4.0',
  Timeout: 0,
  WorkerType: 'G.1X',
  NumberOfWorkers: 2,
  ExecutionProperty: { MaxConcurrentRuns: 1 },
};
const wanted: Wanted = { script: 's3://b/new.py', arguments: { '--topic': 'new', '--extra': '1' }, members: {} };
const plain = (update: JobUpdate) => ({ ...update, DefaultArguments: withoutNote(update.DefaultArguments) });

describe('lay', () => {
  it('changes what the manifest gives and keeps the rest', () => {
    expect(plain(lay(byHand, { ...wanted, members: { NumberOfWorkers: 5, WorkerType: 'G.2X' } }))).toEqual({
      ...byHand,
      Command: { ...byHand.Command, ScriptLocation: 's3://b/new.py' },
      DefaultArguments: { '--job-language': 'python', '--topic': 'new', '--extra': '1' },
      WorkerType: 'G.2X',
      NumberOfWorkers: 5,
    });
  });

  it('changes nothing, and leaves no note, where the definition already says it all', () => {
    const same: Wanted = {
      script: 's3://b/old.py',
      arguments: { '--topic': 'old' },
      members: { Timeout: 0, GlueVersion: '4.0' },
    };
    expect(lay(byHand, same)).toBe(byHand);
  });

  it('gives back what stood there when a field leaves the manifest', () => {
    const first = lay(byHand, { ...wanted, members: { GlueVersion: '5.0', Timeout: 60, LogUri: 's3://logs' } });
    const second = plain(lay(first, { script: 's3://b/newer.py', arguments: {}, members: {} }));
    expect(second).toEqual({ ...byHand, Command: { ...byHand.Command, ScriptLocation: 's3://b/newer.py' } });
    expect(second).not.toHaveProperty('LogUri');
  });

  it('rolls back to an older revision exactly', () => {
    const older = lay(byHand, wanted);
    const newer = lay(older, {
      script: 's3://b/newer.py',
      arguments: { '--topic': 'x' },
      members: { GlueVersion: '5.0', Role: 'other' },
    });
    expect(lay(newer, wanted)).toEqual(older);
  });

  it('lays parts of a member over its other parts', () => {
    const { Command, ExecutionProperty } = lay(byHand, { ...wanted, members: { Command: { PythonVersion: '3.9' } } });
    expect(Command).toEqual({ Name: 'gluestreaming', ScriptLocation: 's3://b/new.py', PythonVersion: '3.9' });
    expect(ExecutionProperty).toEqual({ MaxConcurrentRuns: 1 });
  });

  it('replaces one kind of capacity by the other, and gives it back', () => {
    const capacity: JobUpdate = { Role: 'r', Command: byHand.Command, MaxCapacity: 10, GlueVersion: '1.0' };
    const workers = lay(capacity, { ...wanted, members: { WorkerType: 'G.1X', NumberOfWorkers: 2 } });
    expect(workers).not.toHaveProperty('MaxCapacity');
    // Glue shows a capacity for workers, too; the copy of a definition leaves it out.
    expect(plain(lay(workers, { ...wanted, arguments: {} }))).toMatchObject({ MaxCapacity: 10 });
    expect(lay(workers, { ...wanted, arguments: {} })).not.toHaveProperty('WorkerType');
    expect(lay(byHand, { ...wanted, members: { MaxCapacity: 4 } })).not.toHaveProperty('NumberOfWorkers');
  });

  it('takes a damaged note for none', () => {
    const damaged = { ...byHand, DefaultArguments: { '--topic': 'old', [noteArgument]: '%%%' } };
    expect(plain(lay(damaged, wanted)).DefaultArguments).toEqual({ '--topic': 'new', '--extra': '1' });
  });

  it('is repeatable, and forgets what came between, for any two manifests', () => {
    const args = fc.dictionary(fc.constantFrom('--a', '--b', '--topic'), fc.string(), { maxKeys: 3 });
    const members = fc.record(
      {
        Timeout: fc.constantFrom(0, 60),
        GlueVersion: fc.constantFrom('4.0', '5.0'),
        Role: fc.constantFrom('role', 'other'),
        Command: fc.constantFrom({ PythonVersion: '3' }, { Runtime: 'x' }),
        WorkerType: fc.constantFrom('G.1X' as const, 'G.2X' as const),
        SecurityConfiguration: fc.string({ minLength: 1 }),
      },
      { requiredKeys: [] },
    );
    const manifests = fc.record({ script: fc.constantFrom('s3://b/1.py', 's3://b/2.py'), arguments: args, members });
    fc.assert(
      fc.property(manifests, manifests, (a, b) => {
        const laid = lay(byHand, a as Wanted);
        expect(lay(laid, a as Wanted)).toEqual(laid);
        expect(plain(lay(lay(laid, b as Wanted), a as Wanted))).toEqual(plain(laid));
      }),
    );
  });
});
