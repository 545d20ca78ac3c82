import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import type { Plan } from '../../src/model/plan.js';
import type { Report } from '../../src/model/report.js';
import { cli } from './harness/cli.js';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';

interface Status {
  readonly jobs: readonly { readonly [name: string]: unknown }[];
}
interface Log {
  readonly entries: readonly { readonly at: string; readonly message: string }[];
}
interface Failure {
  readonly kind: 'error' | 'validate';
  readonly code: string;
  readonly message: string;
  readonly next: string | null;
  readonly errors: readonly { readonly line: number; readonly field: string }[];
}

const files = { [manifestPath]: manifest({ clicks: glueJob('clicks') }), 'glue/clicks.py': script('clicks 1') };
const changed = { 'glue/clicks.py': script('clicks 2') };

/** A checkout of the last commit on somebody's machine, and the CLI in it. */
async function machine(stage: Stage, depth = 0) {
  const directory = await stage.checkout((await stage.repo.head()) ?? '', depth);
  const { GITHUB_TOKEN: _, GITHUB_API_URL: _api, ...env } = stage.cloud.env;
  return {
    directory,
    run: <Document = Report>(...args: readonly string[]) => cli<Document>(directory, env, ...args),
  };
}

describe('the CLI', () => {
  scenario('never takes the fast clock of a local cloud for a real one', async (stage) => {
    await stage.repo.commit(files);
    const { directory } = await machine(stage);
    const { GITHUB_API_URL: _, AWS_ENDPOINT_URL_STS: _sts, ...env } = stage.cloud.env;
    const told = await cli<Failure>(directory, env, 'apply');
    expect([told.code, told.document.code]).toEqual([4, 'clock-rate-refused']);
    expect(told.document.message).toContain('AWS_ENDPOINT_URL_STS');
    expect(await stage.cloud.requests()).toEqual([]);
  });

  scenario('plans, applies what was planned, tells the status and the history', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks']);
    await stage.repo.commit(files);
    const here = await machine(stage);

    const valid = await here.run<Failure>('validate');
    expect([valid.code, valid.document.errors]).toEqual([0, []]);
    const detected = await here.run<Plan>('detect');
    expect(detected.code).toBe(0);
    expect((await stage.cloud.requests()).map(({ operation }) => operation)).toEqual(['CreateJob']);

    const out = join(stage.folder, 'out');
    const planned = await here.run<Plan>('plan', '--out', out);
    expect(planned.code).toBe(0);
    expect(planned.document.jobs).toMatchObject([{ job: 'clicks', action: 'roll-out', strategy: 'create' }]);
    expect(JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8'))).toEqual(planned.document);
    expect(await stage.cloud.writes()).toEqual(['glue.CreateJob']);

    const applied = await here.run('apply', '--plan-file', join(out, 'plan.json'), '--wait-for-minutes', '6000');
    expect([applied.code, applied.document.jobs.map(({ outcome }) => outcome)]).toEqual([0, ['succeeded']]);
    expect(applied.stderr).toContain('Plan for production');

    const status = await here.run<Status>('status');
    const run = applied.document.jobs[0]?.runAfter;
    expect(status.document.jobs).toMatchObject([
      { environment: 'production', job: 'clicks', run, state: 'running', lastOutcome: 'succeeded', open: null },
    ]);
    const history = await here.run<Log>('log');
    const told = history.document.entries.map(({ at, message }) => `${at} ${message}`);
    expect(told.at(0)).toContain('close rollout 1: succeeded');
    expect(told.at(-1)).toContain('open rollout 1 (create)');
  });

  scenario('refuses a plan that is stale', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks']);
    await stage.push(files);
    await stage.repo.commit(changed);
    const here = await machine(stage);
    const out = join(stage.folder, 'out');
    await here.run<Plan>('plan', '--out', out);
    await stage.push({ 'glue/clicks.py': script('clicks 3') });
    await stage.cloud.forget();

    const stale = await here.run<Failure>('apply', '--plan-file', join(out, 'plan.json'));
    expect(stale.code).toBe(3);
    expect(stale.document).toMatchObject({ kind: 'error', code: 'plan-stale' });
    expect(stale.document.message).toContain('clicks');
    expect(stale.document.next).toContain('Make a new plan');
    expect(await stage.cloud.writes()).toEqual([]);
  });

  scenario('goes back to the revision that ran before, which the next commit does not bring back', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks']);
    const first = await stage.push(files);
    const second = await stage.push(changed);
    const here = await machine(stage);

    const whole = await here.run<Failure>('rollback');
    expect([whole.code, whole.document.code]).toEqual([4, 'input-invalid']);

    const shown = await here.run<Plan>('plan', '--rollback-to', 'previous', '--jobs', 'clicks');
    expect(shown.document.jobs).toMatchObject([{ job: 'clicks', desired: { revision: first.job('clicks').revision } }]);

    const refused = await here.run('rollback', '--jobs', 'clicks');
    expect(refused.code).toBe(3);
    expect(refused.document.jobs).toMatchObject([{ outcome: 'refused', code: 'rollback-unsafe' }]);
    expect(refused.document.jobs[0]?.next).toContain('accept unsafe-rollback');

    const consent = ['--accept', 'unsafe-rollback', '--wait-for-minutes', '6000'];
    const back = await here.run('rollback', '--jobs', 'clicks', ...consent);
    expect(back.code).toBe(0);
    expect(back.document.jobs).toMatchObject([
      { outcome: 'succeeded', revision: first.job('clicks').revision, runBefore: second.job('clicks').runAfter },
    ]);
    const runs = await stage.cloud.runs('glue');
    const running = runs.find(({ state }) => state === 'RUNNING');
    const objects = await stage.cloud.objects();
    expect(objects[String(running?.['scriptLocation']).replace('s3://', '')]).toBe(files['glue/clicks.py']);

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect([docs.outcomes, docs.writes]).toEqual([{ clicks: 'quarantined' }, []]);
  });

  scenario('uses a ledger in a folder', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks']);
    await stage.repo.commit(files);
    const here = await machine(stage, 1);
    const ledger = ['--ledger', `file:${join(stage.folder, 'ledger')}`];
    const applied = await here.run('apply', ...ledger, '--wait-for-minutes', '6000');
    expect(applied.document.jobs.map(({ outcome }) => outcome)).toEqual(['succeeded']);
    const again = await here.run('apply', ...ledger);
    expect(again.document.jobs.map(({ outcome }) => outcome)).toEqual(['unchanged']);
    expect(await stage.repo.ledger()).toEqual({});
  });

  scenario('tells errors as documents: bad flags, a bad manifest, no manifest', async (stage) => {
    await stage.repo.commit({ [manifestPath]: files[manifestPath]?.replace('workers: 2', 'workers: many') ?? '' });
    const here = await machine(stage);
    const bad = await here.run<Failure>('plan');
    expect([bad.code, bad.document.kind]).toEqual([4, 'validate']);
    expect(bad.document.errors).toMatchObject([{ field: 'jobs.clicks.target.workers' }]);
    const missing = await here.run<Failure>('plan', '--manifest', 'nowhere.yml');
    expect([missing.code, missing.document.code]).toEqual([4, 'manifest-not-found']);
    const flag = await here.run<Failure>('apply', '--on-drift', 'ignore');
    expect([flag.code, flag.document.code]).toEqual([4, 'input-invalid']);
    expect((await stage.cloud.requests()).length).toBe(0);
  });
});
