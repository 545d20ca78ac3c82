import type { JsonObject } from '../../model/json.js';
import type { Signal } from '../../model/signal.js';
import { read } from './target.js';

const measured = {
  unit: 'count',
  perRun: false,
  history: false,
  latenessSeconds: 0,
  intervalSeconds: 15,
  windowSeconds: 120,
} as const;

/** A `measure` command may know any signal. Of one it should know by itself: how much the run has processed. */
const all: readonly Signal[] = [
  {
    ...measured,
    name: 'progress',
    title: 'records or batches that the run has processed',
    kind: 'counter',
    gate: {
      mode: 'hold',
      min: 0.001,
      why: 'a run that processes nothing is no success, whatever its state says; the command answers `unsupported` where it can not tell',
    },
  },
  { ...measured, name: '*', title: 'any other signal that the `measure` command knows', kind: 'gauge', gate: null },
];

export function signals(target: JsonObject): readonly Signal[] {
  return read(target).measure === undefined ? [] : all;
}
