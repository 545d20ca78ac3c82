import { inspect } from 'node:util';
import { describe, expect } from '@jest/globals';
import {
  declared,
  drive,
  freshStamp,
  launchCall,
  launched,
  prepareCall,
  runCall,
  thrown,
  until,
  verbOf,
} from '../calls.js';
import { subjectOf } from '../ground.js';
import { canary } from '../grounds/ambient.js';
import type { Emulated, Stage } from '../stage.js';

/** Everything that the engine says of itself, beside what it returns. */
const said = (field: Emulated) => field.lines.join('\n');

/** Where the value of `${secret.TOKEN}` may go: into the call that needs it. */
export function secretsSuite({ ground, emulated }: Stage): void {
  describe('a secret', () => {
    emulated('reaches the launch, and is in no other part of any request', async (field) => {
      const target = field.targets.secret;
      await field.outside.forget();
      const id = await launched(field, 'start', launchCall(field, freshStamp(), { target }));
      const subject = { ...subjectOf(field, [id]), target };
      await field.session.observe([subject]);
      await field.session.look(subject);
      const heard = await field.outside.heard();
      expect(heard.filter(({ secretField }) => secretField.includes(canary)).length).toBeGreaterThan(0);
      expect(heard.filter(({ text }) => text.includes(canary))).toEqual([]);
    });

    emulated('is in nothing that is shown of the run, told or logged', async (field) => {
      const target = field.targets.secret;
      const progress = await drive(field, verbOf(field.session, 'start'), launchCall(field, freshStamp(), { target }));
      const id = progress.state === 'succeeded' ? (progress.run ?? '') : '';
      await until(field, id, ({ state }) => state === 'running');
      const subject = { ...subjectOf(field, [id]), target };
      const runs = await field.session.look(subject);
      const [run] = runs;
      const intended = { subject, job: declared(field, target), target, strategy: 'create', current: null } as const;
      const shown = [
        progress,
        runs,
        [...(await field.session.observe([subject]))],
        run && (await field.session.messages?.(run)),
        await field.session.preflight(intended),
        run && (await drive(field, verbOf(field.session, 'stop'), { ...runCall(field, run), subject })),
      ];
      expect(JSON.stringify(shown)).not.toContain(canary);
      expect(said(field)).not.toContain(canary);
    });

    for (const how of ['error', 'cut'] as const) {
      emulated(`is in no error of a launch whose answer is lost (${how})`, async (field) => {
        await field.outside.breaks('start', 'after', how);
        const call = launchCall(field, freshStamp(), { target: field.targets.secret });
        const error = await thrown(drive(field, verbOf(field.session, 'start'), call));
        expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(canary);
        expect(said(field)).not.toContain(canary);
      });
    }

    emulated('is blanked out of a refusal that quotes it', async (field) => {
      await field.outside.breaks('start', 'before', 'quoted');
      const call = launchCall(field, freshStamp(), { target: field.targets.secret });
      const progress = await drive(field, verbOf(field.session, 'start'), call);
      expect(progress).toMatchObject({ state: 'failed', message: expect.stringContaining('cannot be accepted') });
      expect(JSON.stringify(progress)).not.toContain(canary);
      expect(said(field)).not.toContain(canary);
    });

    if (ground.engine.verbs(ground.targets.first).includes('prepare')) {
      emulated('is blanked out of a set-up that is refused', async (field) => {
        await field.outside.breaks('prepare', 'before', 'quoted');
        const call = prepareCall(field, field.targets.secret);
        const progress = await drive(field, verbOf(field.session, 'prepare'), call);
        expect(progress).toMatchObject({ state: 'failed', message: expect.stringContaining('cannot be accepted') });
        expect(JSON.stringify(progress)).not.toContain(canary);
      });
    }
  });
}
