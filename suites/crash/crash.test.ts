import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, openCloud, type RunView } from '../../__tests__/e2e/harness/cloud.js';
import { defineGlueJobs, manifest, manifestPath } from '../../__tests__/e2e/harness/fleet.js';
import { newRepo, type Repo } from '../../__tests__/e2e/harness/repo.js';
import { stories } from './stories.js';
import { jobReport, type Point, type Tool, toolIn } from './world.js';

/** Most writes or pushes of one rollout that a kill is tried at; a rollout that has more fails the suite. */
const most = 12;
const up = new Set(['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'STARTING', 'RUNNING']);

describe.each(stories.map((story) => [story.name, story] as const))('%s', (_, story) => {
  let folder: string;
  let cloud: LocalCloud;
  let repo: Repo;
  let tool: Tool;
  let version = 0;
  let sibling = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crash-'));
    cloud = await openCloud(900);
    repo = await newRepo(folder);
    tool = toolIn(folder, join(folder, 'clone'), repo, cloud);
    if (story.engine === 'glue') {
      const members = story.strategy === 'parallel' ? { ExecutionProperty: { MaxConcurrentRuns: 2 } } : {};
      await defineGlueJobs(cloud, ['orders', 'orders-returns'], members);
      sibling = await cloud.plant({ service: 'glue', jobName: 'orders-returns', region: 'eu-west-1' });
    } else {
      sibling = await cloud.plant({
        service: 'dataflow',
        name: 'orders-returns',
        project: 'acme-prod',
        region: 'europe-west1',
        state: 'JOB_STATE_RUNNING',
      });
    }
    await commit();
    const first = await tool.run(apply());
    expect([first.code, jobReport(first.report, 'orders').outcome]).toEqual([0, 'succeeded']);
  });

  afterAll(async () => {
    await cloud?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const apply = () => ['apply', '--environment', 'production', ...story.flags];
  const running = (i: number) => story.turns === undefined || i % 2 === 0;

  async function commit(): Promise<void> {
    const { job, files } = story.declare(version);
    await repo.commit({ [manifestPath]: manifest({ orders: job }), ...files });
  }

  /** Kills at a point, then runs again until it is settled, and checks what must hold. False: the point was not reached. */
  async function killed(point: Point, between: () => Promise<void> = async () => undefined): Promise<boolean> {
    version += 1;
    await commit();
    const reached = await tool.killAt(apply(), point);
    if (reached) await between();
    const again = await tool.run(apply());
    const report = jobReport(again.report, 'orders');
    const said = `${JSON.stringify(point)}: ${report.outcome} ${report.code}: ${report.message}\n${again.stderr}`;
    expect([said, again.code]).toEqual([said, 0]);
    await check(said);
    return reached;
  }

  async function check(said: string): Promise<void> {
    const runs = (await cloud.runs(story.engine)).filter(
      (run) => run.name.startsWith('orders') && run.name !== 'orders-returns',
    );
    const active = runs.filter((run) => up.has(run.state));
    expect([said, active.length]).toEqual([said, running(version) ? 1 : 0]);
    const status = (await tool.run(['status', '--environment', 'production'])) as unknown as {
      report: {
        jobs: readonly { job: string; recordedRevision: string; runningRevision: string | null; open: unknown }[];
      };
    };
    const row = status.report.jobs.find((candidate) => candidate.job === 'orders');
    expect([said, row?.open]).toEqual([said, null]);
    if (running(version)) expect([said, row?.runningRevision]).toEqual([said, row?.recordedRevision]);
    const starts = runs.map(stampOf).filter((stamp) => stamp !== null);
    expect([said, new Set(starts).size]).toEqual([said, starts.length]);
    expect([said, (await cloud.states(story.engine))[sibling]]).toEqual([
      said,
      story.engine === 'glue' ? 'RUNNING' : 'JOB_STATE_RUNNING',
    ]);
  }

  it.each(['call', 'push'] as const)(
    'killed at every %s, before and after its effect, converges to one run',
    async (what) => {
      let points = 0;
      for (const when of ['before', 'after'] as const) {
        for (let nth = 1; ; nth += 1) {
          if (nth > most) throw new Error(`more than ${most} of ${what} in one rollout`);
          const reached = await killed({ what, nth, when });
          if (!reached) break;
          points += 1;
        }
      }
      console.log(`${story.name}: ${points} points (${what})`);
      expect(points).toBeGreaterThanOrEqual(2);
    },
  );

  it('with late lists, killed after the first call that starts or ends a run', async () => {
    await cloud.set({ service: story.engine, listLagSeconds: 20 });
    for (const nth of [1, 2, 3]) await killed({ what: 'call', nth, when: 'after' });
    await cloud.set({ service: story.engine, listLagSeconds: 0 });
  });
});

/** Number and step of a launch, as the engine shows them. */
function stampOf(run: RunView): string | null {
  const marks = {
    ...((run['labels'] as object | undefined) ?? {}),
    ...((run['arguments'] as object | undefined) ?? {}),
  };
  const pick = (field: string) =>
    Object.entries(marks).find(([name]) => name.endsWith(`stream-rollout-${field}`))?.[1] as string | undefined;
  const n = pick('n');
  return n === undefined ? null : `${n} ${pick('step')}`;
}
