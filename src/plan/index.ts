export { deployedCommit } from './downgrade.js';
export { planHash, rehashed } from './hash.js';
export {
  type Consent,
  consents,
  driftPolicies,
  type JobChange,
  type OnDrift,
  type PlanEngine,
  type PlanInput,
  type PlanOptions,
} from './input.js';
export { namesOf } from './names.js';
export { planJobs } from './plan.js';
export { goesOn } from './quarantine.js';
export { planExitCode, withFindings } from './refine.js';
export { buildWords, effectWords, renderPlan } from './render.js';
export { type JobRollback, planRollback, type RollbackInput, rollbackPlan } from './rollback.js';
export { planSchema } from './schema.js';
export { inSlot } from './slots.js';
export { approvedOnly, type Stale, staleJobs, withStale } from './stale.js';
export { waitingFor } from './waves.js';
