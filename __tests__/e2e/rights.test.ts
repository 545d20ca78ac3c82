import { readFileSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import type { Logged } from './harness/cloud.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { scenario } from './harness/stage.js';

/** The right that each call takes, by the clouds' own references. */
const rights: { readonly [call: string]: readonly string[] } = {
  'dataflow.listJobs': ['dataflow.jobs.list'],
  'dataflow.getJob': ['dataflow.jobs.get'],
  'dataflow.listJobMessages': ['dataflow.messages.list'],
  // No right of its own is documented; docs/engines/dataflow.md says so.
  'dataflow.getTemplate': [],
  'dataflow.launchFlexTemplate': ['dataflow.jobs.create'],
  // What it changes (bounds, or the state that is asked for) is not in the log.
  'dataflow.updateJob': ['dataflow.jobs.updateContents', 'dataflow.jobs.cancel'],
  'storage.objects.get': ['storage.objects.get'],
  'storage.objects.insert': ['storage.objects.create'],
  'storage.objects.list': ['storage.objects.list'],
  'monitoring.listTimeSeries': ['monitoring.timeSeries.list'],
  's3.PutObject': ['s3:PutObject'],
  's3.GetObject': ['s3:GetObject'],
  's3.HeadObject': ['s3:GetObject'],
  's3.ListObjectsV2': ['s3:ListBucket'],
  'sts.GetCallerIdentity': [],
};

/** Calls of a step as rights, sorted. Throws for a call that nobody has thought of. */
function used(requests: readonly Logged[]): readonly string[] {
  return [...new Set(requests.filter(({ service }) => service !== 'github').flatMap(rightsOf))].sort();
}

function rightsOf({ service, operation }: Logged): readonly string[] {
  if (service === 'glue' || service === 'cloudwatch') return [`${service}:${operation}`];
  const right = rights[`${service}.${operation}`];
  if (right === undefined) throw new TypeError(`${service}.${operation}: its right is not known`);
  return right;
}

/** Rights that a page names between two of its texts. */
function documented(page: string, from: string, to: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = [text.indexOf(from), text.indexOf(to, text.indexOf(from) + from.length)];
  if (begin < 0 || end < 0) throw new TypeError(`${page}: no ${from} before ${to}`);
  const found = text
    .slice(begin, end)
    .matchAll(/\b((?:glue|s3|cloudwatch):[A-Z]\w+|(?:dataflow|storage)\.[a-z]+\.[a-zA-Z]+)\b/g);
  return [...new Set([...found].map(([right]) => right))];
}

const missing = (needed: readonly string[], given: readonly string[]) =>
  needed.filter((right) => !given.includes(right));

describe('the rights that the pages name', () => {
  scenario('Glue: they are what plan and apply use, and no more', async (stage) => {
    const page = 'docs/engines/glue.md';
    const plan = documented(page, 'Plan (read only):', 'Apply, in addition:');
    const apply = [...plan, ...documented(page, 'Apply, in addition:', 'Not needed:')];
    const seen = new Set<string>();
    const hold = (requests: readonly Logged[], given: readonly string[]) => {
      for (const right of used(requests)) seen.add(right);
      expect(missing(used(requests), given)).toEqual([]);
    };
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    const code = `${stage.cloud.services['s3']}/acme-code`;
    await fetch(code, { method: 'PUT' });
    await fetch(`${code}/views.py`, { method: 'PUT', body: script('views 1') });
    await stage.cloud.forget();
    const jobs = (workers: number) => ({
      [manifestPath]: manifest({
        clicks: glueJob('clicks', { tags: { team: 'clicks' }, workers }),
        views: glueJob('views', { script: 's3://acme-code/views.py', workers }),
      }),
    });
    const files = { ...jobs(2), 'glue/clicks.py': script('clicks 1') };
    const planned = await stage.push(files, { inputs: { mode: 'plan' } });
    expect(planned.code).toBe(0);
    hold(planned.requests, plan);
    const first = await stage.push({ 'docs/page.md': 'x\n' });
    expect(first.outcomes).toEqual({ clicks: 'succeeded', views: 'succeeded' });
    hold(first.requests, apply);
    const next = await stage.push(jobs(3));
    expect(next.outcomes).toEqual({ clicks: 'succeeded', views: 'succeeded' });
    hold(next.requests, apply);
    // What no call of the tool shows: S3 asks it to tell a missing object from a forbidden one.
    expect(missing(apply, [...seen, 's3:ListBucket'])).toEqual([]);
  });

  scenario('Dataflow: they are what plan and apply use, and no more', async (stage) => {
    const page = 'docs/engines/dataflow.md';
    const rows = (first: string) =>
      readFileSync(page, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`| ${first}`))
        .flatMap((line) =>
          [...line.matchAll(/`((?:dataflow|storage|monitoring)\.[a-zA-Z]+\.[a-zA-Z]+)`/g)].map(
            ([, right = '']) => right,
          ),
        );
    const [plan, apply] = [rows('plan'), [...rows('plan'), ...rows('apply')]];
    const seen = new Set<string>();
    const hold = (requests: readonly Logged[], given: readonly string[]) => {
      for (const right of used(requests)) seen.add(right);
      expect(missing(used(requests), given)).toEqual([]);
    };
    const jobs = (max: number, strategy = 'auto') => ({
      [manifestPath]: manifest({ orders: dataflowJob('orders', { workers: { max } }, { strategy, stateful: false }) }),
    });
    const files = { ...jobs(10), 'templates/orders.json': template('orders:1') };
    const planned = await stage.push(files, { inputs: { mode: 'plan' } });
    expect(planned.code).toBe(0);
    hold(planned.requests, plan);
    for (const change of [
      { 'docs/page.md': 'x\n' },
      jobs(40),
      { 'templates/orders.json': template('orders:2') },
      { ...jobs(40, 'drain-and-resubmit'), 'templates/orders.json': template('orders:33') },
      // What lies in the bucket already is compared.
      { 'templates/orders.json': template('orders:1') },
    ]) {
      const done = await stage.push(change);
      expect(done.outcomes).toEqual({ orders: 'succeeded' });
      hold(done.requests, apply);
    }
    const failed = await stage.push({
      'templates/orders.json': template('orders:444', { behaviour: 'fail-after', seconds: 20 }),
    });
    hold(failed.requests, apply);
    expect(missing(apply, [...seen])).toEqual([]);
  });

  for (const [scheme, row] of [
    ['s3', '| S3 |'],
    ['gs', '| Cloud Storage |'],
  ] as const) {
    scenario(`a ledger in ${scheme} needs no more than its row`, async (stage) => {
      const line = readFileSync('docs/ledger.md', 'utf8')
        .split('\n')
        .find((one) => one.startsWith(row) && one.includes('`'));
      const named = [...(line ?? '').matchAll(/`([\w.:]+)`/g)].map(([, right = '']) => right);
      const given = named.map((right) => (/[.:]/.test(right) ? right : `storage.objects.${right}`));
      const { s3 = '', storage = '' } = stage.cloud.services;
      if (scheme === 's3') await fetch(`${s3}/acme-ledger`, { method: 'PUT' });
      else await fetch(`${storage}/storage/v1/b/acme-ledger`);
      await defineGlueJobs(stage.cloud, ['clicks']);
      await stage.cloud.forget();
      const inputs = { ledger: `${scheme}://acme-ledger/streams` };
      const done = await stage.push(
        { [manifestPath]: manifest({ clicks: glueJob('clicks') }), 'glue/clicks.py': script('clicks 1') },
        { inputs },
      );
      expect(done.outcomes).toEqual({ clicks: 'succeeded' });
      const ours = done.requests.filter(({ path }) => path.includes('acme-ledger'));
      expect(missing(used(ours), given)).toEqual([]);
      // To replace an object of Cloud Storage takes the right to delete it, which no call shows.
      expect(missing(given, [...used(ours), 'storage.objects.delete'])).toEqual([]);
    });
  }
});
