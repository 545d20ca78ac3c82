import { join } from 'node:path';
import { expect } from '@jest/globals';
import { pushed } from '../../__tests__/e2e/harness/events.js';
import { NotInterrupted, runStep, type Stage } from '../../__tests__/e2e/harness/runner.js';
import type { Seen } from './engine/engine.js';
import { type Point, type Points, textOf } from './point.js';
import { nameOf, type Story } from './story.js';
import { jobReport } from './tool.js';
import { openWorld, type World } from './world.js';

const repository = 'acme/streams';
const fleet = 8;

/**
 * The main step is killed at these points while its runner lives: the post step follows. Where no run is up any more it finishes the
 * start or undoes; else it touches nothing. Gives the number of points.
 */
export async function playPost(story: Story, every: () => Points): Promise<number> {
  const tally: Tally = { finished: 0, tooLate: 0 };
  const world = await openWorld(story, fleet);
  try {
    const { cloud } = world.engine;
    const directory = { directory: world.repo.origin, defaultBranch: 'main' };
    await cloud.set({ service: 'github', repositories: { [repository]: directory } });
    const points = every();
    let next = points.next();
    let count = 0;
    for (let version = 1; !next.done; version += 1) {
      const before = await world.repo.head();
      await world.commit((job) => story.declare(job, version));
      const killed: string[] = [];
      for (const job of world.jobs) {
        if (next.done) break;
        const reached = await killMain(story, world, job, next.value, before, tally);
        if (reached) killed.push(job);
        next = points.next(reached);
      }
      count += killed.length;
      await finish(story, world, killed);
    }
    const told = `${nameOf(story)}: the post step finished ${tally.finished}, and had no time for ${tally.tooLate}`;
    expect([told, tally.finished > tally.tooLate]).toEqual([told, true]);
    return count;
  } finally {
    await world.close();
  }
}

/** What the post step did where nothing was up: the start, or nothing, since its time did not allow for it. */
interface Tally {
  finished: number;
  tooLate: number;
}

/** A post step has some minutes, by a clock that runs twenty times as fast: a busy machine may need them to start it. */
const noTime = 'the time left is too short';

let steps = 0;

async function killMain(
  story: Story,
  world: World,
  job: string,
  point: Point,
  before: string | null,
  tally: Tally,
): Promise<boolean> {
  const { engine, repo, tool } = world;
  const trap = point.what === 'call' ? engine.calls : tool.pushes;
  const sha = (await repo.head()) ?? '';
  const event = pushed({ repository, sha, before });
  const about = { service: 'github', repository, workflowRun: event.runId, attempt: event.attempt, headSha: sha };
  await engine.cloud.plant({ ...about, event: event.name, status: 'in_progress' });
  let left: readonly Seen[] = [];
  let held = false;
  let writes = 0;
  let over = false;
  const when = async () => {
    while (!(await trap.sprung())) {
      // The step came to its end without it; its world may be gone by the next question.
      if (over) return;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    left = await world.runsOf(job);
    held = await isOpen(world, job);
    writes = await engine.writes();
    // The process stays held up: nothing is answered before it is gone.
    setTimeout(() => void trap.release(), 200);
  };
  steps += 1;
  await trap.set(point);
  try {
    const { main, post } = await runStep({
      event,
      repository,
      workspace: join(repo.origin, '..', 'clone'),
      temp: join(repo.origin, '..', `step-${steps}`),
      inputs: { mode: 'apply', environment: 'production', jobs: job, 'wait-for-minutes': '100000' },
      token: 'canary-workflow-token',
      env: engine.env,
      interrupt: { how: 'crash', when },
    });
    const runs = await world.runsOf(job);
    const said = tellOf(story, job, point, left, main, post);
    const up = (all: readonly Seen[]) => all.filter((run) => run.state === 'up').length;
    if (up(left) > 0) expect([said, (await engine.writes()) - writes]).toEqual([said, 0]);
    else if (held && post?.raw.includes(noTime) === true) {
      tally.tooLate += 1;
      expect([said, (await engine.writes()) - writes]).toEqual([said, 0]);
    } else if (held) {
      tally.finished += 1;
      expect([said, up(runs)]).toEqual([said, 1]);
    }
    return true;
  } catch (error) {
    if (error instanceof NotInterrupted) return false;
    throw error;
  } finally {
    over = true;
    await trap.release();
    await engine.cloud.plant({ ...about, event: event.name, status: 'completed', conclusion: 'failure' });
  }
}

function tellOf(
  story: Story,
  job: string,
  point: Point,
  left: readonly Seen[],
  main: Stage,
  post: Stage | null,
): string {
  const runs = left.map((run) => `${run.id} ${run.state}`).join(', ');
  return `${nameOf(story)}: ${job} was killed ${textOf(point)} and left ${runs}\n${main.raw}\n--- post\n${post?.raw}`;
}

async function isOpen(world: World, job: string): Promise<boolean> {
  const record = await world.record(job);
  return record !== null && record.closed === null;
}

/** The next workflow run goes on with whatever is left. */
async function finish(story: Story, world: World, jobs: readonly string[]): Promise<void> {
  if (jobs.length === 0) return;
  const told = await world.apply(jobs);
  for (const job of jobs) {
    const report = jobReport(told, job);
    const said = `${nameOf(story)}: ${job}: ${report.outcome} ${report.message}\n${told.stderr}`;
    expect([said, ['succeeded', 'unchanged'].includes(report.outcome)]).toEqual([said, true]);
    const runs = await world.runsOf(job);
    const up = runs.filter((run) => run.state === 'up').map((run) => run.stamp?.revision);
    expect([said, up]).toEqual([said, [report.revision]]);
    const starts = runs.map(({ stamp }) => stamp && `${stamp.rollout} ${stamp.step}`);
    expect([said, starts]).toEqual([said, [...new Set(starts)]]);
  }
}
