import { artifacts, checkEnvironment, checkJob, isName } from '../names.js';

/** All refs of the ledger live here: outside refs/heads and refs/tags, so that a push starts no workflow. */
export const root = 'refs/stream-rollout';

export function recordRef(environment: string, job: string): string {
  return `${root}/${checkEnvironment(environment)}/${checkJob(job)}`;
}

export function environmentRefs(environment: string): string {
  return `${root}/${checkEnvironment(environment)}/*`;
}

export function buildsRef(job: string): string {
  return `${root}/${artifacts}/${checkJob(job)}`;
}

/** Last part of a ref: the job. */
export function jobOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Refs that somebody else put beside ours, deeper or with other names, are none of ours. */
export function isLedgerRef(ref: string): boolean {
  const parts = ref.split('/');
  return parts.length === 4 && ref.startsWith(`${root}/`) && parts.slice(2).every(isName);
}
