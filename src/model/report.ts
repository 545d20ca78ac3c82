import type { Finding } from './finding.js';
import type { StrategyName } from './job.js';
import { exitCodeOf, type Outcome } from './outcome.js';
import type { Run, RunMessage } from './run.js';
import type { StepVerb } from './step.js';
import type { GateReport } from './verification.js';

export interface StepReport {
  readonly id: string;
  readonly verb: StepVerb;
  readonly state: 'intended' | 'running' | 'succeeded' | 'failed' | 'skipped';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly run: string | null;
}

export interface JobReport {
  readonly job: string;
  readonly environment: string;
  readonly engine: string;
  /** The commit that the rollout rolls out; null where no rollout was opened. A `resume` finishes those of several commits. */
  readonly commit: string | null;
  readonly outcome: Outcome;
  /** Stable code of the failure, refusal or notice; null where all went well. */
  readonly code: string | null;
  /** One or two sentences: what happened, what runs now, what was left behind. */
  readonly message: string;
  readonly runBefore: string | null;
  readonly runAfter: string | null;
  /** Seconds in which no run of the job processed input; null if not known. */
  readonly gapSeconds: number | null;
  /** Where the gap is from: the engine's own times, or the looks before and after it, which is at least as long. Left out where it is not known, or none was measured. */
  readonly gapBy?: 'engine' | 'looks';
  readonly rollout: string | null;
  readonly revision: string | null;
  readonly strategy: StrategyName | null;
  readonly steps: readonly StepReport[];
  /** The next command, or null. */
  readonly next: string | null;
  /** Active runs at the last look; null: nobody looked, or the engine could not be read. */
  readonly runs: readonly Pick<Run, 'id' | 'name' | 'state' | 'url'>[] | null;
  readonly trailing: readonly string[];
  readonly messages: readonly RunMessage[];
  readonly findings: readonly Finding[];
  /** What was measured of the new run, gate by gate; left out where it has no gates or was not watched. */
  readonly gates?: readonly GateReport[];
}

export interface Report {
  readonly version: 1;
  readonly kind: 'report';
  readonly exitCode: number;
  readonly environment: string | null;
  readonly commit: string | null;
  readonly planHash: string | null;
  /** About the whole call, not one job. */
  readonly findings?: readonly Finding[];
  readonly jobs: readonly JobReport[];
}

/** Exit code of one job. That nothing runs is claimed of a look only. */
export function jobExitCode({ outcome, runs }: Pick<JobReport, 'outcome' | 'runs'>): number {
  return exitCodeOf(outcome, runs === null || runs.length > 0);
}
