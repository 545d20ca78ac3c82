import * as core from '@actions/core';
import type { OutputName } from '../inputs/fields.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';
import { planAnnotations, reportAnnotations } from './annotations.js';
import { type Check, planCheck, reportChecks, writeCheck } from './checks.js';
import { writeComment } from './comment.js';
import { writeDeployment } from './deployments.js';
import { emitAnnotations } from './emit.js';
import { writeFiles } from './files.js';
import { type GitHub, isForbidden } from './github.js';
import { outputsOf } from './outputs.js';
import { headline, planSummary, reportSummary } from './summary.js';
import { counted } from './text.js';

/** What a call of the action came to. */
export interface Told {
  readonly plan: Plan | null;
  readonly report: Report | null;
  readonly detect: boolean;
  readonly notice: string | null;
  mask(text: string): string;
}

/**
 * Reports through the runner and GitHub: summary, annotations and outputs first (they need no token), then check runs, comment
 * and deployment. A missing right is one notice; nothing here fails a rollout.
 */
export async function reportFromAction(told: Told, inputs: Inputs, github: GitHub | null): Promise<void> {
  const { plan, report } = told;
  const markdown = told.mask(report === null ? planText(told) : reportSummary(report, told.notice));
  const manifest = plan?.manifest || inputs.manifest.split('\n')[0] || 'manifest';
  const all = report === null ? planAnnotations(plan as Plan, manifest) : reportAnnotations(report, plan, manifest);
  const annotations = all.map((one) => ({ ...one, message: told.mask(one.message), title: told.mask(one.title) }));
  emitAnnotations(annotations);
  await writeSummary(markdown);
  const files = await writeFiles(inputs.outputDirectory, plan, report, markdown);
  for (const [name, value] of Object.entries(outputsOf(plan, report, files)) as [OutputName, string][])
    core.setOutput(name, value);
  await toGitHub(told, inputs, github, markdown, annotations);
}

function planText(told: Told): string {
  return planSummary(told.plan as Plan, told.notice, told.detect);
}

async function writeSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(`${markdown}\n`).write();
  } catch (error) {
    core.info(`The job summary could not be written: ${(error as Error).message}`);
  }
}

async function toGitHub(
  told: Told,
  inputs: Inputs,
  github: GitHub | null,
  markdown: string,
  annotations: ReturnType<typeof planAnnotations>,
): Promise<void> {
  const { plan, report } = told;
  const { event } = inputs;
  const sha = event.headSha;
  if (github === null || sha === null || event.untrusted) return;
  const url = runUrl(inputs);
  const works: [string, () => Promise<void>][] = [];
  const title = report === null ? planTitle(plan as Plan) : headline(report);
  const checks: Check[] =
    report === null
      ? [planCheck(plan as Plan, markdown, title, annotations)]
      : reportChecks(report, markdown, title, annotations);
  for (const check of checks) {
    works.push([
      'checks: write',
      () => writeCheck(github, check, sha, `${event.runId}/${check.name}`.slice(0, 200), url),
    ]);
  }
  if (inputs.comment && event.pullRequest !== null && plan !== null) {
    const pull = event.pullRequest;
    works.push(['pull-requests: write', () => writeComment(github, pull, plan.environment, markdown)]);
  }
  if (inputs.deployments && report !== null) {
    works.push(['deployments: write', () => writeDeployment(github, report, sha, url, title)]);
  }
  const missing = new Set<string>();
  for (const [right, work] of works) {
    if (missing.has(right)) continue;
    try {
      await work();
    } catch (error) {
      missing.add(right);
      const why = isForbidden(error) ? `the token lacks \`${right}\`` : (error as Error).message;
      core.notice(`A part of the report could not be written to GitHub: ${why}. The rollout itself is not affected.`);
    }
  }
}

function planTitle(plan: Plan): string {
  return `${counted(plan.jobs.filter((job) => job.changed).length, plan.jobs.length)} would change`;
}

export function runUrl(inputs: Pick<Inputs, 'event'>): string | null {
  const { event } = inputs;
  return event.runId === null || event.repository === null
    ? null
    : `${event.serverUrl}/${event.repository}/actions/runs/${event.runId}`;
}
