import { isDeepStrictEqual } from 'node:util';

/** Something that the story promises, and whether it was so. */
export interface Check {
  readonly text: string;
  readonly held: boolean;
  /** What was found instead; empty where it held. */
  readonly found: string;
}

/** A command as a user would type it, with what it printed. */
export interface Typed {
  readonly command: string;
  readonly exitCode: number;
  readonly output: string;
}

/** An annotation as the check run of the commit shows it. */
export interface Shown {
  readonly file: string;
  readonly line: number;
  readonly level: string;
  readonly title: string;
  readonly message: string;
}

/** One chapter of the demo, as printed and as `--json` gives it. */
export interface DemoStep {
  readonly title: string;
  readonly text: string;
  readonly commands: readonly Typed[];
  readonly annotations: readonly Shown[];
  readonly checks: readonly Check[];
}

/** The one document of `demo --json`. `page` is null where the story did not get to its end. */
export interface DemoDocument {
  readonly version: 1;
  readonly kind: 'demo';
  readonly exitCode: number;
  readonly seconds: number;
  readonly page: string | null;
  /** Folder with the repositories, the ledger and the files of every call; null unless `--keep` was given. */
  readonly kept: string | null;
  readonly steps: readonly DemoStep[];
}

/** Holds where `found` is deeply equal to `wanted`. */
export function same(text: string, found: unknown, wanted: unknown): Check {
  const held = isDeepStrictEqual(found, wanted);
  return { text, held, found: held ? '' : `found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}` };
}

/** Holds where the condition does; `found` says what was there instead. */
export function holds(text: string, held: boolean, found: unknown): Check {
  return { text, held, found: held ? '' : `found ${typeof found === 'string' ? found : JSON.stringify(found)}` };
}
