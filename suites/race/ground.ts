import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, openCloud } from '../../__tests__/e2e/harness/cloud.js';
import { node24 } from '../../__tests__/e2e/harness/dist.js';
import { pushed } from '../../__tests__/e2e/harness/events.js';
import { type Files, newRepo, type Repo } from '../../__tests__/e2e/harness/repo.js';
import { environmentOf } from '../../__tests__/e2e/harness/runner.js';
import type { LogEntry } from '../../src/ledger/ledger.js';
import { command } from '../support/command.js';
import { built } from '../support/paths.js';
import { type Racer, startAction, startCli } from './racer.js';

/** A repository, a local cloud and one ledger, on which many processes meet. */
export interface Ground {
  readonly cloud: LocalCloud;
  readonly repo: Repo;
  commit(files: Files): Promise<void>;
  /** A person's command, in a checkout of its own. */
  cli(args: readonly string[]): Promise<Racer>;
  /** A workflow's step for the last commit, in a checkout of its own; `jobs` empty: all. */
  action(jobs?: string): Promise<Racer>;
  /** Entries of the ledger by job, oldest first. */
  history(): Promise<Histories>;
  /** Holds calls up by the cloud's clock: `before`, their effect comes late, whatever has become of the caller; `after`, their answer. */
  delay(service: string, operation: string, when: 'before' | 'after', seconds: number, times?: number): Promise<void>;
  /** How many calls were held up. */
  held(): Promise<number>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

export type Histories = { readonly [job: string]: readonly LogEntry[] };

export type LedgerKind = 'git' | 'file' | 's3' | 'gs';

const repository = 'acme/streams';

/** `rate`: how many times as fast as the real one the cloud's clock runs. Ten processes on two cores need many seconds. */
export async function openGround(kind: LedgerKind, rate = 100): Promise<Ground> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'race-')));
  const repo = await newRepo(folder);
  const cloud = await openCloud(rate);
  await cloud.set({
    service: 'github',
    repositories: { [repository]: { directory: repo.origin, defaultBranch: 'main' } },
  });
  const ledger = await ledgerOf(kind, folder, cloud);
  const given = { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' };
  const env = { ...given, ...cloud.env };
  const racers: Racer[] = [];
  let count = 0;
  const known = <One extends Racer>(racer: One): One => {
    racers.push(racer);
    return racer;
  };
  const fresh = async () => {
    count += 1;
    const checkout = join(folder, `process-${count}`, 'checkout');
    await repo.checkout(checkout, (await repo.head()) ?? '', 1);
    return checkout;
  };
  return {
    cloud,
    repo,
    commit: async (files) => void (await repo.commit(files)),
    cli: async (args) => known(startCli([...args, '--ledger', ledger], { checkout: await fresh(), env })),
    async action(jobs = '') {
      const checkout = await fresh();
      const sha = (await repo.head()) ?? '';
      const event = pushed({ repository, sha, before: sha });
      const about = { service: 'github', repository, workflowRun: event.runId, attempt: 1, headSha: sha };
      await cloud.plant({ ...about, event: 'push', status: 'in_progress' });
      const temp = join(checkout, '..', 'temp');
      mkdirSync(temp);
      const eventPath = join(temp, 'event.json');
      writeFileSync(eventPath, JSON.stringify(event.payload));
      const inputs = { mode: 'apply', environment: 'production', ledger, jobs, 'wait-for-minutes': '6000' };
      const step = { event, inputs, repository, workspace: checkout, temp, token: 'canary-token', env: cloud.env };
      const url = `https://github.com/${repository}/actions/runs/${event.runId}/attempts/1`;
      const racer = startAction(node24, url, {
        checkout,
        env: { ...environmentOf(step), GITHUB_EVENT_PATH: eventPath },
      });
      const over = async () => void (await cloud.plant({ ...about, status: 'completed', conclusion: 'cancelled' }));
      return { ...known(racer), over };
    },
    async history() {
      const args = ['log', '--environment', 'production', '--limit', '10000', '--ledger', ledger];
      const done = await command(process.execPath, [built('cli.js'), ...args, '--json'], {
        cwd: join(folder, 'clone'),
        env,
      });
      if (done.code !== 0) throw new Error(`${done.stdout}\n${done.stderr}`);
      const { entries } = JSON.parse(done.stdout) as { entries: readonly LogEntry[] };
      const inOrder = [...entries].sort((a, b) => a.record.counter - b.record.counter);
      const jobs = new Set(entries.map(({ job }) => job));
      return Object.fromEntries([...jobs].map((job) => [job, inOrder.filter((entry) => entry.job === job)]));
    },
    delay: (service, operation, when, seconds, times = 1) =>
      cloud.fault({ service, operation, when, effect: 'delay', seconds, times }),
    async held() {
      const faults = (await (await fetch(`${cloud.control}/faults`)).json()) as readonly { fired: number }[];
      return faults.reduce((sum, { fired }) => sum + fired, 0);
    },
    clearFaults: async () => void (await fetch(`${cloud.control}/faults`, { method: 'DELETE' })),
    async close() {
      for (const racer of racers) racer.end();
      await cloud.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Address of a ledger; a store makes no bucket by being asked for what is in it. */
async function ledgerOf(kind: LedgerKind, folder: string, { services }: LocalCloud): Promise<string> {
  switch (kind) {
    case 'git':
      return 'git:origin';
    case 'file':
      return `file:${join(folder, 'ledger')}`;
    case 's3':
      await fetch(`${services['s3']}/acme-ledger`, { method: 'PUT' });
      return 's3://acme-ledger/streams';
    case 'gs':
      await fetch(`${services['storage']}/storage/v1/b/acme-ledger`);
      return 'gs://acme-ledger/streams';
  }
}
