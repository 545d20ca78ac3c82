import type { Outcome } from '../model/outcome.js';
import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';
import type { LocalCloud } from './local-cloud.js';
import type { Shown } from './step.js';
import type { Tool } from './tool.js';

/** Calls to engines and their stores that changed something, since the last `forget`. */
export async function writes({ cloud }: { readonly cloud: LocalCloud }): Promise<readonly string[]> {
  const calls = await cloud.calls();
  return calls.filter((call) => call.write).map(({ service, operation }) => `${service} ${operation}`);
}

/** What a report says of each job. */
export function outcomes(report: Report | null): { readonly [job: string]: Outcome } {
  return sorted((report?.jobs ?? []).map(({ job, outcome }) => [job, outcome]));
}

/** The same outcome for several jobs. */
export function outcomesOf(jobs: readonly string[], outcome: Outcome): { readonly [job: string]: Outcome } {
  return sorted(jobs.map((job) => [job, outcome]));
}

/** Jobs that a plan would change. */
export function changedIn(plan: Plan | null): readonly string[] {
  return (plan?.jobs ?? []).flatMap((job) => (job.changed ? [job.job] : [])).sort();
}

/** How a plan would change them. */
export function strategies(plan: Plan | null): { readonly [job: string]: string | null } {
  return sorted((plan?.jobs ?? []).filter((job) => job.changed).map(({ job, strategy }) => [job, strategy]));
}

/** The entries of some jobs. */
export function only<T>(values: { readonly [job: string]: T }, jobs: readonly string[]): { readonly [job: string]: T } {
  return sorted(Object.entries(values).filter(([job]) => jobs.includes(job)));
}

/** True if each of the jobs has an annotation with this outcome on a line of its own. */
export function says(annotations: readonly Shown[], jobs: readonly string[], outcome: string): boolean {
  return jobs.every((job) => annotations.some((one) => one.title.startsWith(`${job}: ${outcome}`) && one.line > 1));
}

/** What `status` says of each job: the state of its run and the revision that runs. */
export async function statusOf({ tool }: { readonly tool: Tool }): Promise<{
  readonly [job: string]: { readonly state: string | null; readonly revision: string | null };
}> {
  const { jobs } = (await tool.read('status')) as unknown as {
    readonly jobs: readonly {
      readonly job: string;
      readonly state: string | null;
      readonly runningRevision: string | null;
    }[];
  };
  return sorted(jobs.map(({ job, state, runningRevision }) => [job, { state, revision: runningRevision }]));
}

/** Values by job, in the order of the names. */
export function sorted<T>(entries: readonly (readonly [string, T])[]): { readonly [job: string]: T } {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
