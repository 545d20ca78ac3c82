import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { Holder } from '../../src/model/record.js';
import { type AttemptState, holderOf, leaseFrom, leaseSeconds, mayTakeOver } from '../../src/rollout/holder.js';
import { recordOf } from './kit.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const live = leaseFrom(now);
const expired = leaseFrom(now - (leaseSeconds + 1) * 1000);

function workflow(runId: string, attempt: number, nonce = `${runId}-${attempt}`): Holder {
  return {
    name: nonce,
    workflow: { repository: 'acme/streams', runId, attempt, server: 'https://github.com' },
    process: null,
    nonce,
  };
}

function onHost(host: string, pid: number): Holder {
  return { name: `${host}/${pid}`, workflow: null, process: { host, pid, startedAt: '' }, nonce: `${host}-${pid}` };
}

const me = workflow('7', 2);
const here = onHost(hostname(), process.pid);
/** No process has this id: it is above what Linux, macOS and Windows give out. */
const noPid = 2 ** 30;

describe('who may take an open rollout over', () => {
  const rows: readonly (readonly [
    string,
    Holder | null,
    string,
    Awaited<ReturnType<AttemptState>>,
    Holder,
    boolean,
  ])[] = [
    ['nobody holds it', null, live, 'active', me, true],
    ['it is ours already', me, live, 'active', me, true],
    ['its workflow attempt is completed', workflow('6', 1), live, 'completed', me, true],
    ['its workflow attempt is at work', workflow('6', 1), live, 'active', me, false],
    ['its attempt is at work, though its lease has expired', workflow('6', 1), expired, 'active', me, false],
    ['an earlier attempt of this very run', workflow('7', 1), live, 'active', me, true],
    ['a later attempt of this run is at work', workflow('7', 3), live, 'active', me, false],
    ['this attempt, by another of its jobs', workflow('7', 2, 'matrix-2'), live, 'active', me, false],
    ['its attempt cannot be looked up, and its lease lives', workflow('6', 1), live, 'unknown', me, false],
    ['its attempt cannot be looked up, and its lease has expired', workflow('6', 1), expired, 'unknown', me, true],
    ['its process is gone from this host', onHost(hostname(), noPid), live, 'unknown', here, true],
    ['its process lives on this host', { ...here, nonce: 'other' }, live, 'unknown', here, false],
    ['a process on another host, lease alive', onHost('elsewhere', noPid), live, 'unknown', here, false],
    ['a process on another host, lease expired', onHost('elsewhere', 1), expired, 'unknown', here, true],
  ];
  it.each(rows)('%s', async (_name, holder, lease, state, asking, yes) => {
    const record = { ...recordOf('restart'), holder, lease };
    expect((await mayTakeOver(record, asking, async () => state, now)).yes).toBe(yes);
  });

  it.each([
    ['a runner that ends with its attempt', true, true],
    ['a runner whose process may outlive it', undefined, false],
  ] as const)('a completed attempt on %s proves the process dead or not', async (_name, endsWithAttempt, dead) => {
    const of = (runId: string, attempt: number) => ({
      ...workflow(runId, attempt),
      ...(endsWithAttempt && { endsWithAttempt }),
    });
    for (const holder of [of('6', 1), of('7', 1)]) {
      const record = { ...recordOf('restart'), holder, lease: live };
      const may = await mayTakeOver(record, me, async () => 'completed', now);
      expect([may.yes, may.dead]).toEqual([true, dead]);
    }
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('a process that ended is gone, though its parent has not asked about it yet', async () => {
    // The shell becomes, before the child ends, a program that never asks about a child that it inherits.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const stateOf = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
      while (stateOf() !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10));
      const record = { ...recordOf('restart'), holder: onHost(hostname(), pid), lease: live };
      expect((await mayTakeOver(record, here, async () => 'unknown', now)).yes).toBe(true);
    } finally {
      parent.kill();
    }
  });

  it('says why not, by the name of the holder', async () => {
    const record = { ...recordOf('restart'), holder: workflow('6', 1), lease: live };
    expect((await mayTakeOver(record, me, async () => 'active', now)).why).toBe('held by 6-1');
  });

  it('gives every process a name for people and a nonce of its own', () => {
    const where = { workflow: me.workflow, pid: 1, startedAt: '' };
    const [one, two] = [holderOf(where), holderOf(where)];
    expect(one.nonce).not.toBe(two.nonce);
    expect(one.name).toBe('https://github.com/acme/streams/actions/runs/7/attempts/2');
    expect(holderOf({ ...where, workflow: null }).name).toBe(`${hostname()}/1`);
  });
});
