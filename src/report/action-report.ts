import * as core from '@actions/core';
import type { OutputName } from '../inputs/fields.js';
import type { Inputs } from '../inputs/inputs.js';
import type { JobEvidence } from '../verify/evidence.js';
import { emitAnnotations } from './emit.js';
import { evidenceDocument, freshDirectory, type Written, writeFiles } from './files.js';
import type { GitHub } from './github.js';
import { harmless } from './harmless.js';
import { masked } from './masked.js';
import { outputsOf } from './outputs.js';
import { type Told, tellingOf } from './telling.js';
import { type Telling, toGitHub } from './to-github.js';
import { keepUntold } from './untold.js';

export type { Told } from './telling.js';

/**
 * Reports through the runner and GitHub: summary, annotations, files and outputs first (they need no token), then check runs,
 * comment and deployment. What cannot be written is one notice; nothing here fails a rollout. `last`: no step comes after this one
 * that could try again.
 */
export async function reportFromAction(told: Told, inputs: Inputs, github: GitHub | null, last = false): Promise<void> {
  const telling = tellingOf(told, inputs);
  if (telling === null) return;
  const { plan, report } = telling;
  emitAnnotations(telling.annotations);
  const summary = telling.summary();
  await writeSummary(summary);
  const written = await writtenFiles(telling, inputs, summary, masked(told.evidence ?? [], told.mask));
  const { values, tooLong } = outputsOf(plan, report, told.rollsOut, written);
  for (const [name, value] of Object.entries(values) as [OutputName, string][]) core.setOutput(name, value);
  if (tooLong.length > 0)
    core.warning(`Too long for an output, so left empty: ${tooLong.join(', ')}. The plan and report files have it.`);
  const problems = github === null || inputs.event.untrusted ? [] : await toGitHub(telling, inputs, github);
  if (problems.length === 0) return;
  const said = problems.map(({ text }) => text).join('; ');
  const passes = !last && problems.some(({ lasting }) => !lasting);
  const { mask, evidence: _, ...all } = told;
  const kept = passes && (await keepUntold(masked(all, mask), written));
  const then = kept ? ' The post step tries once more.' : '';
  core.notice(harmless(`Left out of the report on GitHub: ${said}. The rollout itself is not affected.${then}`));
}

/** A full disk takes the files away, not the outputs. */
async function writtenFiles(
  { plan, report }: Telling,
  inputs: Inputs,
  summary: string,
  jobs: readonly JobEvidence[],
): Promise<Written> {
  const evidence = report === null ? null : evidenceDocument(report, jobs);
  try {
    return await writeFiles(await freshDirectory(inputs.outputDirectory), plan, report, summary, evidence);
  } catch (error) {
    core.warning(`The plan and report files could not be written: ${(error as Error).message}`);
    return { plan: null, summary: null, report: null, evidence: null };
  }
}

async function writeSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(`${markdown}\n\n`).write();
  } catch (error) {
    core.info(`The job summary could not be written: ${(error as Error).message}`);
  }
}
