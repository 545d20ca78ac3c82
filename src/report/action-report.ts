import * as core from '@actions/core';
import type { OutputName } from '../inputs/fields.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { planAnnotations, reportAnnotations } from './annotations.js';
import { emitAnnotations } from './emit.js';
import { freshDirectory, type Written, writeFiles } from './files.js';
import type { GitHub } from './github.js';
import { harmless } from './harmless.js';
import { masked } from './masked.js';
import { headline, planHeadline } from './now.js';
import { outputsOf } from './outputs.js';
import { planSummary, reportSummary } from './summary.js';
import { type Telling, toGitHub } from './to-github.js';

/** What a call of the action came to: a plan, a report, or both. */
export interface Told {
  readonly plan: Plan | null;
  readonly report: Report | null;
  readonly detect: boolean;
  readonly notice: string | null;
  /** Rollouts of other commits that this call closed before it carried on; their checks are completed. */
  readonly superseded?: readonly JobReport[];
  mask(text: string): string;
}

/**
 * Reports through the runner and GitHub: summary, annotations, files and outputs first (they need no token), then check runs,
 * comment and deployment. What cannot be written is one notice; nothing here fails a rollout.
 */
export async function reportFromAction(told: Told, inputs: Inputs, github: GitHub | null): Promise<void> {
  const telling = tellingOf(told, inputs);
  if (telling === null) return;
  const { plan, report } = telling;
  emitAnnotations(telling.annotations);
  const summary = telling.summary();
  await writeSummary(summary);
  const { values, tooLong } = outputsOf(plan, report, await writtenFiles(telling, inputs, summary));
  for (const [name, value] of Object.entries(values) as [OutputName, string][]) core.setOutput(name, value);
  if (tooLong.length > 0)
    core.warning(`Too long for an output, so left empty: ${tooLong.join(', ')}. The plan and report files have it.`);
  const problems = github === null || inputs.event.untrusted ? [] : await toGitHub(telling, inputs, github);
  if (problems.length > 0)
    core.notice(
      harmless(`Left out of the report on GitHub: ${problems.join('; ')}. The rollout itself is not affected.`),
    );
}

/** Null where there is neither a plan nor a report. Everything in it is masked. */
function tellingOf(told: Told, inputs: Inputs): Telling | null {
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

/** A full disk takes the files away, not the outputs. */
async function writtenFiles({ plan, report }: Telling, inputs: Inputs, summary: string): Promise<Written> {
  try {
    return await writeFiles(await freshDirectory(inputs.outputDirectory), plan, report, summary);
  } catch (error) {
    core.warning(`The plan and report files could not be written: ${(error as Error).message}`);
    return { plan: null, summary: null, evidence: null };
  }
}

async function writeSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(`${markdown}\n\n`).write();
  } catch (error) {
    core.info(`The job summary could not be written: ${(error as Error).message}`);
  }
}
