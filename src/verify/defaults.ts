import type { GateMode, Signal } from '../model/signal.js';

/** What a gate does not say; times in seconds. The table of docs/verification.md is made from it. */
export interface ModeDefaults {
  readonly graceSeconds: number;
  readonly forSeconds: number;
  /** Converge only. */
  readonly deadlineSeconds: number;
  readonly why: string;
}

export const modeDefaults: Readonly<Record<GateMode, ModeDefaults>> = {
  converge: {
    graceSeconds: 0,
    forSeconds: 120,
    deadlineSeconds: 1200,
    why: 'what piled up while no run processed has to drain first',
  },
  hold: {
    graceSeconds: 120,
    forSeconds: 0,
    deadlineSeconds: 0,
    why: 'a run that starts is not yet as fast as it will be',
  },
  budget: { graceSeconds: 0, forSeconds: 0, deadlineSeconds: 0, why: 'what goes wrong while it starts counts, too' },
};

/** Known samples that a gate needs to pass, whatever its mode. */
export const leastSamples = 3;
/** Samples in a row that may be unknown or fail to be read. One more is a gap. */
export const missesAllowed = 4;

type Behaviour = Pick<
  Signal,
  'unit' | 'kind' | 'perRun' | 'history' | 'latenessSeconds' | 'intervalSeconds' | 'windowSeconds'
>;

/** How sources of declared signals behave where the manifest does not say otherwise. */
export const sourceDefaults: Readonly<Record<'prometheus' | 'http' | 'command' | 'measure', Behaviour>> = {
  prometheus: {
    unit: 'count',
    kind: 'gauge',
    perRun: false,
    history: true,
    latenessSeconds: 60,
    intervalSeconds: 30,
    windowSeconds: 120,
  },
  http: polled(),
  command: polled(),
  measure: polled(),
};

function polled(): Behaviour {
  return {
    unit: 'count',
    kind: 'gauge',
    perRun: false,
    history: false,
    latenessSeconds: 0,
    intervalSeconds: 15,
    windowSeconds: 120,
  };
}
