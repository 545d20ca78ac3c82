import type { Unit } from '../model/signal.js';
import type { GateSpec } from '../model/verification.js';

/** A value with its unit, as a person reads it. */
export function amount(value: number | null, { unit }: { readonly unit: Unit }): string {
  if (value === null) return 'not known';
  return unit === 'count' || unit === 'ratio' ? short(value) : `${short(value)} ${unit}`;
}

/** What a gate compares, as a person reads it: a counter's growth is per second. */
export function reading(value: number | null, spec: Pick<GateSpec, 'unit' | 'kind' | 'maxDelta'>): string {
  const grows = spec.kind === 'counter' && spec.maxDelta === null && value !== null;
  return grows ? `${amount(value, spec)} per second` : amount(value, spec);
}

/** The condition of a gate in words, for example `at most 120 s`. */
export function inWords(spec: GateSpec): string {
  const of = (value: number | null) => reading(value, spec);
  const parts = [
    ...(spec.max === null ? [] : [`at most ${of(spec.max)}`]),
    ...(spec.min === null ? [] : [`at least ${of(spec.min)}`]),
    ...(spec.equals === null ? [] : [`exactly ${of(spec.equals)}`]),
    ...(spec.maxVsBaseline === null ? [] : [`at most ${short(spec.maxVsBaseline)} times the old run's`]),
    ...(spec.minVsBaseline === null ? [] : [`at least ${short(spec.minVsBaseline)} times the old run's`]),
    ...(spec.maxDelta === null ? [] : [`may grow by ${amount(spec.maxDelta, spec)}`]),
  ];
  return parts.join(', ');
}

/** Four significant digits, no exponent for what is common. */
export function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return String(value);
  return String(Number(value.toPrecision(4)));
}
