import { commandOf } from '../model/command.js';
import type { Quarantine } from '../model/record.js';
import { aboutOf, type Context } from './context.js';
import { type Intent, refuse, still } from './intent.js';

/** The revision, or its scale values, failed before or was rolled back from: told, and left alone. */
export function quarantined(
  at: Pick<Intent, 'run' | 'revision'>,
  held: Pick<Quarantine, 'revision' | 'reason' | 'at' | 'scale' | 'requestedBy'>,
  c: Context,
): Intent {
  const what = held.scale === null ? `revision ${held.revision}` : `the scale ${JSON.stringify(held.scale)}`;
  return leftAlone(at, `${what} ${why(held)} and is left alone`, aboutOf(c));
}

/**
 * A job of which nothing runs, and whose declared revision is quarantined. One that has run before is down: that stays a failure at every
 * commit until somebody acts. One that never came up is left alone.
 */
export function quarantinedDown(at: Pick<Intent, 'run' | 'revision'>, held: Quarantine, c: Context): Intent {
  if (c.record?.good == null) return quarantined(at, held, c);
  const message = `no run is active, and revision ${held.revision} ${why(held)}, so it is not started by itself`;
  return refuse(at, 'down', 'job-down', message, nextOf(aboutOf(c)));
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
  return still('leave', at, { kind: 'quarantined', message }, [
    { code: 'revision-quarantined', level: 'warning', message, next: nextOf(about) },
  ]);
}

function nextOf(about: { readonly environment: string; readonly job: string }): string {
  return `push another revision, run the failed workflow run again, or: ${commandOf('apply', about, '--force')}`;
}
