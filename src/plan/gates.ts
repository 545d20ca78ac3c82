import type { Finding } from '../model/finding.js';
import type { Job, StrategyName } from '../model/job.js';
import { anySignal } from '../verify/signals.js';
import { specsOf, unknownSignals } from '../verify/spec.js';
import type { PlanEngine } from './input.js';
import { listed } from './words.js';

type Measured = Pick<PlanEngine, 'signals'>;

/** What is wrong with the gates of a job, before anything is done. `waitSeconds`: how long one call lasts; null: not limited. */
export function gateFindings(
  job: Job,
  engine: Measured,
  waitSeconds: number | null,
  strategy: StrategyName | null,
): readonly Finding[] {
  const at = job.positions['verify.gates'] ?? job.positions['verify'] ?? job.at;
  const place = { file: at.file, line: at.line };
  return [...unknown(job, engine), ...tooLong(job, engine, waitSeconds, strategy)].map((finding) => ({
    ...finding,
    ...place,
  }));
}

/** How long a new run of this job is watched at most once it runs, in seconds: the bake, or a gate that takes longer. */
export function watchedSeconds(job: Pick<Job, 'verify' | 'target'>, engine: Measured): number {
  const specs = specsOf(job, engine.signals?.(job.target) ?? []).filter(({ advisory }) => !advisory);
  return Math.max(
    job.verify.bakeSeconds,
    ...specs.map(({ endSeconds, latenessSeconds }) => endSeconds + latenessSeconds),
  );
}

function unknown(job: Job, engine: Measured): readonly Finding[] {
  const offered = engine.signals?.(job.target) ?? [];
  const names = unknownSignals(job, offered);
  if (names.length === 0) return [];
  const known = [...offered.map(({ name }) => name), ...Object.keys(job.verify.signals ?? {})].filter(
    (name) => name !== anySignal,
  );
  const there = known.length === 0 ? `engine ${job.engine} offers none for this job` : `known are ${listed(known)}`;
  const message = `there is no signal ${listed(names)}: ${there}`;
  return [{ code: 'gate-signal-unknown', level: 'error', message }];
}

/** A bake that is longer than a call goes on in the next one, which can only judge what its sources still tell. */
function tooLong(
  job: Job,
  engine: Measured,
  waitSeconds: number | null,
  strategy: StrategyName | null,
): readonly Finding[] {
  if (waitSeconds === null || job.desired === 'stopped') return [];
  const specs = specsOf(job, engine.signals?.(job.target) ?? []).filter(
    ({ history, advisory }) => !history && !advisory,
  );
  const overlap = strategy === 'parallel' ? job.parallel.overlapSeconds : 0;
  const longest = Math.max(watchedSeconds(job, engine), overlap);
  if (specs.length === 0 || longest <= waitSeconds) return [];
  const names = listed(specs.map(({ id }) => id));
  const message = `the new run is watched for ${longest} s, a call lasts ${waitSeconds} s, and the source of ${names} keeps no history: the bake would begin anew at every resume`;
  return [{ code: 'gate-needs-history', level: 'error', message }];
}
