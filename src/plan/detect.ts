import { impactOf } from '../changes/settings.js';
import type { Explanation } from '../model/change.js';
import { highest, type Impact } from '../model/impact.js';
import type { Job } from '../model/job.js';
import type { JobPlan, Reason } from '../model/plan.js';
import { targetField } from './impact.js';
import type { JobChange, PlanEngine } from './input.js';
import { explain } from './reasons.js';
import { undecided } from './undecided.js';

/** What git alone tells of a job: no engine was asked, so its part is null. */
export function detectJob(job: Job, change: JobChange, engine: PlanEngine, place: string | null): JobPlan {
  const { desired, explanation } = change;
  const changed = explanation.touched !== false || explanation.added === true;
  return {
    job: job.key,
    engine: job.engine,
    place,
    action: changed ? 'roll-out' : 'none',
    changed,
    impact: changed ? impactIn(explanation, engine) : 'none',
    reasons: reasonsOf(job, change),
    findings: change.findings,
    current: null,
    desired: { revision: desired.revision, artifact: desired.code },
    target: job.target,
    settings: desired.settings,
    scale: desired.scale,
    settingsDigest: desired.settingsDigest,
    ...undecided,
    needs: job.needs,
    at: job.at,
  };
}

/** Changed files, or an unknown base, are at least an upgrade. */
function impactIn(explanation: Explanation, engine: PlanEngine): Impact {
  const fields = explanation.fields.map((entry) => impactOf(engine, targetField(entry.field)));
  const code = explanation.files.length > 0 || explanation.fields.length === 0 || explanation.touched === null;
  return highest(code ? ['upgrade', ...fields] : fields);
}

function reasonsOf(job: Job, change: JobChange): readonly Reason[] {
  const { touched, added } = change.explanation;
  if (added === true) return [{ kind: 'first-contact', message: 'the base does not declare it' }];
  if (touched === false) return [{ kind: 'unchanged', message: 'nothing between base and head changes it' }];
  const found = explain({ job, change });
  if (touched === null)
    return [{ kind: 'unknown-base', message: 'the base is not known, so it may have changed' }, ...found];
  return found.length > 0 ? found : [{ kind: 'artifact', message: 'its revision differs between base and head' }];
}
