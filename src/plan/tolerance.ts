import { type Effect, duplicates as order } from '../model/impact.js';
import type { Job, Sink } from '../model/job.js';
import type { Consent } from './input.js';
import { seconds } from './words.js';

/** What each sink takes without harm: `append` and `transactional` see the engine's own replays anyway. */
const takes: Readonly<Record<Sink, Effect['duplicates']>> = {
  append: 'replay',
  transactional: 'replay',
  idempotent: 'overlap',
};

/** Something that the job does not tolerate. Without a consent that covers it, the strategy is rejected. */
export interface Objection {
  readonly reason: string;
  readonly consent: Consent | null;
}

/** What of an effect the job does not tolerate. `ends`: a run that processes now ends, or its successor comes up. */
export function objections(
  job: Pick<Job, 'sink' | 'stateful' | 'maxGapSeconds'>,
  effect: Effect,
  about: { readonly gap: boolean; readonly state: boolean },
): readonly Objection[] {
  const found: Objection[] = [];
  if (order.indexOf(effect.duplicates) > order.indexOf(takes[job.sink])) {
    found.push({
      reason: `it writes records twice (${effect.duplicates}), and the sink is ${job.sink}`,
      consent: 'duplicates',
    });
  }
  const { gapSeconds } = effect;
  if (about.gap && job.maxGapSeconds !== null && gapSeconds !== null && gapSeconds > job.maxGapSeconds) {
    found.push({
      reason: `nothing would be processed for about ${seconds(gapSeconds)}, and max-gap is ${seconds(job.maxGapSeconds)}`,
      consent: null,
    });
  }
  if (about.state && job.stateful && (effect.state === 'flushed' || effect.state === 'lost')) {
    const what = effect.state === 'flushed' ? 'flushes the state (open windows end early)' : 'loses the state';
    found.push({ reason: `it ${what}, and the job is stateful`, consent: 'state-loss' });
  }
  return found;
}
