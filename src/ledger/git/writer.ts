import { setTimeout as delay } from 'node:timers/promises';
import { RolloutError } from '../../model/error.js';
import { makeCommits } from './commits.js';
import { heads } from './heads.js';
import { type Answer, push } from './push.js';
import type { Scratch } from './scratch.js';

/** A change of one ref, from exactly `expected` (null: it must not exist). */
export interface Change {
  readonly ref: string;
  readonly expected: string | null;
  readonly message: string;
  readonly files: { readonly [name: string]: string };
}

/** The new commit, or null: somebody else's stands there. */
export type Landed = string | null;

/** Writes of one moment are gathered for this long, so that they share a push. Real milliseconds. */
const gatherMs = 10;
/** Refs of one push: their names stand in the arguments of one command. */
const refsAtOnce = process.platform === 'win32' ? 100 : 1000;
/** Pauses before the same push is sent again after a lost answer, in seconds of the real clock. Repeating it is harmless. */
const pauses = [0.2, 1, 3];

interface Waiting {
  readonly change: Change;
  resolve(landed: Landed): void;
  reject(error: unknown): void;
}

/** A change with its commit, until its answer is known. */
interface Sent extends Waiting {
  readonly oid: string;
  /** Why the answer is not known, in git's words. */
  readonly doubt: string;
}

export interface Writer {
  write(change: Change): Promise<Landed>;
  /** Pushes sent so far. */
  readonly pushes: number;
  /** Resolves when nothing waits and no push is in flight. */
  idle(): Promise<void>;
}

/** The one writer of a process: at most one push in flight; what comes meanwhile goes out together in the next. `signal`: the process ends now. */
export function writerOf(
  scratch: Scratch,
  now: () => number,
  has: (oid: string) => boolean,
  signal?: AbortSignal,
): Writer {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let pushes = 0;

  async function drainQueue(): Promise<void> {
    while (waiting.length > 0) {
      await delay(gatherMs);
      const group = nextGroup();
      try {
        await land(group);
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    running = null;
  }

  /** The oldest change of each ref: a second change of a ref waits for the answer to the first. */
  function nextGroup(): Waiting[] {
    const refs = new Set<string>();
    const group = waiting.filter(
      ({ change }) => refs.size < refsAtOnce && !refs.has(change.ref) && refs.add(change.ref),
    );
    waiting = waiting.filter((one) => !group.includes(one));
    return group;
  }

  async function land(group: readonly Waiting[]): Promise<void> {
    // A parent that was never read here cannot be built on; whoever asks for it has an old view.
    const stale = group.filter(({ change }) => change.expected !== null && !has(change.expected));
    for (const one of stale) one.resolve(null);
    const fresh = group.filter((one) => !stale.includes(one));
    if (fresh.length === 0) return;
    const drafts = fresh.map(({ change }) => ({
      parent: change.expected,
      message: change.message,
      files: change.files,
    }));
    const oids = await makeCommits(scratch, drafts, now());
    let open: readonly Sent[] = fresh.map((one, index) => ({ ...one, oid: oids[index] ?? '', doubt: '' }));
    for (const pause of [...pauses, null]) {
      open = await send(open);
      if (open.length === 0) return;
      // No git is started any more: what became of it stays unknown.
      if (pause === null || signal?.aborted) break;
      await delay(pause * 1000);
    }
    for (const one of open) one.reject(unknown(one));
  }

  /** Sends a group once and answers with the changes whose fate is still not known. */
  async function send(group: readonly Sent[]): Promise<readonly Sent[]> {
    pushes += 1;
    const answers = await push(
      scratch,
      group.map(({ change, oid }) => ({ ref: change.ref, expected: change.expected, oid })),
    );
    const doubtful: Sent[] = [];
    for (const one of group) {
      if (answers.get(one.change.ref)?.state === 'landed') one.resolve(one.oid);
      else doubtful.push(one);
    }
    return doubtful.length === 0 ? [] : settle(doubtful, answers);
  }

  /** Reads the refs again: what stands there tells what became of a push without a clear answer. */
  async function settle(group: readonly Sent[], answers: ReadonlyMap<string, Answer>): Promise<readonly Sent[]> {
    let found: ReadonlyMap<string, string>;
    try {
      found = await heads(
        scratch.git,
        group.map(({ change }) => change.ref),
      );
    } catch (error) {
      // As unknown as before: sending the same commits again tells.
      return group.map((one) => ({ ...one, doubt: (error as Error).message }));
    }
    const open: Sent[] = [];
    for (const one of group) {
      const stands = found.get(one.change.ref) ?? null;
      const answer = answers.get(one.change.ref);
      if (stands === one.oid) one.resolve(one.oid);
      else if (stands !== one.change.expected) one.resolve(null);
      else if (answer?.state === 'refused') one.reject(refused(one, answer.reason));
      else
        open.push({ ...one, doubt: answer?.state === 'unknown' ? answer.reason : 'another push was at the same ref' });
    }
    return open;
  }

  return {
    write: (change) =>
      new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject });
        running ??= drainQueue();
      }),
    get pushes() {
      return pushes;
    },
    idle: async () => {
      while (running) await running;
    },
  };
}

function refused(one: Sent, reason: string): RolloutError {
  return new RolloutError(
    'ledger-write-refused',
    `${one.change.ref} was not written: the git host refused it: ${reason}.`,
    {
      next: 'Allow pushes to refs/stream-rollout/* for the token in use, or set `ledger` to another repository.',
    },
  );
}

function unknown(one: Sent): RolloutError {
  return new RolloutError(
    'ledger-write-unknown',
    `It is not known whether ${one.change.ref} was written: the git host gave no clear answer: ${one.doubt}.`,
    {
      class: 'transient',
      next: 'Run `stream-rollout resume`: it reads the ledger again before anything is done.',
    },
  );
}
