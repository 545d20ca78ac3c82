import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open.js';
import type { LedgerOptions } from '../../src/ledger/options.js';
import type { JobRecord } from '../../src/model/record.js';
import { clockOf } from '../../src/rollout/clock.js';

/** Folders and ledgers of one test, taken away after it. */
export class World {
  private readonly folders: string[] = [];
  private readonly ledgers: Ledger[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-test-'));
    this.folders.push(folder);
    return folder;
  }

  /** A bare repository, as a git host has it. */
  host(): string {
    const folder = join(this.folder(), 'host.git');
    git(this.folder(), 'init', '--quiet', '--bare', folder);
    return folder;
  }

  /** A checkout with one commit and the remote `origin`. */
  checkout(url: string): string {
    const folder = this.folder();
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'first');
    git(folder, 'remote', 'add', 'origin', url);
    return folder;
  }

  async open(url: string, cwd: string, more: Partial<LedgerOptions> = {}): Promise<Ledger> {
    const ledger = await openLedger(url, { cwd, clock: clockOf(), env: process.env, ...more });
    this.ledgers.push(ledger);
    return ledger;
  }

  async end(): Promise<void> {
    for (const ledger of this.ledgers.splice(0)) await ledger.close();
    for (const folder of this.folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgSign=false'];

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', [...identity, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function record(job: string, more: Partial<JobRecord> = {}): JobRecord {
  return {
    format: 1,
    counter: 1,
    name: 'acme',
    environment: 'production',
    job,
    engine: 'glue',
    place: 'eu-west-1',
    names: [job],
    n: 1,
    rollout: 'a1b2c3',
    revision: 'r1-0123456789abcdef',
    commit: null,
    holder: { name: 'host/1', workflow: null, process: null, nonce: 'nonce-1' },
    lease: null,
    direction: 'forward',
    undoReason: null,
    ready: null,
    predecessor: null,
    plan: null,
    journal: [],
    verifying: null,
    verdict: null,
    gap: { lastBefore: null, firstAfter: null },
    good: null,
    goods: [],
    quarantined: [],
    trailing: [],
    closed: null,
    openedAt: '2026-11-22T00:00:00.000Z',
    workflowUrl: null,
    ...more,
  };
}

export const good = {
  revision: 'r1-0123456789abcdef',
  codeDigest: 'c0de',
  settingsDigest: null,
  target: { workers: 3, arguments: { '--token': '${secret.TOKEN}', '--text': 'zwölf\n\u0000 "quoted"' } },
  artifact: { kind: 'files', digest: 'c0de', mutable: false },
  runId: 'jr_1',
  commit: null,
  rollout: 'a1b2c3',
  n: 1,
  slot: null,
  snapshot: null,
  at: '2026-11-22T00:00:00.000Z',
} as const;

/** Head of a write that must have landed. */
export function headOf(swap: Awaited<ReturnType<Ledger['write']>>): string {
  if (swap.landed) return swap.head;
  throw new Error(`the write did not land; ${swap.now?.record.holder?.nonce} stands there`);
}
