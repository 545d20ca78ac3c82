import type { Finding } from '../model/finding.js';
import type { Plan } from '../model/plan.js';
import { rehashed } from './hash.js';
import { worldCodes } from './intent.js';
import { withWaves } from './waves.js';

/** Adds what was found after planning (pre-flight needs the strategy first). An error refuses the job's rollout. */
export function withFindings(plan: Plan, found: ReadonlyMap<string, readonly Finding[]>): Plan {
  const jobs = plan.jobs.map((job) => {
    const more = found.get(job.job) ?? [];
    const refused = job.action === 'roll-out' && more.some((finding) => finding.level === 'error');
    return { ...job, findings: [...job.findings, ...more], ...(refused ? { action: 'refuse' as const } : {}) };
  });
  return rehashed({ ...plan, jobs: withWaves(jobs) });
}

/** 3 if this commit's own change would be refused (consent, incompatibility, no strategy); what others did to a job is no fault of it. */
export function planExitCode(plan: Plan): 0 | 3 {
  const own = plan.jobs.some(
    (job) =>
      job.action === 'refuse' &&
      job.findings.some((finding) => finding.level === 'error' && !worldCodes.has(finding.code)),
  );
  return own ? 3 : 0;
}
