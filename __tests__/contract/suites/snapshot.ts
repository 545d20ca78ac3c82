import { describe, expect } from '@jest/globals';
import type { Progress, SnapshotCall } from '../../../src/engines/engine.js';
import { isActive, type Run } from '../../../src/model/run.js';
import {
  active,
  alone,
  drive,
  freshStamp,
  isNo,
  launchCall,
  launched,
  nothing,
  runCall,
  runOf,
  thrown,
  verbOf,
} from '../calls.js';
import type { Field } from '../ground.js';
import type { Stage } from '../stage.js';

const directory = 'contract/snapshots';

/** Rules for a snapshot of a run, with its end (`stopWithSnapshot`) or without. */
export function snapshotSuite({ rule, emulated }: Stage, verb: 'snapshot' | 'stopWithSnapshot'): void {
  const call = (field: Field, run: Run): SnapshotCall => ({ ...runCall(field, run), directory });
  const take = (field: Field, run: Run) => drive(field, verbOf(field.session, verb), call(field, run));
  const stops = verb === 'stopWithSnapshot';

  describe(verb, () => {
    rule(`names the snapshot, ${stops ? 'and the run has ended' : 'and the run goes on'}`, async (field) => {
      const run = await alone(field);
      const progress = await take(field, run);
      expect(progress).toMatchObject({ state: 'succeeded', run: run.id, snapshot: expect.stringMatching(/\w/) });
      expect(isActive(await runOf(field, run.id))).toBe(!stops);
    });

    rule('is what a start can begin from; a snapshot that is not there is refused', async (field) => {
      const run = await alone(field);
      const snapshot = pathIn(await take(field, run));
      await nothing(field);
      const missing = launchCall(field, freshStamp(), { predecessor: run, snapshot: `${snapshot}-missing` });
      isNo(await drive(field, verbOf(field.session, 'start'), missing));
      // A service may keep the refused submission in its list, as a run that never was active.
      expect(await active(field)).toEqual([]);
      const id = await launched(field, 'start', launchCall(field, freshStamp(), { predecessor: run, snapshot }));
      expect(isActive(await runOf(field, id))).toBe(true);
    });

    emulated('whose answer is lost is not known, and the next call names it', async (field) => {
      const run = await runOf(field, await field.outside.plant(field.names[0] ?? ''));
      await field.outside.breaks(verb, 'after', 'cut');
      await thrown(take(field, run));
      const snapshot = pathIn(await take(field, run));
      expect(snapshot).toMatch(/\w/);
      // Asked again by whoever takes the rollout over.
      if (stops) expect(pathIn(await take(field, run))).toBe(snapshot);
    });

    rule('of a run that does not exist is a definite no', async (field) => {
      const run = await alone(field);
      isNo(await take(field, { ...run, id: field.unknownId }));
    });
  });
}

function pathIn(progress: Progress): string {
  if (progress.state !== 'succeeded' || progress.snapshot === null) throw new Error(JSON.stringify(progress));
  return progress.snapshot;
}
