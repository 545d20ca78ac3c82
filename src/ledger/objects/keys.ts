import { sha256 } from '../../artifacts/digest.js';
import { artifacts, checkEnvironment, checkJob } from '../names.js';

/** Names of the ledger's objects below its prefix. */
export interface Keys {
  readonly root: string;
  /** The object that `prove` writes; its dot keeps it apart from environments. */
  readonly marker: string;
  environment(environment: string): string;
  record(environment: string, job: string): string;
  /** Folder of the entries that were replaced. */
  log(environment: string, job: string): string;
  entry(environment: string, job: string, n: number): string;
  builds(job: string): string;
  build(job: string, code: string): string;
}

export function keysBelow(root: string): Keys {
  const environmentOf = (environment: string) => `${root}${checkEnvironment(environment)}/`;
  const jobOf = (environment: string, job: string) => `${environmentOf(environment)}${checkJob(job)}/`;
  const logOf = (environment: string, job: string) => `${jobOf(environment, job)}log/`;
  const buildsOf = (job: string) => `${root}${artifacts}/${checkJob(job)}/`;
  return {
    root,
    marker: `${root}writable.json`,
    environment: environmentOf,
    record: (environment, job) => `${jobOf(environment, job)}record.json`,
    log: logOf,
    entry: (environment, job, n) => `${logOf(environment, job)}${entryName(n)}`,
    builds: buildsOf,
    build: (job, code) => `${buildsOf(job)}${sha256(code)}.json`,
  };
}

/** Twelve digits, so that names sort as numbers do. */
function entryName(n: number): string {
  return `${String(n).padStart(12, '0')}.json`;
}

/** Number of an entry by its name; null for any other object. */
export function numberOf(name: string): number | null {
  const digits = /^(\d{12,})\.json$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}
