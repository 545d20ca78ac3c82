import type { ChosenMode } from '../inputs/mode.js';
import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { planExitCode } from '../plan/index.js';
import { apply } from './apply.js';
import type { Bench } from './bench.js';
import { complete, completeError } from './complete.js';
import { gather } from './gather.js';
import { preflighted } from './preflight.js';
import { resume } from './resume.js';
import { planBack, rollback } from './rollback.js';
import { type Status, status } from './status.js';
import { untouched } from './untouched.js';

/** What a mode came to; exactly one document of the machine contract is behind each kind. */
export type Result =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly detect: boolean; readonly exitCode: number }
  | {
      readonly kind: 'report';
      readonly plan: Plan | null;
      readonly report: Report;
      readonly superseded?: readonly JobReport[];
      readonly exitCode: number;
    }
  | { readonly kind: 'status'; readonly status: Status; readonly exitCode: number };

/** Runs a mode. `onPlan` is called before anything is carried out. Throws for bad input, and for what went wrong before any job. */
export async function run(
  bench: Bench,
  mode: ChosenMode['mode'],
  onPlan: (plan: Plan) => Promise<void>,
): Promise<Result> {
  try {
    const { inputs } = bench;
    return complete(await runMode(bench, mode, async (plan) => onPlan(complete(plan, inputs))), inputs);
  } catch (error) {
    throw completeError(untouched(error, mode, bench.inputs), bench.inputs);
  }
}

async function runMode(bench: Bench, mode: ChosenMode['mode'], onPlan: (plan: Plan) => Promise<void>): Promise<Result> {
  switch (mode) {
    case 'detect': {
      const { plan } = await gather(bench, { jobs: null, detect: true });
      return { kind: 'plan', plan, detect: true, exitCode: planExitCode(plan) };
    }
    case 'plan': {
      const back = bench.inputs.rollbackTo !== null;
      const plan = back ? (await planBack(bench)).plan : await preflighted(await gather(bench, { jobs: null }));
      return { kind: 'plan', plan, detect: false, exitCode: planExitCode(plan) };
    }
    case 'apply': {
      const { plan, report, superseded } = await apply(bench, onPlan);
      return { kind: 'report', plan, report, superseded, exitCode: report.exitCode };
    }
    case 'rollback': {
      const { plan, report } = await rollback(bench, onPlan);
      return { kind: 'report', plan, report, exitCode: report.exitCode };
    }
    case 'resume': {
      const report = await resume(bench);
      return { kind: 'report', plan: null, report, exitCode: report.exitCode };
    }
    case 'status':
      return { kind: 'status', status: await status(bench), exitCode: 0 };
    case 'validate':
      throw new TypeError('validate is not a mode that runs on a bench');
  }
}
