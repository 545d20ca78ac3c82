import { find } from '../changes/found.js';
import { RolloutError } from '../model/error.js';
import type { Finding } from '../model/finding.js';
import type { Job } from '../model/job.js';
import type { JobPlan, Plan } from '../model/plan.js';
import { withCanaries } from './canary.js';
import { detectJob } from './detect.js';
import { planHash } from './hash.js';
import type { JobChange, PlanInput } from './input.js';
import { withLimit } from './limit.js';
import { namesOf } from './names.js';
import { orphans } from './orphans.js';
import { planJob } from './plan-job.js';
import { selected } from './select.js';
import { withWaves } from './waves.js';

/**
 * Makes the plan of one environment from values alone. Throws a RolloutError of class input for an unknown name in `jobs`;
 * everything else that stands against a rollout is in the plan, as a refused job with findings.
 */
export function planJobs(input: PlanInput): Plan {
  const { manifest, options } = input;
  const orphaned = orphans(manifest, input.records, input.observed);
  const keys = selected(
    manifest,
    orphaned.map((plan) => plan.job),
    options.jobs,
  );
  const jobs = manifest.jobs.filter((job) => keys.has(job.key));
  const single = jobs.map((job) => withNeeds(one(job, input), keys, input));
  const declared = withLimit(
    withWaves(withCanaries(single, input)),
    options.maxChangedJobs,
    input.manifest.environment,
    options.jobs,
  );
  const plan = {
    version: 1,
    kind: 'plan',
    environment: manifest.environment,
    manifest: manifest.file,
    name: input.name,
    commit: input.commit,
    base: input.base,
    jobs: [...declared, ...orphaned.filter((listed) => keys.has(listed.job))],
    unowned: input.unowned,
    findings: input.findings ?? [],
  } as const;
  return { ...plan, hash: planHash(plan) };
}

function one(job: Job, input: PlanInput): JobPlan {
  const engine = need(input.engines.get(job.engine), `engine ${job.engine} of job ${job.key}`);
  const change: JobChange = need(input.changes.get(job.key), `comparison of job ${job.key}`);
  const place = input.places.get(job.key) ?? null;
  const blind = detectJob(job, change, engine, place);
  if (input.observed === null) return blind;
  const unseen = input.unseen?.get(job.key);
  if (unseen !== undefined) return refusedBlind(blind, unseen);
  const own = input.records.get(job.key) ?? null;
  const old = own === null && job.was !== null ? (input.records.get(job.was) ?? null) : null;
  const record = own ?? old;
  const found = find({
    job,
    names: namesOf(job),
    name: input.name,
    environment: input.manifest.environment,
    place,
    record,
    runs: need(input.observed.get(job.key), `look at job ${job.key}`),
  });
  return planJob({ input, job, change, engine, place, record, renamedFrom: old === null ? null : job.was, found });
}

/** What runs is not known, so nothing is decided. */
function refusedBlind(blind: JobPlan, finding: Finding): JobPlan {
  const error: Finding = { ...finding, level: 'error' };
  return { ...blind, action: 'refuse', changed: false, findings: [...blind.findings, error] };
}

/** A selected job whose need also changed but is left out would go first. */
function withNeeds(plan: JobPlan, keys: ReadonlySet<string>, input: PlanInput): JobPlan {
  if (plan.action !== 'roll-out') return plan;
  const left = plan.needs.filter((need) => !keys.has(need) && input.changes.get(need)?.explanation.touched === true);
  const findings = left.map((need): Finding => {
    const message = `${plan.job} needs ${need}, which this commit changes too, and which is not selected`;
    return { code: 'need-not-selected', level: 'warning', message };
  });
  return findings.length === 0 ? plan : { ...plan, findings: [...plan.findings, ...findings] };
}

/** A gap in the input is a defect of the caller, never "no runs". */
function need<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new RolloutError('plan-input-incomplete', `the plan was asked for without the ${what}`, { class: 'bug' });
}
