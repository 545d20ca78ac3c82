import type { Held, Ledger } from '../../../src/ledger/ledger.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { JobReport } from '../../../src/model/report.js';
import { act, type Stage } from './actors.js';
import { engineOf } from './engine.js';
import { ledgerOf } from './ledger.js';
import { type Process, processOf } from './processes.js';
import { engineFacts, past } from './scenario.js';
import type { Actor, Schedule } from './schedule.js';
import { diceOf, epoch, simulation } from './sim.js';

export const plain: Schedule = {
  scenario: 'drain-and-resubmit',
  fence: 'F4',
  replaceBy: 'id',
  verbs: 'accept',
  callSeconds: 10,
  lagSeconds: 10,
  gates: { 2: 'good', 3: 'good' },
  onFailure: 'rollback',
  onTimeout: 'fail',
  endless: false,
  holders: 'process',
  actors: [],
  faults: [],
  seed: 1,
};

export const applies: Actor = { does: 'apply', revision: 2, at: 0, force: false, byForce: false, minutes: 60 };

export interface Solo {
  readonly reports: readonly JobReport[];
  readonly trace: readonly string[];
  readonly record: JobRecord | null;
  /** Verbs in the order in which they were sent, and the times in seconds. */
  readonly calls: readonly { readonly verb: string; readonly at: number }[];
  readonly done: boolean;
}

/** One process alone, in virtual time, with a ledger that is bent as the test needs it. */
export async function solo(
  more: Partial<Schedule>,
  bend: (ledger: Ledger, process: Process) => Ledger = (ledger) => ledger,
  actor: Actor = applies,
  prepare: (held: Held | null, plant: (record: JobRecord) => void) => void = () => {},
): Promise<Solo> {
  const schedule: Schedule = { ...plain, ...more, actors: [actor] };
  const sim = simulation();
  const dice = diceOf(schedule.seed);
  const trace: string[] = [];
  const calls: { verb: string; at: number }[] = [];
  const seconds = () => (sim.now - epoch) / 1000;
  const tell = (line: string) => void trace.push(`${seconds().toFixed(1)} ${line}`);
  const ledger = ledgerOf(
    schedule,
    sim,
    dice,
    (record, _before, by) => {
      if (by !== null) by.held = record;
    },
    tell,
  );
  const quiet = { launched: () => {}, ending: () => {} };
  const watcher = { ...quiet, sent: ({ verb }: { verb: string }) => void calls.push({ verb, at: seconds() }) };
  const engine = engineOf(schedule, sim, dice, watcher, tell);
  const before = past(schedule);
  if (before !== null) {
    engine.become(engine.launch(before.target, before.stamp, 'planted'), 'running');
    ledger.plant(before.record);
  }
  prepare(ledger.current, ledger.plant);
  const process = processOf(
    sim,
    'apply-1',
    schedule.faults.filter((fault) => 'actor' in fault),
    tell,
  );
  const stage: Stage = {
    schedule,
    rules: new Set(),
    process,
    session: engine.sessionOf(process),
    ledger: bend(ledger.of(process), process),
    engine: engineFacts(schedule),
    attemptState: async () => 'unknown',
    tell,
  };
  let reports: readonly JobReport[] = [];
  let done = false;
  act(stage, actor, 'main').then(
    (made) => {
      reports = made;
      done = true;
    },
    (error: unknown) => tell(`fails: ${(error as Error).stack}`),
  );
  await sim.run(epoch + 6 * 3_600_000, () => done);
  return { reports, trace, record: ledger.current?.record ?? null, calls, done };
}
