import { rename } from 'node:fs/promises';
import { describe, expect } from '@jest/globals';
import type { JobReport, Report } from '../../src/model/report.js';
import { cli } from './harness/cli.js';
import { kinds } from './harness/faults.js';
import { defineGlueJobs, glueJob, manifest, manifestPath, script, verify } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { withNames } from './harness/told.js';
import { until } from './harness/until.js';

const files = {
  [manifestPath]: manifest({ clicks: glueJob('clicks') }),
  'glue/clicks.py': script('clicks 0', 'slow-stop 1800'),
};
const oneRunning = async (stage: Stage) =>
  Object.values(await stage.cloud.states('glue')).filter((state) => state !== 'STOPPED');

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next: string | null;
}

/** A ledger in Cloud Storage: the Glue job's own upload goes to S3, so every write there is the ledger's. */
async function apply<Document>(stage: Stage, version: number) {
  await stage.repo.commit({ 'glue/clicks.py': script(`clicks ${version}`) });
  const directory = await stage.checkout((await stage.repo.head()) ?? '');
  const { GITHUB_TOKEN: _, ...env } = stage.cloud.env;
  const ledger = ['--ledger', 'gs://acme-ledger/streams', '--wait-for-minutes', '6000'];
  return cli<Document>(directory, env, 'apply', ...ledger);
}

async function applied(stage: Stage, version: number): Promise<{ code: number | null; job: JobReport | undefined }> {
  const { code, document } = await apply<Report>(stage, version);
  return { code, job: document.jobs[0] };
}

async function startedInBucket(stage: Stage): Promise<string> {
  await fetch(`${stage.cloud.services['storage']}/storage/v1/b/acme-ledger`);
  await defineGlueJobs(stage.cloud, ['clicks']);
  await stage.repo.commit(files);
  const { code, job } = await applied(stage, 0);
  expect([code, job?.outcome]).toEqual([0, 'succeeded']);
  return job?.runAfter ?? 'no run';
}

describe('a fault of the store that holds the ledger', () => {
  scenario('that passes, at any write of the rollout: it goes on, with one start', async (stage) => {
    await startedInBucket(stage);
    let version = 0;
    // The first writes prove that the store can be written and open the rollout; later ones are outcomes and the close.
    for (const nth of [1, 3, 5]) {
      for (const kind of [
        '503 before the effect',
        '503 after the effect',
        'connection cut before the effect',
        'connection cut after the effect',
        '429 without a time',
      ] as const) {
        await stage.cloud.clearFaults();
        await stage.cloud.fault({ service: 'storage', operation: '*', writes: true, nth, ...kinds[kind] });
        const before = (await stage.cloud.runs('glue')).length;
        version += 1;
        const { code, job } = await applied(stage, version);
        const fresh = (await stage.cloud.runs('glue')).length - before;
        const [met] = await stage.cloud.faults();
        expect({ nth, kind, code, outcome: job?.outcome, fresh, met: (met?.fired ?? 0) > 0 }).toEqual({
          nth,
          kind,
          code: 0,
          outcome: 'succeeded',
          fresh: 1,
          met: true,
        });
        expect(await oneRunning(stage)).toEqual(['RUNNING']);
      }
    }
  });

  scenario('that stays, before anything is opened: nothing is touched', async (stage) => {
    const old = await startedInBucket(stage);
    await stage.cloud.fault({
      ...{ service: 'storage', operation: '*', writes: true },
      ...{ when: 'before', effect: 'status', status: 503, times: 10_000 },
    });
    const { code, document } = await apply<Failure>(stage, 1);
    const all = `${document.code}, exit ${code}\n${document.message}\nNext: ${document.next}`;
    expect(withNames(all, { old })).toBe(`ledger-unreachable, exit 3
objects.insert gs://acme-ledger/streams/writable.json: no clear answer came (Injected: 503). No streaming job was touched.
Next: Check the network between the runner and the store if this goes on, and run the same command again: stream-rollout apply --ledger gs://acme-ledger/streams`);
    expect(await stage.cloud.states('glue')).toEqual({ [old]: 'RUNNING' });
  });
});

describe('the git host that holds the ledger', () => {
  // Slow enough for the last look at the ledger to be too old when the old run has stopped: that goes by the real clock.
  scenario(
    'is away while the old run stops: the rollout waits in the gap, and goes on when it is back',
    async (stage) => {
      await defineGlueJobs(stage.cloud, ['clicks']);
      const first = await stage.push({ ...files, 'glue/clicks.py': script('clicks 0', 'slow-stop 1500') });
      const old = first.job('clicks').runAfter ?? '';
      const seen = async () => Object.values(await stage.cloud.states('glue'));
      const away = `${stage.repo.origin}.away`;
      const outage = (async () => {
        await until('the old run is stopping', seen, (all) => all.includes('STOPPING'));
        await rename(stage.repo.origin, away);
        await until('the old run has stopped', seen, (all) => all.includes('STOPPED'));
        await new Promise((resolve) => setTimeout(resolve, 3000));
        const during = await seen();
        await rename(away, stage.repo.origin);
        return during;
      })();
      const done = await stage.push({ 'glue/clicks.py': script('clicks 1') });
      // Without the ledger nobody knows who holds the rollout, and Glue does not fence a start.
      expect(await outage).toEqual(['STOPPED']);
      expect([done.code, done.outcomes]).toEqual([0, { clicks: 'succeeded' }]);
      expect(done.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(1);
      expect((await stage.cloud.states('glue'))[old]).toBe('STOPPED');
    },
    60,
  );
});

describe('clocks that do not agree', () => {
  // The tool's host is ahead of, or behind, the engine and the git host: Date is moved in its processes alone.
  for (const hours of [-30, 30]) {
    scenario(
      `the tool is ${Math.abs(hours)} hours ${hours < 0 ? 'behind' : 'ahead'}: the rollout converges, with one start`,
      async (stage) => {
        await defineGlueJobs(stage.cloud, ['clicks']);
        // The gate has no say: its samples are asked for by the tool's own clock, so there are none.
        const gates = [{ signal: 'throughput', min: 0, advisory: true }];
        const job = glueJob('clicks', {}, { verify: { ...verify, gates } });
        const first = await stage.push({ ...files, [manifestPath]: manifest({ clicks: job }) });
        const skew = `data:text/javascript,const real=Date.now,by=${hours * 3_600_000};const D=Date;globalThis.Date=class extends D{constructor(...a){a.length===0?super(real()+by):super(...a)}static now(){return real()+by}};`;
        const env = { NODE_OPTIONS: `--import=${skew.replaceAll(' ', '%20')}` };
        const seen = async () => Object.values(await stage.cloud.states('glue'));
        const when = async () => void (await until('the old run is stopping', seen, (all) => all.includes('STOPPING')));
        const cut = await stage.push(
          { 'glue/clicks.py': script('clicks 1') },
          { env, interrupt: { how: 'kill', when } },
        );
        const next = await stage.push({ 'docs/page.md': 'x\n' });
        expect(next.outcomes).toEqual({ clicks: 'succeeded' });
        const again = await stage.push({ 'glue/clicks.py': script('clicks 2') }, { env });
        expect(again.outcomes).toEqual({ clicks: 'succeeded' });
        const apart =
          Date.parse(again.job('clicks').steps[0]?.startedAt ?? '') - Date.parse(again.requests[0]?.at ?? '');
        expect(Math.sign(apart)).toBe(Math.sign(hours));
        const calls = [...cut.writes, ...next.writes, ...again.writes].filter((call) => call === 'glue.StartJobRun');
        expect(calls).toHaveLength(2);
        expect(await oneRunning(stage)).toEqual(['RUNNING']);
        expect(first.outcomes).toEqual({ clicks: 'succeeded' });
      },
    );
  }
});
