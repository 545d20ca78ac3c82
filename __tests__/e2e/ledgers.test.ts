import { describe, expect } from '@jest/globals';
import { cli } from './harness/cli.js';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';

interface Status {
  readonly jobs: readonly { readonly [name: string]: unknown }[];
}
interface Log {
  readonly entries: readonly { readonly job: string; readonly message: string }[];
}
interface Applied {
  readonly jobs: readonly { readonly job: string; readonly outcome: string; readonly runAfter: string | null }[];
}
interface Failure {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly next: string | null;
}

const files = {
  [manifestPath]: manifest({ clicks: glueJob('clicks'), views: glueJob('views') }),
  'glue/clicks.py': script('clicks 1'),
  'glue/views.py': script('views 1'),
};

/** A commit checked out on a machine without git's history or remote access, and the CLI with a ledger in a bucket. */
async function machine(stage: Stage, ledger: string) {
  const directory = await stage.checkout((await stage.repo.head()) ?? '', 1);
  const { GITHUB_TOKEN: _, GITHUB_API_URL: _api, ...env } = stage.cloud.env;
  return <Document = Applied>(mode: string, ...args: readonly string[]) =>
    cli<Document>(directory, env, mode, '--ledger', ledger, ...args);
}

/** Makes the ledger's bucket: a store makes none by being asked for what is in it. */
const buckets = {
  s3: (stage: Stage) => fetch(`${stage.cloud.services['s3']}/acme-ledger`, { method: 'PUT' }),
  gs: (stage: Stage) => fetch(`${stage.cloud.services['storage']}/storage/v1/b/acme-ledger`),
};

describe.each(Object.entries(buckets))('a ledger in %s', (scheme, make) => {
  const ledger = `${scheme}://acme-ledger/streams`;

  scenario(`in ${scheme} carries a fleet through rollouts, and tells of them`, async (stage) => {
    await make(stage);
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    await stage.repo.commit(files);
    const first = await (await machine(stage, ledger))('apply', '--wait-for-minutes', '6000');
    expect([first.code, first.document.jobs.map(({ outcome }) => outcome)]).toEqual([0, ['succeeded', 'succeeded']]);

    // Another machine knows from the bucket alone what was done.
    await stage.repo.commit({ 'glue/clicks.py': script('clicks 2') });
    const here = await machine(stage, ledger);
    const second = await here('apply', '--wait-for-minutes', '6000');
    expect([second.code, second.document.jobs.map(({ job, outcome }) => `${job} ${outcome}`).sort()]).toEqual([
      0,
      ['clicks succeeded', 'views unchanged'],
    ]);
    const run = second.document.jobs.find(({ job }) => job === 'clicks')?.runAfter;

    const status = await here<Status>('status');
    expect(status.code).toBe(0);
    expect(status.document.jobs).toMatchObject([
      { environment: 'production', job: 'clicks', run, state: 'running', lastOutcome: 'succeeded', open: null },
      { environment: 'production', job: 'views', state: 'running', lastOutcome: 'succeeded', open: null },
    ]);
    const history = await here<Log>('log', '--jobs', 'clicks', '--limit', '100');
    const messages = history.document.entries.map(({ message }) => message);
    expect(messages[0]).toContain('close rollout 2: succeeded');
    expect(messages.filter((message) => message.includes('open rollout'))).toHaveLength(2);
    expect(messages.at(-1)).toContain('open rollout 1 (create)');
    expect(await stage.repo.ledger()).toEqual({});

    await stage.cloud.forget();
    const again = await here('apply', '--wait-for-minutes', '6000');
    expect(again.document.jobs.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
    expect(await stage.cloud.writes()).toEqual([]);
  });
});

describe('a ledger in a bucket that cannot hold it', () => {
  scenario('stops everything before anything is touched', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks', 'views']);
    await stage.repo.commit(files);
    await stage.cloud.forget();
    const missing = await (await machine(stage, 's3://nowhere/streams'))<Failure>('apply');
    expect([missing.code, missing.document]).toMatchObject([4, { kind: 'error', code: 'ledger-bucket-missing' }]);
    expect(missing.document.message).toContain('the bucket nowhere does not exist');

    await buckets.s3(stage);
    await stage.cloud.forget();
    const denied = { service: 's3', operation: 'PutObject', when: 'before', effect: 'status', status: 403, times: 50 };
    await stage.cloud.fault(denied);
    const refused = await (await machine(stage, 's3://acme-ledger/streams'))<Failure>('apply');
    expect([refused.code, refused.document]).toMatchObject([3, { kind: 'error', code: 'ledger-bucket-denied' }]);
    expect(refused.document.next).toContain('Grant s3:PutObject on');
    expect((await stage.cloud.writes()).filter((call) => call.startsWith('glue.'))).toEqual([]);
  });
});
