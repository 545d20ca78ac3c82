import type { JobPlan } from '../model/plan.js';

/** The part of a job's plan that says how, where nothing is to be done or nobody could say. */
export const undecided = {
  strategy: null,
  rejected: [],
  expected: null,
  steps: [],
  wave: 0,
  slot: null,
  backstopSeconds: null,
  accepted: [],
} as const satisfies Partial<JobPlan>;

/** The part that the manifest gives, where there is none: everything comes from the ledger and the look. */
export const undeclared = {
  desired: { revision: null, artifact: null },
  target: {},
  settings: {},
  scale: {},
  settingsDigest: null,
  needs: [],
  at: null,
} as const satisfies Partial<JobPlan>;
