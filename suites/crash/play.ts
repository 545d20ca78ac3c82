import { expect } from '@jest/globals';
import type { Outcome } from '../../src/model/outcome.js';
import { lateSeconds, type Seen } from './engine/engine.js';
import { type Point, type Points, textOf } from './point.js';
import { nameOf, type Story } from './story.js';
import { jobReport, type Told } from './tool.js';
import { applying, choosing, openWorld, patient, type World } from './world.js';

/** What happens between the kill and the rerun. */
export interface Phase {
  readonly name: string;
  /** `calls`: how many a rollout makes, as the first phase found. */
  readonly points: (calls: number) => Points;
  /** The ledger is lost. */
  readonly lost: boolean;
  /** Lists are late by T + L, counted from when they are first asked. */
  readonly late: boolean;
}

/** A process that was killed, and what ran then. */
interface Killed {
  readonly job: string;
  readonly point: Point;
}

/** Points that were tried in a phase. */
export interface Played {
  readonly phase: string;
  readonly points: number;
}

/** Jobs of one world: so many points share a rerun. */
const fleet = 12;

/** Plays all phases of a story in one world; what each point came to is checked. */
export async function play(story: Story, phases: readonly Phase[]): Promise<readonly Played[]> {
  const all: Played[] = [];
  let world = await openWorld(story, fleet);
  try {
    let sibling = await world.sibling();
    let version = 0;
    let calls = 0;
    for (const [index, phase] of phases.entries()) {
      // Without its record an undo may leave a job stuck: others begin anew.
      if (index > 0 && story.kind === 'undo' && phases[index - 1]?.lost) {
        await world.close();
        world = await openWorld(story, fleet);
        sibling = await world.sibling();
      }
      const points = phase.points(calls);
      let next = points.next();
      let count = 0;
      while (!next.done) {
        version += 2;
        const turn = { story, phase, world, version, before: await revisions(world) };
        const killed: Killed[] = [];
        const since = await prepare(turn);
        for (const job of world.jobs) {
          if (next.done) break;
          const point: Point = next.value;
          const reached = await kill(turn, job, point);
          if (reached) killed.push({ job, point });
          if (reached && index === 0 && point.what === 'call') calls = Math.max(calls, point.nth);
          next = points.next(reached);
        }
        count += killed.length;
        await goOn(turn, killed, since);
        expect(await world.sibling()).toEqual(sibling);
      }
      all.push({ phase: phase.name, points: count });
    }
    return all;
  } finally {
    await world.close();
  }
}

interface Turn {
  readonly story: Story;
  readonly phase: Phase;
  readonly world: World;
  readonly version: number;
  /** Revision of each job that runs, before anything was done. */
  readonly before: ReadonlyMap<string, string>;
}

/** Commits the version that is rolled out next; gives the time when all was quiet. */
async function prepare({ story, world, version }: Turn): Promise<number> {
  const { kind, before, declare } = story;
  const undisturbed = kind === 'rollback' ? declare : before;
  if (undisturbed !== undefined) {
    await world.commit((job) => undisturbed(job, version - 1));
    const told = await world.apply(world.jobs);
    hold(told.stderr, 'exit code', told.code, 0);
  }
  if (kind !== 'rollback') await world.commit((job) => declare(job, version));
  return world.engine.now();
}

function command(story: Story, jobs: readonly string[]): readonly string[] {
  const mode = story.kind === 'rollback' ? ['rollback', '--rollback-to', 'previous', ...patient] : applying;
  return [...mode, ...choosing(jobs), ...story.flags];
}

/** False: the process ended before it came to the point. */
async function kill({ story, world }: Turn, job: string, point: Point): Promise<boolean> {
  const told = await world.tool.killAt(command(story, [job]), point);
  if (told === null) return true;
  const wanted = story.kind === 'undo' ? 1 : 0;
  const said = `${nameOf(story)}: not killed ${textOf(point)}: ${JSON.stringify(told.report)}\n${told.stderr}`;
  hold(said, 'exit code', told.code, wanted);
  return false;
}

async function goOn(turn: Turn, killed: readonly Killed[], since: number): Promise<void> {
  const { story, phase, world } = turn;
  if (killed.length === 0) return;
  const jobs = killed.map((one) => one.job);
  const before = new Map(await Promise.all(jobs.map(async (job) => [job, await world.runsOf(job)] as const)));
  if (phase.lost) await world.repo.dropLedger();
  if (phase.late) await world.engine.standStill({ since, seconds: lateSeconds[story.engine] });
  const told = await again(turn, jobs);
  await world.engine.standStill(null);
  for (const { job, point } of killed) {
    const report = told.get(job);
    if (report === undefined) throw new Error(`nothing is told of ${job}`);
    const left = before.get(job)?.map((run) => `${run.id} ${run.state} ${run.stamp?.rollout} ${run.stamp?.step}`);
    const told1 = jobReport(report, job);
    const said = [
      `${nameOf(story)}, ${phase.name}: ${job} was killed ${textOf(point)} and left ${left?.join(', ')}`,
      `${told1.outcome} ${told1.code}: ${told1.message}`,
      report.stderr,
    ].join('\n');
    await check(turn, job, told1.outcome, told1.revision, said);
  }
  await quiet(turn, jobs);
}

/** Goes on: the same command again; a rollback by `resume` where it is open. */
async function again({ story, world }: Turn, jobs: readonly string[]): Promise<ReadonlyMap<string, Told>> {
  const all = new Map<string, Told>();
  const note = (told: Told) => {
    for (const { job } of told.report?.jobs ?? []) all.set(job, told);
    if (told.report === null) throw new Error(`no report:\n${told.stderr}`);
  };
  if (story.kind !== 'rollback') {
    note(await world.tool.run(command(story, jobs)));
    return all;
  }
  note(await world.tool.run(['resume', ...choosing(jobs), ...patient]));
  const rest = [];
  for (const job of jobs) if ((await world.record(job))?.plan?.requestedRollback !== true) rest.push(job);
  if (rest.length > 0) note(await world.tool.run(command(story, rest)));
  // Closed before it was killed: nothing was left to go on with.
  const closed = jobs.filter((job) => !all.has(job));
  if (closed.length > 0) note(await world.apply(closed));
  return all;
}

async function check(turn: Turn, job: string, outcome: Outcome, revision: string | null, said: string): Promise<void> {
  const { story, phase, world, before } = turn;
  const runs = await world.runsOf(job);
  const up = runs.filter((run) => run.state === 'up');
  const record = await world.record(job);
  hold(said, 'outcome', expected(turn).includes(outcome) || outcome, true);
  // At most one start per step of a rollout, by whatever process.
  const starts = runs.map(({ stamp }) => stamp && `${stamp.rollout} ${stamp.step}`);
  hold(said, 'starts', starts, [...new Set(starts)]);
  hold(said, 'open', record !== null && record.closed === null, false);
  // State is never dropped: all but the first run began from what the one before it wrote.
  const stateless = runs.filter((run) => run.snapshot === null).length;
  if (story.strategy === 'savepoint-upgrade') hold(said, 'runs that began with no state', stateless, 1);
  // The settings to go back to went with the ledger: what runs is left, if anything does.
  const mayBeDown = story.kind === 'undo' && (phase.lost || story.strategy === 'create');
  if (mayBeDown) {
    hold(said, 'more than one run', up.length > 1, false);
    return;
  }
  if (story.ends === 'stopped') {
    hold(said, 'runs', up.length, 0);
    return;
  }
  const wanted = story.kind === 'forward' ? revision : before.get(job);
  hold(
    said,
    'revisions',
    up.map((run) => run.stamp?.revision),
    [wanted],
  );
  if (story.kind === 'undo' && story.sameRevision) hold(said, 'replicas', up[0]?.replicas, 1);
  const isNew = story.kind === 'forward' && story.sameRevision !== true;
  hold(said, 'a new revision', wanted !== before.get(job), isNew);
}

/** Fails with the whole story of the point. */
function hold(said: string, what: string, found: unknown, wanted: unknown): void {
  try {
    expect({ [what]: found }).toEqual({ [what]: wanted });
  } catch (error) {
    throw new Error(`${said}\n${(error as Error).message}`);
  }
}

/** How a job may end. */
function expected({ story, phase }: Turn): readonly Outcome[] {
  // Without a record an equal revision is verified, never believed; nothing has to be done where nothing is to run.
  if (story.kind === 'forward') {
    return phase.lost && story.ends !== 'stopped' ? ['succeeded'] : ['succeeded', 'unchanged'];
  }
  if (story.kind === 'rollback') return ['succeeded', 'quarantined'];
  return phase.lost ? ['rolled-back', 'failed', 'stuck'] : ['rolled-back', 'failed', 'quarantined'];
}

/** Once it is settled, another `apply` finds nothing to do: no call, no run. */
async function quiet({ story, phase, world }: Turn, jobs: readonly string[]): Promise<void> {
  if (story.kind === 'undo' && phase.lost) return;
  const writes = await world.engine.writes();
  const told = await world.apply(jobs);
  const outcomes = jobs.map((job) => jobReport(told, job).outcome);
  const all = story.kind === 'forward' ? 'unchanged' : 'quarantined';
  hold(told.stderr, 'the next apply', [told.code, ...outcomes], [0, ...jobs.map(() => all)]);
  expect((await world.engine.writes()) - writes).toBe(0);
}

async function revisions(world: World): Promise<ReadonlyMap<string, string>> {
  const runs = await Promise.all(world.jobs.map(async (job) => [job, await world.runsOf(job)] as const));
  const up = (all: readonly Seen[]) => all.find((run) => run.state === 'up')?.stamp?.revision;
  return new Map(runs.flatMap(([job, all]) => (up(all) === undefined ? [] : [[job, up(all) ?? ''] as const])));
}
