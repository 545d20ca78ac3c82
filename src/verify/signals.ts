import type { Job } from '../model/job.js';
import type { DeclaredSignal, Signal } from '../model/signal.js';
import { sourceDefaults } from './defaults.js';

/** Any signal of this name is handed to the engine as it is. */
export const anySignal = '*';

/** Where samples of a signal come from. */
export type SourceKind = 'prometheus' | 'http' | 'command' | 'engine';

/** A signal of a job, and its source. */
export interface Sourced {
  readonly signal: Signal;
  readonly source: SourceKind;
  readonly declared: DeclaredSignal | null;
}

export function sourceOf(declared: DeclaredSignal | null): SourceKind {
  if (declared?.prometheus !== undefined) return 'prometheus';
  if (declared?.http !== undefined) return 'http';
  return declared?.command === undefined ? 'engine' : 'command';
}

/** The signal that a gate names: declared by the job, or offered by its engine. Null: neither. */
export function signalOf(
  name: string,
  job: { readonly verify: Pick<Job['verify'], 'signals'> },
  offered: readonly Signal[],
): Sourced | null {
  const declared = job.verify.signals?.[name] ?? null;
  const source = sourceOf(declared);
  if (source !== 'engine') {
    const bare = { name, title: name, gate: null, ...sourceDefaults[source] };
    return { signal: overlaid(bare, declared), source, declared };
  }
  const own = offered.find((signal) => signal.name === name) ?? offered.find((signal) => signal.name === anySignal);
  if (own === undefined) return null;
  const signal = own.name === name ? own : { ...own, name, title: name, gate: null };
  return { signal: overlaid(signal, declared), source, declared };
}

function overlaid(signal: Signal, declared: DeclaredSignal | null): Signal {
  if (declared === null) return signal;
  return {
    ...signal,
    unit: declared.unit ?? signal.unit,
    kind: declared.kind ?? signal.kind,
    history: declared.history ?? signal.history,
    latenessSeconds: declared.latenessSeconds ?? signal.latenessSeconds,
    intervalSeconds: declared.intervalSeconds ?? signal.intervalSeconds,
    windowSeconds: declared.windowSeconds ?? signal.windowSeconds,
  };
}
