import type { JobRecord, JournalEntry } from '../model/record.js';
import { isActive, type Run } from '../model/run.js';
import { scaleShown } from './scale.js';
import { continuation, type Sight } from './sight.js';

/**
 * Outcomes of intended steps that the look shows before any answer told them: a stop whose run has ended, a start whose run is there.
 * For the report and its timeline; decisions rest on the look itself.
 */
export function seenOutcomes(record: JobRecord, see: Sight): readonly JournalEntry[] {
  const last = new Map(record.journal.map((entry) => [entry.step, entry]));
  const at = new Date(see.at).toISOString();
  return [...last.values()].flatMap((entry) => {
    const run = entry.state === 'intended' ? effectOf(entry, record, see) : null;
    return run === null ? [] : [{ ...entry, at, state: 'succeeded' as const, run: run.id }];
  });
}

/** The run that shows a step's effect, or null. */
function effectOf(entry: JournalEntry, record: JobRecord, see: Sight): Run | null {
  const on = entry.run === null ? null : continuation(see.runs, entry.run);
  switch (entry.verb) {
    case 'stop':
    case 'drain':
      return on !== null && !isActive(on) ? on : null;
    case 'start':
    case 'overlap':
    case 'replace':
    case 'roll':
      return entry.step.startsWith('undo-') ? see.undone : see.fresh;
    case 'scale': {
      const wanted = entry.step.startsWith('undo-') ? record.predecessor?.scale : record.plan?.scale;
      return on !== null && scaleShown(on, wanted ?? {}) ? on : null;
    }
    default:
      return null;
  }
}
