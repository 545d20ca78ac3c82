import type { Definition } from './definition.js';
import { holdsSlot, type Run } from './run.js';

/** Jobs and runs of one account in one region. Runs outlive their job's definition. */
export class Place {
  readonly account: string;
  readonly region: string;
  readonly definitions = new Map<string, Definition>();
  readonly runs = new Map<string, Run>();
  readonly #byJob = new Map<string, Run[]>();
  /** Runs started so far, for ids. */
  started = 0;

  constructor(account: string, region: string) {
    this.account = account;
    this.region = region;
  }

  arnOf(name: string): string {
    return `arn:aws:glue:${this.region}:${this.account}:job/${name}`;
  }

  add(run: Run): void {
    this.runs.set(run.id, run);
    const of = this.#byJob.get(run.launch.jobName) ?? [];
    this.#byJob.set(run.launch.jobName, [...of, run]);
  }

  runsOf(jobName: string): readonly Run[] {
    return this.#byJob.get(jobName) ?? [];
  }

  /** Null: there is room for one more run of the job; else why there is none. */
  full(jobName: string, quota: number): 'job' | 'account' | null {
    const limit = this.definitions.get(jobName)?.update.ExecutionProperty?.MaxConcurrentRuns ?? 1;
    if (this.runsOf(jobName).filter(holdsSlot).length >= limit) return 'job';
    const all = [...this.runs.values()].filter(holdsSlot).length;
    return all >= quota ? 'account' : null;
  }
}
