import type { Config, World } from './application.js';

/** How a program fares, as written in its code object (README.md). Times in seconds. */
export interface Fate {
  /** Text of the error with which a start or an update into it ends. */
  readonly fails: string | null;
  readonly stopSeconds: number | null;
  readonly updateSeconds: number | null;
  /** The job restarts so often, and never takes a record. */
  readonly loopSeconds: number | null;
  /** It takes nothing any more from so long after its start. */
  readonly stallsAfter: number | null;
  /** Records that it can take a second; null: as the workload says. */
  readonly capacity: number | null;
  readonly warmUp: number;
  /** Which connector reports how far it is behind. */
  readonly source: 'kinesis' | 'kafka' | 'none';
}

const sources = ['kinesis', 'kafka', 'none'] as const;

/** Reads the `# emulator:` lines of a code object. */
export function fateOf(config: Config, world: World): Fate {
  const text = world.readCode(bucketOf(config), config.code.key) ?? '';
  const told = (word: string) => new RegExp(`^# emulator: ${word}(?: (.+))?$`, 'm').exec(text);
  const number = (word: string, usual: number) => {
    const found = told(word);
    return found === null ? null : Number(found[1] ?? usual);
  };
  return {
    fails: told('fail')?.[1] ?? null,
    stopSeconds: number('slow-stop', 600),
    updateSeconds: number('slow-update', 600),
    loopSeconds: number('crash-loop', 20),
    stallsAfter: told('stalled') === null ? number('stalls-after', 90) : 0,
    capacity: number('capacity', 0),
    warmUp: number('warm-up', 120) ?? 0,
    source: sources.find((one) => one === told('source')?.[1]) ?? 'kinesis',
  };
}

export function bucketOf(config: Config): string {
  return config.code.bucketArn.split(':').at(-1) ?? '';
}
