import type { Gate, Job } from '../model/job.js';
import type { DefaultGate, GateMode, Signal, WhenIdle } from '../model/signal.js';
import type { GateSpec } from '../model/verification.js';
import { leastSamples, missesAllowed, modeDefaults } from './defaults.js';
import { type Sourced, signalOf } from './signals.js';

type Verify = { readonly verify: Pick<Job['verify'], 'gates' | 'signals' | 'bakeSeconds'> };

/**
 * All gates of a job with every default filled in: those that it declares, and the engine's own on signals that it declares none on.
 * `bakeSeconds`: how long the new run is watched at least; the job's own where it is not given. A gate on a signal that nobody offers is left out: the plan refuses it.
 */
export function specsOf(
  job: Verify,
  offered: readonly Signal[],
  bakeSeconds = job.verify.bakeSeconds,
): readonly GateSpec[] {
  const declared = job.verify.gates.map((gate) => ({
    name: gate.signal,
    gate: written(gate),
    origin: 'manifest' as const,
  }));
  const own = new Set(declared.map(({ name }) => name));
  const defaults = offered.flatMap((signal) =>
    signal.gate === null || own.has(signal.name)
      ? []
      : [{ name: signal.name, gate: fromTable(signal.gate), origin: 'engine' as const }],
  );
  const counts = new Map<string, number>();
  return [...declared, ...defaults].flatMap(({ name, gate, origin }) => {
    const found = signalOf(name, job, offered);
    if (found === null) return [];
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const id = count === 1 ? name : `${name}-${count}`;
    const input = found.declared?.input ?? null;
    const told = input === null ? null : signalOf(input, job, offered);
    const lateness = Math.max(found.signal.latenessSeconds, told?.signal.latenessSeconds ?? 0);
    return [{ ...specOf(id, found, gate, origin, bakeSeconds), latenessSeconds: lateness }];
  });
}

/** Signals that gates name and nobody offers. */
export function unknownSignals(job: Verify, offered: readonly Signal[]): readonly string[] {
  const names = [
    ...job.verify.gates.map(({ signal }) => signal),
    ...Object.values(job.verify.signals ?? {}).flatMap(({ input }) => input ?? []),
  ];
  return [...new Set(names)].filter((name) => signalOf(name, job, offered) === null);
}

/** What a gate says, whoever says it. */
type Said = Partial<Omit<DefaultGate, 'mode' | 'why'>> & {
  readonly mode: GateMode;
  readonly intervalSeconds?: number;
};

function specOf(
  id: string,
  { signal, source, declared }: Sourced,
  gate: Said,
  origin: GateSpec['origin'],
  bakeSeconds: number,
): GateSpec {
  const usual = modeDefaults[gate.mode];
  // A query can be asked for any step; an engine's points lie as far apart as the engine puts them.
  const closest = source === 'engine' && signal.history ? signal.intervalSeconds : 0;
  const intervalSeconds = Math.max(gate.intervalSeconds ?? signal.intervalSeconds, closest);
  // A counter's growth is known only after the first window.
  const warmUp = signal.kind === 'counter' && gate.mode !== 'budget' ? signal.windowSeconds : 0;
  const graceSeconds = Math.max(gate.graceSeconds ?? usual.graceSeconds, warmUp);
  const forSeconds = gate.forSeconds ?? usual.forSeconds;
  const shortest = graceSeconds + Math.max(forSeconds, (leastSamples + 1) * intervalSeconds);
  const wished = gate.mode === 'converge' ? (gate.deadlineSeconds ?? usual.deadlineSeconds) : bakeSeconds;
  return {
    id,
    signal: signal.name,
    title: signal.title,
    unit: signal.unit,
    kind: signal.kind,
    perRun: signal.perRun,
    history: signal.history,
    mode: gate.mode,
    max: gate.max ?? null,
    min: gate.min ?? null,
    equals: gate.equals ?? null,
    maxVsBaseline: gate.maxVsBaseline ?? null,
    minVsBaseline: gate.minVsBaseline ?? null,
    maxDelta: gate.maxDelta ?? null,
    graceSeconds,
    forSeconds,
    endSeconds: Math.max(wished, shortest),
    intervalSeconds,
    staleSeconds: (missesAllowed + 1.5) * intervalSeconds,
    latenessSeconds: signal.latenessSeconds,
    windowSeconds: signal.windowSeconds,
    ...(signal.constant === true && { constant: true }),
    minSamples: leastSamples,
    advisory: gate.advisory ?? false,
    whenIdle: gate.whenIdle ?? 'skip',
    input: declared?.input ?? null,
    origin,
  };
}

/** A gate as the manifest has it: kebab-case, durations as seconds. */
function written(gate: Gate): Said {
  const number = (key: string) => (typeof gate[key] === 'number' ? { value: gate[key] } : null);
  const pick = <K extends string>(key: string, name: K): { readonly [name in K]?: number } => {
    const found = number(key);
    return (found === null ? {} : { [name]: found.value }) as { readonly [name in K]?: number };
  };
  return {
    mode: gate['mode'] as GateMode,
    ...pick('max', 'max'),
    ...pick('min', 'min'),
    ...pick('equals', 'equals'),
    ...pick('max-vs-baseline', 'maxVsBaseline'),
    ...pick('min-vs-baseline', 'minVsBaseline'),
    ...pick('max-delta', 'maxDelta'),
    ...pick('grace', 'graceSeconds'),
    ...pick('for', 'forSeconds'),
    ...pick('deadline', 'deadlineSeconds'),
    ...pick('interval', 'intervalSeconds'),
    advisory: gate['advisory'] === true,
    whenIdle: (gate['when-idle'] ?? 'skip') as WhenIdle,
  };
}

function fromTable(gate: DefaultGate): Said {
  const { why: _, ...said } = gate;
  return said;
}
