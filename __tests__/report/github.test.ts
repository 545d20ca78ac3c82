import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type GithubService, githubService, readOnlyToken } from '../../emulators/github/index.js';
import type { EventFacts } from '../../src/inputs/inputs.js';
import type { RawInputs } from '../../src/inputs/parse.js';
import type { JsonObject } from '../../src/model/json.js';
import type { Plan } from '../../src/model/plan.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { reportFromAction } from '../../src/report/action-report.js';
import { connectGitHub } from '../../src/report/github.js';
import { startLocal } from '../emulators/local.js';
import { captureRunner, type Runner } from './runner.js';
import { changedJob, commit, event, inputs, jobPlan, jobReport, plan, report, succeededJob } from './sample.js';

interface CheckRun {
  readonly id: number;
  readonly head_sha: string;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly external_id: string;
  readonly title: string;
  readonly summary: string;
  readonly annotations: readonly { readonly path: string }[];
}
interface Snapshot {
  readonly checkRuns: readonly CheckRun[];
  readonly comments: readonly { readonly body: string }[];
  readonly deployments: readonly {
    readonly sha: string;
    readonly environment: string;
    readonly statuses: readonly { readonly state: string; readonly description: string }[];
  }[];
}

const other = 'a11ce'.padEnd(40, '0');
let directory: string;
let local: Awaited<ReturnType<typeof startLocal<readonly [GithubService]>>>;
let runner: Runner;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'report-github-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A GitHub of its own for each test. */
beforeEach(async () => {
  await local?.close();
  local = await startLocal(
    (clock) => [githubService(clock, { repositories: { 'acme/streams': null }, validate: true })] as const,
  );
  runner = captureRunner(directory);
});
afterAll(async () => await local?.close());

interface Call {
  readonly plan?: Plan | null;
  readonly report?: Report | null;
  readonly superseded?: readonly JobReport[];
  readonly facts?: Partial<EventFacts>;
  readonly raw?: RawInputs;
  readonly token?: string;
}

async function tell(call: Call): Promise<string> {
  const facts = event({ apiUrl: local.services['github'] ?? '', ...call.facts });
  const github = connectGitHub(facts, call.token ?? 'canary-token', () => {});
  const told = {
    plan: call.plan ?? null,
    report: call.report ?? null,
    superseded: call.superseded ?? [],
    detect: false,
    notice: null,
    rollsOut: true,
    mask: (text: string) => text,
  };
  return await runner.log(() => reportFromAction(told, inputs(call.raw ?? {}, facts), github));
}

function snapshot(): Snapshot {
  const { parts } = local;
  expect(parts[0].violations).toEqual([]);
  expect(local.errors).toEqual([]);
  const repository = parts[0].snapshot()['acme/streams'] as JsonObject;
  return repository as unknown as Snapshot;
}

function checks(): Record<string, string | null> {
  return Object.fromEntries(snapshot().checkRuns.map((run) => [run.name, run.conclusion]));
}

async function requests(): Promise<{ operation: string; write: boolean; status: number }[]> {
  return (await (await fetch(`${local.control}/requests`)).json()) as {
    operation: string;
    write: boolean;
    status: number;
  }[];
}

const failed: Partial<JobReport> = { outcome: 'failed', code: 'new-run-ended', message: 'The rollout failed.' };
const pending: Partial<JobReport> = {
  outcome: 'pending',
  code: 'rollout-pending',
  message: 'The new run is still being watched.',
};

describe('check runs', () => {
  it('one for the environment and one for each job that was touched', async () => {
    await tell({
      plan: plan([changedJob('orders'), jobPlan('clicks')]),
      report: report([succeededJob('orders'), jobReport('clicks')]),
    });
    expect(checks()).toEqual({
      'stream-rollout / production': 'success',
      'stream-rollout / production / orders': 'success',
    });
    const [first] = snapshot().checkRuns;
    expect(first).toMatchObject({
      head_sha: commit,
      external_id: 'stream-rollout/4711/1/production/stream-rollout / production / orders',
    });
  });

  it('the head of a pull request has those of a plan, under a name that no job can have', async () => {
    await tell({ plan: plan([jobPlan('plan')]), facts: { name: 'pull_request', pullRequest: 7, headSha: other } });
    expect(snapshot().checkRuns.map(({ name, head_sha }) => [name, head_sha])).toEqual([
      ['stream-rollout / production (plan)', other],
    ]);
  });

  it('a plan that would be refused asks for action', async () => {
    await tell({ plan: plan([changedJob('orders', { action: 'refuse' })]) });
    expect(checks()).toEqual({ 'stream-rollout / production (plan)': 'action_required' });
  });

  it('at most 20 jobs have one, the worst first', async () => {
    const jobs = Array.from({ length: 25 }, (_, at) => succeededJob(`job-${at}`, at === 24 ? failed : {}));
    await tell({ plan: plan([]), report: report(jobs) });
    const names = Object.keys(checks());
    expect(names).toHaveLength(21);
    expect(names[0]).toBe('stream-rollout / production / job-24');
    expect(checks()['stream-rollout / production']).toBe('failure');
  }, 120_000);

  it('annotations are sent 50 at a time and appended', async () => {
    const reasons = Array.from({ length: 119 }, (_, at) => ({
      kind: 'file' as const,
      message: `file ${at}`,
      path: `glue/f${at}.py`,
    }));
    await tell({ plan: plan([changedJob('orders', { reasons })]) });
    const [run] = snapshot().checkRuns;
    expect(run?.annotations).toHaveLength(120);
    expect(new Set(run?.annotations.map(({ path }) => path)).size).toBe(120);
    expect((await requests()).filter(({ write }) => write).map(({ operation }) => operation)).toHaveLength(3);
  });

  it('a pull request that touches thousands of files does not cost hundreds of requests', async () => {
    const reasons = Array.from({ length: 5000 }, (_, at) => ({
      kind: 'file' as const,
      message: `file ${at}`,
      path: `glue/f${at}.py`,
    }));
    await tell({ plan: plan([changedJob('orders', { reasons })]) });
    expect(snapshot().checkRuns[0]?.annotations).toHaveLength(250);
  });

  it('a later call of the same attempt updates its own', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', pending)]) });
    await tell({ plan: plan([]), report: report([succeededJob('orders')]) });
    expect(snapshot().checkRuns).toHaveLength(2);
    expect(checks()).toEqual({
      'stream-rollout / production': 'success',
      'stream-rollout / production / orders': 'success',
    });
  });

  it('a rerun has its own, so that old annotations do not stay', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', failed)]) });
    await tell({ plan: plan([]), report: report([succeededJob('orders')]), facts: { attempt: 2 } });
    expect(snapshot().checkRuns).toHaveLength(4);
    expect(snapshot().checkRuns.at(-1)).toMatchObject({ name: 'stream-rollout / production', conclusion: 'success' });
  });

  it("a workflow's own job of the same name is never taken for one of ours", async () => {
    const { octokit } = github();
    await octokit.rest.checks.create({
      owner: 'acme',
      repo: 'streams',
      name: 'stream-rollout / production',
      head_sha: commit,
      status: 'in_progress',
      external_id: '6f1c2a3b-0000-4000-8000-000000000000',
    });
    await tell({ plan: plan([]), report: report([succeededJob('orders')]) });
    expect(snapshot().checkRuns.filter(({ name }) => name === 'stream-rollout / production')).toMatchObject([
      { status: 'in_progress', conclusion: null },
      { conclusion: 'success' },
    ]);
  });

  it('shards of one attempt share the check of the environment: a failure of one is not covered by another', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', failed)]) });
    await tell({ plan: plan([]), report: report([succeededJob('clicks')]) });
    expect(checks()).toEqual({
      'stream-rollout / production': 'failure',
      'stream-rollout / production / orders': 'failure',
      'stream-rollout / production / clicks': 'success',
    });
  });
});

function github() {
  const made = connectGitHub(event({ apiUrl: local.services['github'] ?? '' }), 'canary-token', () => {});
  if (made === null) throw new TypeError('no client');
  return made;
}

describe('resume', () => {
  const byHand = { environment: null, commit: null, planHash: null };
  const later = { name: 'schedule', runId: '9000', sha: other, headSha: other };

  it('completes the checks that were left open, on the commit that they are on', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', pending), jobReport('clicks')]) });
    expect(checks()).toEqual({ 'stream-rollout / production': null, 'stream-rollout / production / orders': null });
    await tell({ report: report([succeededJob('orders')], byHand), facts: later });
    expect(snapshot().checkRuns.every(({ head_sha }) => head_sha === commit)).toBe(true);
    expect(snapshot().checkRuns).toHaveLength(2);
    expect(checks()).toEqual({
      'stream-rollout / production': 'success',
      'stream-rollout / production / orders': 'success',
    });
  });

  it('does not turn the whole green while another job of the commit asks for action or is open', async () => {
    const jobs = [
      succeededJob('orders', pending),
      succeededJob('clicks', pending),
      succeededJob('audit', { outcome: 'refused', code: 'unexpected-run' }),
    ];
    await tell({ plan: plan([]), report: report(jobs) });
    await tell({ report: report([succeededJob('orders')], byHand), facts: later });
    expect(checks()['stream-rollout / production']).toBeNull();
    await tell({ report: report([succeededJob('clicks')], byHand), facts: later });
    expect(checks()['stream-rollout / production']).toBe('action_required');
  });

  it('leaves a failed whole as it is', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', pending), succeededJob('clicks', failed)]) });
    await tell({ report: report([succeededJob('orders')], byHand), facts: later });
    expect(snapshot().checkRuns).toHaveLength(3);
    expect(checks()).toEqual({
      'stream-rollout / production': 'failure',
      'stream-rollout / production / orders': 'success',
      'stream-rollout / production / clicks': 'failure',
    });
  });

  it('with nothing to do writes nothing', async () => {
    await tell({ report: report([], byHand), facts: later, raw: { deployments: 'true' } });
    expect(await requests()).toEqual([]);
  });

  it('leaves a rollout alone that another process is at work on', async () => {
    const held = succeededJob('orders', { outcome: 'pending', code: 'rollout-held' });
    await tell({ report: report([held], byHand), facts: later });
    expect(await requests()).toEqual([]);
  });

  it('reports each environment and commit on its own', async () => {
    const jobs = [succeededJob('orders'), succeededJob('orders', { environment: 'staging', commit: other })];
    await tell({ report: report(jobs, byHand), facts: later });
    expect(snapshot().checkRuns.map(({ name, head_sha }) => [name, head_sha])).toEqual([
      ['stream-rollout / production / orders', commit],
      ['stream-rollout / production', commit],
      ['stream-rollout / staging / orders', other],
      ['stream-rollout / staging', other],
    ]);
  });

  it('completes the checks of a commit that was superseded as neutral', async () => {
    await tell({
      plan: plan([]),
      report: report([succeededJob('orders', { ...pending, commit: other })], { commit: other }),
      facts: { sha: other, headSha: other },
    });
    await tell({
      plan: plan([]),
      report: report([succeededJob('orders')]),
      superseded: [succeededJob('orders', { outcome: 'superseded', code: 'superseded', commit: other })],
      facts: { runId: '4712' },
    });
    expect(
      snapshot().checkRuns.map(({ name, head_sha, conclusion }) => [name, head_sha.slice(0, 5), conclusion]),
    ).toEqual([
      ['stream-rollout / production / orders', 'a11ce', 'neutral'],
      ['stream-rollout / production', 'a11ce', 'neutral'],
      ['stream-rollout / production / orders', 'c0ffe', 'success'],
      ['stream-rollout / production', 'c0ffe', 'success'],
    ]);
    // Of the older commit's check: the link leads to the workflow run that carries on.
    expect(snapshot().checkRuns[0]).toMatchObject({ details_url: 'https://github.com/acme/streams/actions/runs/4712' });
  });
});

describe('missing rights', () => {
  it('a read-only token costs one notice and nothing else', async () => {
    const log = await tell({
      plan: plan([changedJob('orders')]),
      report: report([succeededJob('orders')]),
      token: readOnlyToken,
      raw: { deployments: 'true', comment: 'true' },
      facts: { pullRequest: 7 },
    });
    plantPull(7);
    const notices = log.split('\n').filter((line) => line.includes('Left out of the report on GitHub'));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('check runs (the token lacks `checks: write`)');
    expect(notices[0]).toContain('the deployment (the token lacks `deployments: write`)');
    expect(snapshot()).toMatchObject({ checkRuns: [], comments: [], deployments: [] });
    expect(runner.output('succeeded-jobs')).toBe('["orders"]');
    expect(runner.summary()).toContain('## stream-rollout: 1 succeeded');
  });

  it('one right that is missing does not keep the others from being used', async () => {
    const log = await tell({
      plan: plan([]),
      report: report([succeededJob('orders')]),
      token: 'canary-without-checks',
      raw: { deployments: 'true' },
    });
    expect(log).toContain('check runs (the token lacks `checks: write`)');
    expect(snapshot().deployments).toHaveLength(1);
  });

  it('a pull request from a fork costs no request at all', async () => {
    const log = await tell({
      plan: plan([changedJob('orders')]),
      facts: { name: 'pull_request', pullRequest: 7, untrusted: true },
      raw: { comment: 'true' },
    });
    expect(await requests()).toEqual([]);
    expect(log).toContain('::notice title=orders%3A restart');
  });

  it('a server that fails costs a notice', async () => {
    await fetch(`${local.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({
        service: 'github',
        operation: '*',
        nth: 1,
        when: 'before',
        effect: 'status',
        status: 502,
        times: 1000,
      }),
    });
    const log = await tell({ plan: plan([]), report: report([succeededJob('orders')]) });
    expect(log).toMatch(/::notice::Left out of the report on GitHub: check runs \(/);
  }, 120_000);
});

function plantPull(pull: number): void {
  const end = (ref: string, sha: string) => ({ ref, sha });
  local.parts[0].plant?.({ repository: 'acme/streams', pull, head: end('change', commit), base: end('main', other) });
}

describe('the comment of a pull request', () => {
  const facts = { name: 'pull_request', pullRequest: 7 };
  const raw = { comment: 'true' };

  it('is updated in place, one for each environment, and not written again if equal', async () => {
    plantPull(7);
    await tell({ plan: plan([changedJob('orders')]), facts, raw });
    await tell({ plan: plan([changedJob('orders'), changedJob('clicks')]), facts, raw });
    await tell({ plan: plan([changedJob('orders')], { environment: 'staging' }), facts, raw });
    const before = (await requests()).length;
    await tell({
      plan: plan([changedJob('orders')], { environment: 'staging' }),
      facts: { ...facts, runId: '4712' },
      raw,
    });
    const bodies = snapshot().comments.map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toMatch(/^<!-- stream-rollout: production -->\n## stream-rollout: 2 of 2 jobs would change/);
    expect(bodies[1]).toMatch(/^<!-- stream-rollout: staging -->/);
    const last = (await requests()).slice(before).filter(({ write }) => write);
    expect(last.map(({ operation }) => operation).filter((name) => /comment/i.test(name))).toEqual([]);
  }, 120_000);

  it('fits, however much there is to say', async () => {
    plantPull(7);
    const jobs = Array.from({ length: 2000 }, (_, at) => changedJob(`job-${at}`));
    await tell({ plan: plan(jobs), facts, raw });
    expect(snapshot().comments[0]?.body.length).toBeLessThanOrEqual(65_536);
  });
});

describe('deployments', () => {
  const raw = { deployments: 'true' };

  it('one for the environment, with the state that it ended in', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', failed), jobReport('clicks')]), raw });
    expect(snapshot().deployments).toMatchObject([
      {
        sha: commit,
        environment: 'production',
        statuses: [{ state: 'failure', description: '1 failed, 1 unchanged' }],
      },
    ]);
  });

  it('none where nothing changed', async () => {
    await tell({ plan: plan([]), report: report([jobReport('orders')]), raw });
    expect(snapshot().deployments).toEqual([]);
  });

  it('one that is under way is completed by a later resume', async () => {
    await tell({ plan: plan([]), report: report([succeededJob('orders', pending)]), raw });
    await tell({
      report: report([succeededJob('orders')], { environment: null, commit: null }),
      facts: { name: 'schedule', runId: '9000', sha: other, headSha: other },
      raw,
    });
    const { deployments } = snapshot();
    expect(deployments).toHaveLength(1);
    expect(deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success']);
  });
});
