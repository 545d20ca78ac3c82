/** How a run fares, as its script says (README, "What a script decides"). Times in seconds of the emulated clock. */
export interface Fate {
  /** STARTING until RUNNING; null: the usual time; Infinity: never. */
  readonly startAfter: number | null;
  /** The run's own end, counted from RUNNING; null: it runs on. */
  readonly end: {
    readonly state: 'FAILED' | 'SUCCEEDED';
    readonly after: number;
    readonly message: string | null;
  } | null;
  /** STOPPING until STOPPED; null: the usual time. */
  readonly stopAfter: number | null;
  /** Records that the run can take a second; null: as the workload says (emulators/workload). */
  readonly capacity: number | null;
  /** RUNNING until it takes the first record. */
  readonly warmUp: number;
  /** Whether it publishes streaming metrics at all (`forEachBatch`), and its consumer lag (`emitConsumerLagMetrics`). */
  readonly metrics: boolean;
  readonly consumerLag: boolean;
}

export const usual: Fate = {
  startAfter: null,
  end: null,
  stopAfter: null,
  capacity: null,
  warmUp: 0,
  metrics: true,
  consumerLag: false,
};

const exited = 'Command failed with exit code 1';

type Directive = (seconds: number | null, text: string | null) => Partial<Fate>;

const directives: { readonly [name: string]: Directive } = {
  'fail-after': (seconds, text) => ({ end: { state: 'FAILED', after: seconds ?? 0, message: text ?? exited } }),
  'crash-loop': (seconds, text) => ({ end: { state: 'FAILED', after: seconds ?? 20, message: text ?? exited } }),
  'finish-after': (seconds) => ({ end: { state: 'SUCCEEDED', after: seconds ?? 0, message: null } }),
  'slow-stop': (seconds) => ({ stopAfter: seconds ?? 600 }),
  'start-after': (seconds) => ({ startAfter: seconds ?? 0 }),
  'never-starts': () => ({ startAfter: Number.POSITIVE_INFINITY }),
  stalled: () => ({ capacity: 0 }),
  capacity: (perSecond) => ({ capacity: perSecond ?? 0 }),
  'warm-up': (seconds) => ({ warmUp: seconds ?? 120 }),
  'no-metrics': () => ({ metrics: false }),
  'consumer-lag': () => ({ consumerLag: true }),
};

/** Reads all `# emulator: …` (or `// emulator: …`) lines of a script. A line that says nothing known fails the run, so that a typo shows. */
export function fateOf(script: string): Fate {
  let fate = usual;
  for (const [, line = ''] of script.matchAll(/^\s*(?:#|\/\/)\s*emulator:\s*(.*?)\s*$/gm)) {
    const [, name = '', seconds, text] = /^([a-z-]+)(?:\s+(\d+(?:\.\d+)?))?(?:\s+"([^"]*)")?$/.exec(line) ?? [];
    const directive = directives[name];
    if (!directive)
      return { ...usual, end: { state: 'FAILED', after: 0, message: `emulator: unknown directive: ${line}` } };
    fate = { ...fate, ...directive(seconds === undefined ? null : Number(seconds), text ?? null) };
  }
  return fate;
}
