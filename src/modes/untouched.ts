import type { Inputs } from '../inputs/inputs.js';
import type { ChosenMode } from '../inputs/mode.js';
import { againBy, commandOf } from '../model/command.js';
import { RolloutError } from '../model/error.js';

type Mode = ChosenMode['mode'];
/** Modes that change something. */
const writing: ReadonlySet<Mode> = new Set<Mode>(['apply', 'rollback', 'resume']);

/**
 * What a mode threw. It throws only before anything is opened (from then on every job has a report), so what passes by itself is told
 * with that, and with the command that tries again.
 */
export function untouched(
  error: unknown,
  mode: Mode,
  { environment, jobs }: Pick<Inputs, 'environment' | 'jobs'>,
): unknown {
  if (!(error instanceof RolloutError) || error.class !== 'transient' || !writing.has(mode)) return error;
  const { code, message, next, cause } = error;
  const again = commandOf(mode, { environment, job: jobs.length === 0 ? null : jobs.join(',') });
  return new RolloutError(code, `${message.replace(/[.\s]*$/, '')}. No streaming job was touched.`, {
    class: 'transient',
    next: againBy(again, next),
    cause,
  });
}
