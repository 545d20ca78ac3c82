import type { Inputs } from '../inputs/inputs.js';
import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import type { JobEvidence } from '../verify/evidence.js';
import { planAnnotations, reportAnnotations } from './annotations.js';
import { masked } from './masked.js';
import { headline, planHeadline } from './now.js';
import { planSummary, reportSummary } from './summary.js';
import type { Telling } from './to-github.js';

/** What a call of the action came to: a plan, a report, or both. */
export interface Told {
  readonly plan: Plan | null;
  readonly report: Report | null;
  readonly detect: boolean;
  readonly notice: string | null;
  /** False where the event rolls nothing out, whatever the plan says. */
  readonly rollsOut: boolean;
  /** Rollouts of other commits that this call closed before it carried on; their checks are completed. */
  readonly superseded?: readonly JobReport[];
  /** What the verdicts were made from. */
  readonly evidence?: readonly JobEvidence[];
  mask(text: string): string;
}

/** Null where there is neither a plan nor a report. Everything in it is masked. */
export function tellingOf(told: Told, inputs: Inputs): Telling | null {
  const plan = masked(told.plan, told.mask);
  const report = masked(told.report, told.mask);
  const notice = told.notice === null ? null : told.mask(told.notice);
  const superseded = masked(told.superseded ?? [], told.mask);
  if (report !== null) {
    const manifest = inputs.manifest.includes('\n') ? '' : inputs.manifest;
    return {
      plan,
      report,
      superseded,
      title: headline(report),
      annotations: reportAnnotations(report, plan, manifest),
      summary: (most) => reportSummary(report, notice, most),
    };
  }
  if (plan === null) return null;
  return {
    plan,
    report,
    superseded,
    title: planHeadline(plan),
    annotations: planAnnotations(plan),
    summary: (most) => planSummary(plan, notice, told.detect, most),
  };
}
