import type { DataflowRun } from './run.js';

/** Why the new job can not take over the old one's state; null if it can. Steps are compared only where both artifacts name them. */
export function incompatibility(old: DataflowRun | undefined, run: DataflowRun): string | null {
  const refused = (detail: string) =>
    `Workflow failed. Causes: The new job is not compatible with ${old?.id ?? 'the old job'}. The original job has not been aborted., ${detail}`;
  if (run.fate.behaviour === 'incompatible') {
    return refused(run.fate.message ?? 'The Coder or type for a step has changed.');
  }
  const before = old?.fate.steps;
  const after = run.fate.steps;
  if (!before || !after) return null;
  const missing = before.filter((step) => {
    const mapped = run.transformNameMapping[step] ?? step;
    return mapped !== '' && !after.includes(mapped);
  });
  if (missing.length === 0) return null;
  const remedy = 'If these steps have been renamed or deleted, please specify them with the update command.';
  return refused(`The new job is missing steps ${missing.join(', ')}. ${remedy}`);
}
