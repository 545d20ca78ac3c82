import { createHash } from 'node:crypto';

/**
 * The id of a start (PROTOCOL 2.3): it follows from the run that the start comes after, so that every run has one successor, whoever starts
 * it. Without one, from the job itself.
 */
export function successorId(job: string, name: string, after: string | null): string {
  return hashed(after === null ? ['first', job, name] : ['after', job, after]);
}

/** The id under which a rollout's savepoint is asked for: asked again, Flink takes it for the same one. */
export function triggerId(rollout: string, run: string, what: 'savepoint' | 'stop' | 'drain'): string {
  return hashed([what, rollout, run]);
}

function hashed(parts: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['stream-rollout', ...parts]))
    .digest('hex')
    .slice(0, 32);
}
