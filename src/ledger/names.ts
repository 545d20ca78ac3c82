import { RolloutError } from '../model/error.js';

const pattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Folder and ref name that holds build results, beside the environments. */
export const artifacts = 'artifacts';

export function isName(name: string): boolean {
  return pattern.test(name);
}

/** Names become refs and files, so a wrong one must never get that far. */
export function checkJob(job: string): string {
  if (pattern.test(job)) return job;
  throw bad(`The job name ${JSON.stringify(job)}`);
}

export function checkEnvironment(environment: string): string {
  if (pattern.test(environment) && environment !== artifacts) return environment;
  throw bad(`The environment name ${JSON.stringify(environment)}`);
}

function bad(what: string): RolloutError {
  return new RolloutError('ledger-bad-name', `${what} cannot be kept in a ledger.`, {
    class: 'input',
    next: 'Use letters, digits, _ and -, beginning with a letter or digit; "artifacts" is no environment.',
  });
}
