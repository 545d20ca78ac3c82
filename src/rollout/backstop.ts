import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { continuation } from './sight.js';

/** Looks and the service's own clock may be behind its timer by so much (seconds). */
const slackSeconds = 300;

/**
 * Until when an undone overlap is watched, in milliseconds by the tool's clock: whether the service still drains the old run after the new
 * one has ended is not known, so only a look after its timer tells. Null where no timer was ever set.
 */
export function backstopEnd(record: JobRecord, fresh: Run | null): number | null {
  const { plan, journal } = record;
  if (fresh === null || plan === null || !plan.steps.some((step) => step.verb === 'overlap')) return null;
  const told = journal.filter((entry) => entry.verb === 'overlap').map((entry) => Date.parse(entry.at));
  const started = fresh.startedAt === null ? Date.parse(record.openedAt) : Date.parse(fresh.startedAt);
  return Math.max(started, ...told) + ((plan.backstopSeconds ?? 3600) + slackSeconds) * 1000;
}

/**
 * True if an open rollout was put off until later, and the old run is still up: it need not be taken over, which would cost writes and a
 * settle only to be put off again. A run that has left is a matter for whoever takes it over, at once.
 */
export function stillWaits(record: JobRecord, runs: readonly Run[], now: number): boolean {
  const { holder, waitsUntil, predecessor } = record;
  if (holder !== null || waitsUntil == null || predecessor === null || now >= Date.parse(waitsUntil)) return false;
  const old = continuation(runs, predecessor.run);
  return old !== null && isActive(old) && !isEnding(old);
}
