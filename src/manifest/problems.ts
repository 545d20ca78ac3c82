import type { Code } from '../model/codes/index.js';
import type { Position } from '../model/position.js';

/** One error of a manifest (INTERFACE 5, `validate`). Lines and columns count from 1; `field` is the path in the file. */
export interface ManifestError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly message: string;
  readonly code: Code;
}

interface Problem {
  readonly code: Code;
  readonly at: Position;
  readonly field: string;
  readonly message: string;
  /** The job in which a shared declaration (an instance's, a default, an overlay) is wrong. */
  readonly job?: string | undefined;
}

/** Collects what is wrong, so that all of it can be told at once. */
export interface Problems {
  add(problem: Problem): void;
  /** Tells which jobs a `for-each` stands for: what is wrong in all of them is wrong in the declaration. */
  instances(of: string, keys: readonly string[]): void;
  /** How many were added so far, repeated ones too. */
  readonly count: number;
  /** In the order of the files and lines; the same mistake seen in many jobs is told once, naming them. */
  all(files: readonly string[]): readonly ManifestError[];
}

export function problems(): Problems {
  const found = new Map<string, { problem: Problem; jobs: Set<string> }>();
  let added = 0;
  const declared = new Map<string, readonly string[]>();
  return {
    add: (problem) => {
      added += 1;
      const { at, field, message, code } = problem;
      const key = JSON.stringify([at.file, at.line, at.column, field, code, message]);
      const same = found.get(key) ?? { problem, jobs: new Set<string>() };
      if (problem.job !== undefined) same.jobs.add(problem.job);
      found.set(key, same);
    },
    instances: (of, keys) => {
      declared.set(of, keys);
    },
    get count() {
      return added;
    },
    all: (files) => {
      const order = (file: string) => (files.includes(file) ? files.indexOf(file) : files.length);
      return [...found.values()]
        .map(({ problem: { at, field, message, code }, jobs }) => ({
          ...{ file: at.file, line: at.line, column: at.column },
          ...{ field: visible(field), message: visible(`${named(jobs, field, declared)}${message}`), code },
        }))
        .sort(
          (a, b) => order(a.file) - order(b.file) || compare(a.file, b.file) || a.line - b.line || a.column - b.column,
        );
    },
  };
}

/** Names the jobs that a mistake shows up in, unless the field already does. */
function named(jobs: ReadonlySet<string>, field: string, declared: ReadonlyMap<string, readonly string[]>): string {
  const all = declared.get(/^jobs\.([^.]*)\./.exec(field)?.[1] ?? '');
  if (all?.every((key) => jobs.has(key))) return '';
  const [first, second, ...rest] = jobs;
  if (first === undefined || (second === undefined && `.${field}.`.includes(`.jobs.${first}.`))) return '';
  if (second === undefined) return `${first}: `;
  if (rest.length === 0) return `${first} and ${second}: `;
  return `${first} and ${jobs.size - 1} more jobs: `;
}

/** Text of the manifest ends up in terminals and annotations: control characters are shown, not sent. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
