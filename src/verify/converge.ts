import type { GateSpec, GateVerdict } from '../model/verification.js';
import { gapWords, longestGap } from './coverage.js';
import type { Graded } from './grade.js';
import { inWords, reading } from './words.js';

/** Times in milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly samples: number;
}

/**
 * Earlier failures are expected, but for a value that never changes. It passes as soon as all samples of a stretch of `forSeconds` pass, without a gap. At the deadline it
 * has failed if that is certain, whatever was unknown; where the unknown samples could have made it pass, it is inconclusive.
 */
export function judgeConverge(
  spec: GateSpec,
  all: readonly Graded[],
  runningSince: number,
  now: number,
): GateVerdict | null {
  const from = runningSince + spec.graceSeconds * 1000;
  const deadline = runningSince + spec.endSeconds * 1000;
  // A point that is still on its way could break the stretch: only what can be complete is judged.
  const complete = Math.min(deadline, now - spec.latenessSeconds * 1000);
  const inside = all.filter(({ at }) => at >= from && at <= complete);
  const final = spec.constant === true ? inside.find(({ grade }) => grade === 'fail') : undefined;
  if (final !== undefined) {
    return {
      result: 'fail',
      message: `it is ${reading(final.value, spec)}, which does not change any more; expected: ${inWords(spec)}`,
    };
  }
  const span = spans(inside, spec).find((one) => isLong(one, spec) && one.samples >= leastSamples(spec));
  if (span !== undefined) {
    const since = Math.round((span.from - runningSince) / 1000);
    return {
      result: 'pass',
      message: `it was as expected from ${since} s after the new run ran, for ${spec.forSeconds} s`,
    };
  }
  if (now < deadline + spec.latenessSeconds * 1000) return null;
  return atDeadline(spec, inside, from, deadline);
}

function atDeadline(spec: GateSpec, inside: readonly Graded[], from: number, deadline: number): GateVerdict {
  const told = inside.filter(({ grade }) => grade !== 'unknown');
  const judged = told.filter(({ grade }) => grade !== 'idle');
  const last = judged.at(-1);
  const stale = spec.staleSeconds * 1000;
  if (last === undefined) {
    if (told.length >= spec.minSamples && longestGap(timesOf(told), from, deadline) <= stale)
      return { result: 'skipped', message: 'the source had no input' };
    return {
      result: 'inconclusive',
      message: told.length === 0 ? 'no sample was known' : 'too few samples were known',
    };
  }
  // A source that has input now and then gives no stretch that is long enough, and nothing to complain of either.
  const noComplaint = inside.every(({ grade }) => grade === 'pass' || grade === 'idle') && judged.length < told.length;
  if (noComplaint && told.length >= spec.minSamples && longestGap(timesOf(told), from, deadline) <= stale) {
    return { result: 'pass', message: 'it was as expected whenever the source had input' };
  }
  if (isQuiet(spec, told, deadline)) {
    const failed = inside.findLastIndex(({ grade }) => grade === 'fail');
    const open = inside.some(({ grade }, index) => index > failed && grade === 'unknown');
    const message = 'it was as expected in the end, whenever the source had input';
    return open
      ? { result: 'inconclusive', message: `${message}, as far as samples were known` }
      : { result: 'pass', message };
  }
  const late = `it was not ${inWords(spec)} for ${spec.forSeconds} s within ${spec.endSeconds} s`;
  const stillFails = last.grade === 'fail' && deadline - last.at <= stale;
  if (stillFails) return { result: 'fail', message: `${late}, and ${reading(last.value, spec)} at the end` };
  if (!mayHavePassed(spec, told, from, deadline)) return { result: 'fail', message: late };
  return { result: 'inconclusive', message: openWords(late, spec, told, from, deadline) };
}

/** Why it could not be told. Where each sample passed the value was never at fault: the samples were too few, or too far apart. */
function openWords(late: string, spec: GateSpec, told: readonly Graded[], from: number, deadline: number): string {
  const gap = gapWords(timesOf(told), from, deadline, spec);
  const passed = told.every(({ grade }) => grade !== 'fail');
  if (gap === null) return `${late}, as far as samples were known`;
  if (!passed) return `${late}, as far as samples were known: ${gap}`;
  const samples = told.length === 1 ? 'the only known sample' : `each of ${told.length} known samples`;
  const stretch = spec.forSeconds > 0 ? ` over ${spec.forSeconds} s` : '';
  return `${samples} was as expected, but the gate needs ${leastSamples(spec)} without a gap${stretch} within ${spec.endSeconds} s: ${gap}`;
}

/**
 * It failed at first, then passed, and then had no input for as long as it should have passed: the little that piled up was processed,
 * and what was to be seen since is as expected.
 */
function isQuiet(spec: GateSpec, told: readonly Graded[], deadline: number): boolean {
  const rest = told.slice(told.findLastIndex(({ grade }) => grade === 'fail') + 1);
  const since = rest.find(({ grade }) => grade === 'pass')?.at;
  if (since === undefined || deadline - since < spec.forSeconds * 1000) return false;
  const enough = rest.length >= spec.minSamples && rest.some(({ grade }) => grade === 'idle');
  return enough && longestGap(timesOf(rest), since, deadline) <= spec.staleSeconds * 1000;
}

/** Between two failures, or the ends, lies a stretch that is long enough and not known well enough to rule a pass out. */
function mayHavePassed(spec: GateSpec, told: readonly Graded[], from: number, deadline: number): boolean {
  if (spans(told, spec).some((span) => isLong(span, spec))) return true;
  const fences = [from, ...timesOf(told.filter(({ grade }) => grade === 'fail')), deadline];
  return fences.slice(1).some((to, index) => {
    const start = fences[index] ?? from;
    if (to - start < spec.forSeconds * 1000) return false;
    const inner = timesOf(told).filter((at) => at > start && at < to);
    return longestGap(inner, start, to) > spec.staleSeconds * 1000;
  });
}

/** Stretches of passing samples without a gap. An idle sample neither passes nor breaks one. */
function spans(all: readonly Graded[], spec: GateSpec): readonly Span[] {
  const found: Span[] = [];
  let span: Span | null = null;
  let seen = 0;
  for (const { at, grade } of all) {
    if (span !== null && at - seen > spec.staleSeconds * 1000) span = null;
    seen = at;
    if (grade === 'idle') continue;
    if (grade !== 'pass') {
      span = null;
      continue;
    }
    span = span === null ? { from: at, to: at, samples: 1 } : { from: span.from, to: at, samples: span.samples + 1 };
    found.push(span);
  }
  return found;
}

function isLong(span: Span, spec: GateSpec): boolean {
  return span.to - span.from >= spec.forSeconds * 1000;
}

function leastSamples(spec: GateSpec): number {
  return Math.max(spec.minSamples, Math.ceil(spec.forSeconds / spec.intervalSeconds));
}

function timesOf(all: readonly Graded[]): readonly number[] {
  return all.map(({ at }) => at);
}
