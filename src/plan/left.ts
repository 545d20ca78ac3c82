import type { Quarantine } from '../model/record.js';
import { type Intent, still } from './intent.js';

/** The revision, or its scale values, failed before: told, and left alone. */
export function quarantined(
  at: Pick<Intent, 'run' | 'revision'>,
  held: Pick<Quarantine, 'revision' | 'reason' | 'at' | 'scale'>,
): Intent {
  const what = held.scale === null ? `revision ${held.revision}` : `the scale ${JSON.stringify(held.scale)}`;
  return leftAlone(at, `${what} failed on ${held.at.slice(0, 10)} (${held.reason}) and is left alone`);
}

/** Something that failed before would come back with this rollout. */
export function leftAlone(at: Pick<Intent, 'run' | 'revision'>, message: string): Intent {
  const next = 'push a fix, run the failed workflow run again, or: stream-rollout apply --force';
  return still('leave', at, { kind: 'quarantined', message }, [
    { code: 'revision-quarantined', level: 'warning', message, next },
  ]);
}
