import type { OutputName } from '../inputs/fields.js';
import type { Outcome } from '../model/outcome.js';
import { exitCodeOf, worstExitCode } from '../model/outcome.js';
import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';

/** Most shards of a matrix. */
const mostShards = 50;

/** The action's outputs as texts; lists and the matrix are JSON. */
export function outputsOf(
  plan: Plan | null,
  report: Report | null,
  files: { plan: string | null; summary: string | null; evidence: string | null },
): Record<OutputName, string> {
  const changed = plan?.jobs.filter((job) => job.changed).map((job) => job.job) ?? [];
  const jobs = report?.jobs ?? [];
  const having = (...outcomes: readonly Outcome[]) =>
    JSON.stringify(jobs.filter((job) => outcomes.includes(job.outcome)).map((job) => job.job));
  const unchanged = report === null ? (plan?.jobs.filter((job) => !job.changed).map((job) => job.job) ?? []) : null;
  return {
    'changed-jobs': JSON.stringify(changed),
    'succeeded-jobs': having('succeeded', 'adopted'),
    'failed-jobs': having('failed', 'stuck', 'refused'),
    'rolled-back-jobs': having('rolled-back'),
    'unchanged-jobs': unchanged === null ? having('unchanged') : JSON.stringify(unchanged),
    'any-changed': String(changed.length > 0),
    matrix: JSON.stringify(matrixOf(plan)),
    result: resultOf(report),
    'plan-file': files.plan ?? '',
    'plan-hash': plan?.hash ?? '',
    'summary-file': files.summary ?? '',
    'evidence-file': files.evidence ?? '',
  };
}

/** Splits the jobs that a plan touches into shards that keep jobs and what they need together. */
export function matrixOf(plan: Plan | null): { include: { shard: number; jobs: string }[] } {
  const acting = plan?.jobs.filter((job) => ['roll-out', 'adopt', 'resume'].includes(job.action)) ?? [];
  const groups = new Map<string, Set<string>>();
  for (const job of acting) {
    const joined = new Set([job.job]);
    for (const need of job.needs) for (const member of groups.get(need) ?? []) joined.add(member);
    for (const member of joined) groups.set(member, joined);
  }
  const distinct = [...new Set(groups.values())];
  const shards: string[][] = [];
  for (const [index, group] of distinct.sort((a, b) => b.size - a.size).entries()) {
    const shard =
      index < mostShards
        ? shards.push([]) - 1
        : shards.reduce((least, one, at) => (one.length < (shards[least]?.length ?? 0) ? at : least), 0);
    shards[shard]?.push(...group);
  }
  return { include: shards.map((jobs, shard) => ({ shard, jobs: jobs.join(',') })) };
}

/** The outcome that set the exit code. */
export function resultOf(report: Report | null): string {
  if (report === null) return 'planned';
  const code = worstExitCode(report.jobs.map((job) => exitCodeOf(job.outcome, job.runs.length > 0)));
  const first = report.jobs.find(
    (job) => exitCodeOf(job.outcome, job.runs.length > 0) === code && job.outcome !== 'unchanged',
  );
  return first?.outcome ?? 'unchanged';
}
