import type { JobReport, Report } from '../model/report.js';

/** The jobs of a report that belong on one commit in one environment. */
export interface Group {
  readonly sha: string;
  readonly environment: string;
  readonly jobs: readonly JobReport[];
  /** True: the jobs of this call's own commit. False: a later call finishes what an earlier one left open there. */
  readonly own: boolean;
  /** False: only what an earlier call left open is completed, nothing new is written. */
  readonly create: boolean;
}

/** Another process is at work on the rollout, so its check is that one's to write. */
const othersTell: ReadonlySet<string> = new Set(['rollout-held', 'rollout-lost']);

/**
 * Where a report belongs. `apply` reports on the commit of its event; rollouts of other commits that it finished or closed are
 * completed there. `resume` and `rollback` report on the commits that they rolled out. Rollouts that another process is at work
 * on are that one's to report.
 */
export function groupsOf(report: Report, headSha: string | null, superseded: readonly JobReport[]): readonly Group[] {
  const whole = report.commit !== null && headSha !== null;
  const own: Group[] = whole
    ? [
        {
          sha: headSha,
          environment: report.environment ?? report.jobs[0]?.environment ?? 'default',
          jobs: report.jobs,
          own: true,
          create: true,
        },
      ]
    : [];
  const elsewhere = whole
    ? report.jobs.filter((job) => job.commit !== null && job.commit !== report.commit)
    : report.jobs;
  return [...own, ...grouped(elsewhere, !whole), ...grouped(superseded, false)];

  function grouped(jobs: readonly JobReport[], create: boolean): Group[] {
    const groups = new Map<string, Group>();
    for (const job of jobs) {
      const sha = job.commit ?? headSha;
      if (sha === null || othersTell.has(job.code ?? '')) continue;
      const key = `${sha} ${job.environment}`;
      const old = groups.get(key) ?? { sha, environment: job.environment, jobs: [], own: false, create };
      groups.set(key, { ...old, jobs: [...old.jobs, job] });
    }
    return [...groups.values()];
  }
}
