import type { Ledger } from '../../../src/ledger/ledger.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { JobReport } from '../../../src/model/report.js';
import type { AttemptState } from '../../../src/rollout/holder.js';
import { act, type Stage } from './actors.js';
import type { Sent } from './effects.js';
import { engineOf } from './engine.js';
import { ledgerOf } from './ledger.js';
import { processOf } from './processes.js';
import { engineFacts, past } from './scenario.js';
import type { Actor, Fault, Schedule } from './schedule.js';
import { diceOf, epoch, simulation } from './sim.js';
import { applies, plain } from './solo.js';

/** What surrounds one call. */
interface Around {
  readonly faults?: readonly Fault[];
  readonly attemptState?: AttemptState;
  readonly bend?: (real: Ledger) => Ledger;
}

/** Calls one after the other, each by a process of its own, on one engine and one ledger. */
export function theatre(more: Partial<Schedule>) {
  const schedule: Schedule = { ...plain, ...more };
  const sim = simulation();
  const dice = diceOf(schedule.seed);
  const tell = () => {};
  let landed = 0;
  const ledger = ledgerOf(
    schedule,
    sim,
    dice,
    (record, _before, by) => {
      landed += 1;
      if (by !== null) by.held = record;
    },
    tell,
  );
  const sent: { readonly verb: string; readonly at: number }[] = [];
  const quiet = { launched: () => {}, ending: () => {} };
  const watcher = { ...quiet, sent: ({ verb, at }: Sent) => void sent.push({ verb, at }) };
  const engine = engineOf(schedule, sim, dice, watcher, tell);
  const before = past(schedule);
  if (before === null) throw new Error('nothing ran before');
  const old = engine.launch(before.target, before.stamp, 'planted');
  engine.become(old, 'running');
  ledger.plant(before.record);

  /** Lets one process do its work, beginning so many seconds into the history; of one that is killed no reports come. */
  async function call(
    actor: Actor,
    index: number,
    { faults = [], attemptState = async () => 'completed', bend = (real) => real }: Around = {},
  ): Promise<{ reports: readonly JobReport[]; writes: number; beganAt: number }> {
    await sim.run(Math.max(sim.now, epoch + actor.at * 1000), () => false);
    const writes = landed;
    const beganAt = sim.now;
    const process = processOf(sim, `${actor.does}-${index}`, faults, tell);
    const stage: Stage = {
      schedule,
      rules: new Set(),
      process,
      session: engine.sessionOf(process),
      ledger: bend(ledger.of(process)),
      engine: engineFacts(schedule),
      attemptState,
      tell,
    };
    let reports: readonly JobReport[] | null = null;
    let failure: unknown = null;
    act(stage, actor, 'main').then(
      (made) => {
        reports = made;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    await sim.run(sim.now + 6 * 3_600_000, () => reports !== null || failure !== null);
    if (failure !== null) throw failure;
    if (reports === null && process.alive) throw new Error('it never came to an end');
    return { reports: reports ?? [], writes: landed - writes, beganAt };
  }

  return { sim, engine, old, call, sent, record: (): JobRecord | null => ledger.current?.record ?? null };
}

/** An apply, then a `resume` at each of these seconds. `drainedAt`: when the service drains the old run. */
export async function resumedAt(more: Partial<Schedule>, at: readonly number[], drainedAt: number | null = null) {
  const { sim, engine, old, call, record } = theatre(more);
  if (drainedAt !== null) sim.at(drainedAt * 1000, () => engine.become(old, 'drained'));
  const first = (await call(applies, 0)).reports[0];
  const later: (JobReport | undefined)[] = [];
  const writes: number[] = [];
  for (const [index, seconds] of at.entries()) {
    const made = await call({ ...applies, does: 'resume', at: seconds }, index + 1);
    later.push(made.reports[0]);
    writes.push(made.writes);
  }
  return { first, later, writes, record: record() };
}

/** An apply of code 2 that is undone, and a newer commit at once. */
export async function newerCommit(more: Partial<Schedule>) {
  const { call, record } = theatre(more);
  const outcomes: (string | undefined)[] = [];
  for (const [index, revision] of ([2, 3] as const).entries())
    outcomes.push((await call({ ...applies, revision }, index)).reports.at(-1)?.outcome);
  return { outcomes, record: record() };
}
