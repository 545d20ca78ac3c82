import type { Job } from '../model/job.js';

/** The longest backstop that a service takes: 31 days. */
export const maxBackstopSeconds = 744 * 3600;
/** Looks, the ledger's writes and an engine's own delays, on top of what verification may take. */
const marginSeconds = 360;

/**
 * Seconds after which the service drains the old run by itself. Verified or not: so it must come well after verification and
 * overlap should be over, and only then.
 */
export function backstopOf(
  job: Pick<Job, 'verify' | 'parallel'>,
  watchedSeconds: number,
): { seconds: number } | { rejected: string } {
  const { runningWithinSeconds } = job.verify;
  const seconds = Math.ceil(
    Math.max(3600, 2 * (runningWithinSeconds + watchedSeconds + marginSeconds), 2 * job.parallel.overlapSeconds),
  );
  if (seconds <= maxBackstopSeconds) return { seconds };
  return {
    rejected: `the service's own timer would have to be ${Math.ceil(seconds / 3600)} h, and 744 h is its limit`,
  };
}
