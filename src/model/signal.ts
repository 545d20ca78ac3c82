/** Units of signals, as reports and charts name them. */
export const units = ['s', 'records', 'records/s', 'bytes', 'bytes/s', 'count', 'ratio'] as const;
export type Unit = (typeof units)[number];

export const gateModes = ['converge', 'hold', 'budget'] as const;
export type GateMode = (typeof gateModes)[number];

export const idleWords = ['skip', 'pass', 'fail'] as const;
export type WhenIdle = (typeof idleWords)[number];

/** The bounds of a gate; null: not given. A counter's growth per second is compared, and with `maxDelta` its growth since the start. */
export interface Bounds {
  readonly max: number | null;
  readonly min: number | null;
  readonly equals: number | null;
  /** Multiples of the old run's value before the change. */
  readonly maxVsBaseline: number | null;
  readonly minVsBaseline: number | null;
  readonly maxDelta: number | null;
}

/** A gate that holds for a signal where the job declares none on it. Times in seconds. */
export interface DefaultGate extends Partial<Bounds> {
  readonly mode: GateMode;
  readonly graceSeconds?: number;
  readonly forSeconds?: number;
  readonly deadlineSeconds?: number;
  readonly whenIdle?: WhenIdle;
  readonly advisory?: boolean;
  /** Why it holds by default, one sentence for the table in docs/verification.md. */
  readonly why: string;
}

/** What can be measured of a run, and how its source behaves. */
export interface Signal {
  /** As gates name it, kebab-case. `*` in an engine's list: any other name is handed to the source as it is. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** A `counter` only grows, but for resets; rates and levels are gauges. */
  readonly kind: 'gauge' | 'counter';
  /** The counter begins at 0 with each run, so that what it counted before the first sample counts too. */
  readonly perRun: boolean;
  /** The source keeps the past: a resumed rollout reads it again and need not begin its bake anew. */
  readonly history: boolean;
  /** Longest time until a point shows in the source, in seconds; nothing is concluded from its absence before. */
  readonly latenessSeconds: number;
  /** Time between two points of the source, in seconds. */
  readonly intervalSeconds: number;
  /** Growth of a counter is measured over this time, in seconds. Longer than the pause between two batches. */
  readonly windowSeconds: number;
  /** Once it is known, the value of a run never changes: a gate that it fails need not wait for its deadline. */
  readonly constant?: boolean;
  readonly gate: DefaultGate | null;
}

/** What gives a declared signal: one source, or none where it is the engine's own. Texts may hold `${run.id}`, `${run.name}` and, in headers and env, `${secret.X}`. */
export interface DeclaredSignal {
  readonly prometheus?: {
    readonly url: string;
    readonly query: string;
    readonly headers?: { readonly [name: string]: string };
  };
  readonly http?: {
    readonly url: string;
    /** Dotted path of a number in the JSON answer; left out: the status is the value. */
    readonly value?: string;
    readonly headers?: { readonly [name: string]: string };
  };
  readonly command?: {
    readonly run: string | readonly string[];
    readonly env?: { readonly [name: string]: string };
  };
  readonly unit?: Unit;
  readonly kind?: 'gauge' | 'counter';
  readonly history?: boolean;
  readonly latenessSeconds?: number;
  readonly intervalSeconds?: number;
  readonly windowSeconds?: number;
  /** Name of the signal that is 0 while there is no input. */
  readonly input?: string;
}
