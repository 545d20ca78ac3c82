import type { Outcome } from '../model/outcome.js';

/** Conclusions that this tool gives; null: the check stays in progress until `resume` completes it. */
export type Conclusion = 'success' | 'failure' | 'neutral' | 'action_required' | 'skipped' | null;

export const conclusions: Readonly<Record<Outcome, Conclusion>> = {
  unchanged: 'success',
  adopted: 'success',
  succeeded: 'success',
  quarantined: 'neutral',
  superseded: 'neutral',
  skipped: 'skipped',
  failed: 'failure',
  'rolled-back': 'failure',
  stuck: 'failure',
  refused: 'action_required',
  pending: null,
  interrupted: null,
};

/** The conclusion over several: a failure before what is still open, that before a refusal; success if anything succeeded or nothing was to do. */
export function worstOf(all: readonly Conclusion[]): Conclusion {
  if (all.includes('failure')) return 'failure';
  if (all.includes(null)) return null;
  if (all.includes('action_required')) return 'action_required';
  return all.length === 0 || all.includes('success') ? 'success' : 'neutral';
}
