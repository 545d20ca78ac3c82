import { commandOf } from '../model/command.js';
import type { Quarantine } from '../model/record.js';
import { aboutOf, type Context } from './context.js';
import { type Intent, still } from './intent.js';

/** The revision, or its scale values, failed before or was rolled back from: told, and left alone. */
export function quarantined(
  at: Pick<Intent, 'run' | 'revision'>,
  held: Pick<Quarantine, 'revision' | 'reason' | 'at' | 'scale' | 'requestedBy'>,
  c: Context,
): Intent {
  const what = held.scale === null ? `revision ${held.revision}` : `the scale ${JSON.stringify(held.scale)}`;
  return leftAlone(at, `${what} ${why(held)} and is left alone`, aboutOf(c));
}

/** Nothing says that a revision failed which a person went back from. */
function why({ at, reason, requestedBy }: Pick<Quarantine, 'at' | 'reason' | 'requestedBy'>): string {
  const day = at.slice(0, 10);
  if (requestedBy === undefined) return `failed on ${day} (${reason})`;
  return `was rolled back from on ${day} by ${requestedBy ?? 'a person'}`;
}

/** Something that failed before, or was given up, would come back with this rollout. */
export function leftAlone(
  at: Pick<Intent, 'run' | 'revision'>,
  message: string,
  about: { readonly environment: string; readonly job: string },
): Intent {
  const next = `push another revision, run the failed workflow run again, or: ${commandOf('apply', about, '--force')}`;
  return still('leave', at, { kind: 'quarantined', message }, [
    { code: 'revision-quarantined', level: 'warning', message, next },
  ]);
}
