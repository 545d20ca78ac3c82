import type { AttemptState } from '../../../src/rollout/holder.js';
import { act, type Stage } from './actors.js';
import { engineOf } from './engine.js';
import { type Violation, watch } from './invariants.js';
import { ledgerOf } from './ledger.js';
import { type Process, processOf } from './processes.js';
import { engineFacts, foreign, past } from './scenario.js';
import type { Actor, Rule, Schedule } from './schedule.js';
import { diceOf, epoch, simulation } from './sim.js';

export interface History {
  readonly violations: readonly Violation[];
  /** What happened, line by line. */
  readonly trace: readonly string[];
  readonly outcome: string;
  readonly events: number;
  readonly starts: number;
}

const hour = 3_600_000;
/** How often a person, or the schedule, tries `resume` before the history counts as not converging. */
const resumes = 6;

/** Lets one schedule happen, with the real rollout code, in virtual time. */
export async function historyOf(schedule: Schedule, without: readonly Rule[] = []): Promise<History> {
  const sim = simulation();
  const dice = diceOf(schedule.seed);
  const rules = new Set(without);
  const trace: string[] = [];
  const tell = (line: string) => {
    trace.push(`${((sim.now - epoch) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  };
  const processes = new Map<string, Process>();
  const watched = watch(
    schedule,
    sim,
    () => ledger.current?.record ?? null,
    () => engine.runs,
    () => engine.setUp.code,
  );
  const engine = engineOf(schedule, sim, dice, watched.watcher, tell);
  const ledger = ledgerOf(schedule, sim, dice, landed, tell);

  function landed(...[record, before, by]: Parameters<Parameters<typeof ledgerOf>[3]>): void {
    if (by !== null) by.held = record;
    if (by !== null && record.closed !== null) by.closedOn = by.lookedAt;
    for (const process of processes.values()) {
      const { held } = process;
      if (held === null || process === by || process.lostSince !== null) continue;
      const mine = record.n === held.n && record.holder?.nonce === process.nonce && record.closed === null;
      if (!mine) process.lostSince = sim.now;
    }
    if (by !== null && record.closed === null) by.lostSince = null;
    if (by !== null) watched.landed(record, before, by);
  }

  function lose(): void {
    ledger.lose();
    watched.lost();
  }

  const before = past(schedule);
  if (before !== null) {
    const run = engine.launch(before.target, before.stamp, 'planted');
    engine.become(run, 'running');
    ledger.plant(before.record);
  }
  for (const fault of schedule.faults) {
    if (fault.kind === 'ledger-lost') sim.at(fault.at * 1000, lose);
    if (fault.kind === 'foreign')
      sim.at(fault.at * 1000, () =>
        tell(`${engine.launch({ name: 'orders' }, foreign, 'foreign').id} is started by a stranger`),
      );
  }

  const attemptState: AttemptState = async (workflow) => {
    if (schedule.faults.some((fault) => fault.kind === 'host-unknown')) return 'unknown';
    const process = processes.get(workflow.runId);
    return process === undefined || !process.alive || process.done ? 'completed' : 'active';
  };

  function start(name: string, actor: Actor, main: string): Process {
    const index = schedule.actors.indexOf(actor);
    const faults = schedule.faults.filter((fault) => 'actor' in fault && fault.actor === index);
    const process = processOf(sim, name, faults, tell, !rules.has('head-check'));
    processes.set(name, process);
    const stage: Stage = {
      schedule,
      rules,
      process,
      session: engine.sessionOf(process),
      ledger: ledger.of(process),
      engine: engineFacts(schedule, !rules.has('settle')),
      attemptState,
      tell,
    };
    tell(`${name} begins: ${actor.does}${actor.does === 'apply' ? ` code ${actor.revision}` : ''}`);
    act(stage, actor, main).then(
      (reports) => {
        process.done = true;
        for (const report of reports) {
          tell(
            `${name} reports ${report.outcome}${report.code === null ? '' : ` (${report.code})`}: ${report.message}`,
          );
          watched.reported(report, process);
        }
      },
      (error: unknown) => {
        process.done = true;
        const { message, stack } = error as Error;
        // A command that can't read the ledger ends with that error, before it has done anything.
        if (message === 'the ledger could not be reached') return tell(`${name} fails: ${message}`);
        tell(`${name} fails: ${stack}`);
        watched.violated('it converges', `${name}: ${message}`);
      },
    );
    return process;
  }

  const idle = () => [...processes.values()].every((process) => process.done || !process.alive);
  let begun = 0;
  for (const [index, actor] of schedule.actors.entries()) {
    sim.at(actor.at * 1000, () => {
      begun += 1;
      start(`${actor.does}-${index + 1}`, actor, `${schedule.actors[index - 1]?.does}-${index}`);
    });
  }
  await sim.run(epoch + 30 * hour, () => begun === schedule.actors.length && idle());
  // Nothing of what was sent may be left in flight when the history is judged.
  await sim.run(sim.now + hour / 2, () => false);
  for (let round = 1; round <= resumes && ledger.current?.record.closed === null; round += 1) {
    start(`resume-${round}`, { does: 'resume', revision: 2, at: 0, force: false, byForce: false, minutes: 60 }, '');
    await sim.run(sim.now + 30 * hour, idle);
    await sim.run(sim.now + hour / 2, () => false);
  }
  if (!idle()) watched.violated('it converges', 'a process never came to an end');
  else watched.ended(schedule.actors.some((actor) => actor.does === 'apply'));
  return {
    violations: watched.found,
    trace,
    outcome: ledger.current?.record.closed?.outcome ?? 'none',
    events: sim.events,
    starts: engine.runs.length,
  };
}
