import { isFailure, worstExitCode } from '../model/outcome.js';
import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { waitingFor, withStale } from '../plan/index.js';
import { notBegun, reportExitCode } from '../rollout/plain.js';
import { text } from '../rollout/text.js';
import type { Bench } from './bench.js';
import { type Gathered, gather } from './gather.js';
import { gatherSettled } from './lost.js';
import { carryOutRound } from './round.js';
import { approved, storedPlan } from './stored-plan.js';

/** How long a held lock is left alone between two looks, in seconds. */
const heldPollSeconds = 30;

export interface Applied {
  readonly plan: Plan;
  readonly report: Report;
  /** Reports of older rollouts that were closed in favour of this commit. */
  readonly superseded: readonly JobReport[];
}

/**
 * Plans and carries out, in rounds. A job whose open rollout belongs to another revision is closed first and planned again; a job that
 * another process holds is waited for where the inputs say so, and so is what needs either of them. The plan that is given back is the
 * first one, as the user saw it. What goes wrong in a later round is told of its jobs: the reports of the earlier ones stand.
 */
export async function apply(bench: Bench, onPlan: (plan: Plan) => Promise<void>): Promise<Applied> {
  const stored = await storedPlan(bench);
  const read = await gatherSettled(bench);
  const first: Gathered = { ...read, plan: approved(bench, stored, read.plan) };
  await onPlan(first.plan);
  const needs = waitingFor(first.plan.jobs);
  const reports = new Map<string, JobReport>();
  const superseded: JobReport[] = [];
  const closedFirst = new Set<string>();
  let g: Gathered = first;
  let round = await carryOutRound(bench, g, needs, reports);
  for (;;) {
    for (const report of round.reports) tell(reports, report);
    superseded.push(...round.reports.filter((report) => round.closed.includes(report.job)));
    const again = [...round.closed, ...round.unscaled];
    for (const job of again) closedFirst.add(job);
    const next = [...again, ...round.waiting, ...(bench.inputs.wait ? round.held : [])];
    if (next.length === 0) break;
    const stop = stopsAfter(bench, reports, again);
    if (stop !== null) {
      leave([...again, ...round.waiting], stop);
      break;
    }
    try {
      if (again.length === 0) await bench.clock.sleep(heldPollSeconds, bench.signal);
      bench.signal.throwIfAborted();
      g = await gather(bench, { jobs: next });
      if (stored !== null) g = { ...g, plan: withStale(g.plan, stored, closedFirst) };
      round = await carryOutRound(bench, g, needs, reports);
    } catch (error) {
      leave(
        [...again, ...round.waiting],
        bench.signal.aborted ? cancelled : `it could not be planned again: ${text(error)}`,
      );
      break;
    }
  }
  const jobs = first.plan.jobs.flatMap((planned) => reports.get(planned.job) ?? []);
  return { plan: first.plan, report: reportOver(first.plan, jobs), superseded };

  /** Jobs whose turn did not come: the ledger holds nothing of this commit for them, so `resume` would not go on. */
  function leave(jobs: readonly string[], why: string): void {
    for (const planned of first.plan.jobs.filter(({ job }) => jobs.includes(job))) {
      const before = reports.get(planned.job);
      const closed =
        before?.rollout == null ? '' : `rollout ${before.rollout} was finished first (${before.outcome}), and `;
      const message = `${closed}${why}`;
      const runs = before === undefined ? (g.observed?.get(planned.job) ?? null) : before.runs;
      reports.set(planned.job, notBegun(planned, first.plan.environment, runs, { code: 'rollout-not-begun', message }));
    }
  }
}

const cancelled = 'the process was cancelled';

/** Why no further round is begun; null: there is time for one. What came of an older rollout (`again`) is no failure of this one. */
function stopsAfter(bench: Bench, reports: ReadonlyMap<string, JobReport>, again: readonly string[]): string | null {
  if (bench.signal.aborted) return cancelled;
  if (bench.clock.now() >= bench.handOverAt) return 'the time of this call is over';
  const own = [...reports.values()].filter((report) => !again.includes(report.job));
  return bench.inputs.failFast && own.some((report) => isFailure(report.outcome))
    ? 'another job failed (`fail-fast`)'
    : null;
}

/** The last report of a job counts, but that nothing is left to do does not hide what an earlier round did. */
function tell(reports: Map<string, JobReport>, report: JobReport): void {
  if (report.outcome === 'unchanged' && reports.get(report.job)?.outcome === 'succeeded') return;
  reports.set(report.job, report);
}

export function reportOver(plan: Plan, jobs: readonly JobReport[]): Report {
  return {
    version: 1,
    kind: 'report',
    exitCode: worstExitCode(jobs.map(reportExitCode)),
    environment: plan.environment,
    commit: plan.commit,
    planHash: plan.hash,
    findings: plan.findings,
    jobs,
  };
}
