import type { GateSpec, GateVerdict } from '../model/verification.js';
import { uncovered } from './coverage.js';
import type { Graded } from './grade.js';
import { inWords, reading } from './words.js';

/** One failing sample fails it at once; it passes at the end if the samples cover all of the time. `from`, `now` in milliseconds. */
export function judgeHold(
  spec: GateSpec,
  all: readonly Graded[],
  runningSince: number,
  now: number,
): GateVerdict | null {
  const from = runningSince + spec.graceSeconds * 1000;
  const end = runningSince + spec.endSeconds * 1000;
  const inside = all.filter(({ at }) => at >= from && at <= end);
  const failed = inside.find(({ grade }) => grade === 'fail');
  if (failed !== undefined) {
    const after = Math.round((failed.at - runningSince) / 1000);
    const what = failed.idle ? 'the source was idle' : `it was ${reading(failed.value, spec)}`;
    return { result: 'fail', message: `${what}, ${after} s after the new run ran; expected: ${inWords(spec)}` };
  }
  if (now < end + spec.latenessSeconds * 1000) return null;
  const told = inside.filter(({ grade }) => grade !== 'unknown');
  const why = uncovered(
    told.map(({ at }) => at),
    from,
    end,
    spec,
  );
  if (why !== null) return { result: 'inconclusive', message: why };
  const passed = told.filter(({ grade }) => grade === 'pass').length;
  if (passed === 0) return { result: 'skipped', message: 'the source had no input' };
  const seconds = Math.round((end - from) / 1000);
  return { result: 'pass', message: `all of ${told.length} samples in ${seconds} s were as expected` };
}
