import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { GateReport } from '../../../src/model/verification.js';
import type { Evidence } from '../../../src/verify/evidence.js';
import { cli } from './cli.js';
import { documentIn } from './documents.js';
import type { Done, Stage } from './stage.js';

/** How fast the cloud's clock runs where deadlines and the length of gaps matter: a busy machine is a second late, not half an hour. */
export const steadyRate = 60;

/** A gate of a job as the report has it. Throws where there is none. */
export function gateOf(done: Done, job: string, gate: string): GateReport {
  const all = done.job(job).gates ?? [];
  const found = all.find((one) => one.gate === gate);
  if (found === undefined) throw new Error(`no gate ${gate} in ${JSON.stringify(all.map((one) => one.gate))}`);
  return found;
}

/** The evidence of a step; judging it again gives what was recorded. */
export async function evidenceOf(stage: Stage, done: Done): Promise<Evidence> {
  const path = done.outputs['evidence-file'];
  if (path === undefined || path === '') throw new Error('the step has no evidence');
  const again = await cli<{ jobs: readonly { same: boolean }[] }>(stage.folder, {}, 'verify', '--replay', path);
  expect(again.document.jobs.map(({ same }) => same)).toEqual(again.document.jobs.map(() => true));
  return documentIn<Evidence>(readFileSync(path, 'utf8'));
}

/** Runs that the known samples of a gate say they are of. */
export async function runsIn(stage: Stage, done: Done, gate: string): Promise<readonly (string | null)[]> {
  const { jobs } = await evidenceOf(stage, done);
  const forward = jobs.find(({ direction }) => direction === 'forward');
  const samples = forward?.gates.find(({ spec }) => spec.id === gate)?.samples ?? [];
  return [...new Set(samples.filter(({ value }) => value !== null).map(({ run }) => run))];
}
