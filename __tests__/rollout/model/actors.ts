import type { Engine, Session } from '../../../src/engines/engine.js';
import { readEvent } from '../../../src/inputs/event.js';
import { parseInputs } from '../../../src/inputs/parse.js';
import type { Held, Ledger } from '../../../src/ledger/ledger.js';
import type { Outcome } from '../../../src/model/outcome.js';
import type { Holder } from '../../../src/model/record.js';
import type { JobReport } from '../../../src/model/report.js';
import type { Run } from '../../../src/model/run.js';
import type { Bench } from '../../../src/modes/bench.js';
import { postRun } from '../../../src/modes/post.js';
import { resume } from '../../../src/modes/resume.js';
import { inSlot } from '../../../src/plan/index.js';
import { type Order, rollOut } from '../../../src/rollout/fleet.js';
import { type AttemptState, byPerson, mayTakeOver } from '../../../src/rollout/holder.js';
import { orderOf, takeOverOrder } from '../../../src/rollout/order.js';
import { subjectOf } from '../../../src/rollout/subject.js';
import type { Process } from './processes.js';
import { off } from './rules.js';
import { commitOf, environment, jobAt, name, place, planAt } from './scenario.js';
import type { Actor, Rule, Schedule } from './schedule.js';

/** What an actor works with. */
export interface Stage {
  readonly schedule: Schedule;
  readonly rules: ReadonlySet<Rule>;
  readonly process: Process;
  readonly session: Session;
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly attemptState: AttemptState;
  tell(line: string): void;
}

const closedOlder: ReadonlySet<Outcome> = new Set(['superseded', 'succeeded', 'rolled-back', 'failed', 'stuck']);

export function holderIn({ process, schedule }: Stage): Holder {
  const workflow = { repository: name, runId: process.nonce, attempt: 1, server: 'https://github.com' };
  return schedule.holders === 'workflow'
    ? { name: process.name, workflow, process: null, endsWithAttempt: true, nonce: process.nonce }
    : {
        name: process.name,
        workflow: null,
        process: { host: 'elsewhere', pid: 1, startedAt: '' },
        nonce: process.nonce,
      };
}

/** Does what the command does, from the ledger to the report. */
export async function act(stage: Stage, actor: Actor, mainNonce: string): Promise<readonly JobReport[]> {
  if (actor.does === 'apply') return await apply(stage, actor);
  const bench = benchOf(stage, actor);
  const report = actor.does === 'resume' ? await resume(bench) : await postRun(bench, mainNonce);
  return report?.jobs ?? [];
}

/** `apply` without git: look, plan, open or take over, carry out, and again where an older rollout was closed first. */
async function apply(stage: Stage, actor: Actor): Promise<readonly JobReport[]> {
  const { process, ledger, tell } = stage;
  const handOverAt = process.clock.now() + actor.minutes * 60_000;
  let last: readonly JobReport[] = [];
  for (let round = 0; round < 500; round += 1) {
    const order = await nextOrder(stage, actor);
    if (order === null) return last;
    if (order !== 'held') {
      last = await rollOut([off.order(stage, order)], {
        ledger: off.ledger(stage, ledger),
        environment,
        clock: process.clock,
        time: process.time,
        signal: process.signal,
        handOverAt,
        maxParallel: 4,
        failFast: false,
        outcomes: new Map(),
        tell: (progress) => tell(`${process.name}: ${progress.text}`),
      });
      const again = order.superseding !== null && last.some((report) => closedOlder.has(report.outcome));
      if (!again && !last.some((report) => report.code === 'rollout-held')) return last;
      if (again) continue;
    }
    if (process.signal.aborted || process.clock.now() >= handOverAt) return last;
    await process.clock.sleep(30, process.signal);
  }
  return last;
}

async function nextOrder(stage: Stage, actor: Actor): Promise<Order | 'held' | null> {
  const { schedule, process, ledger, engine, tell } = stage;
  const job = jobAt(schedule, actor.revision);
  let held: Held | null;
  let runs: readonly Run[];
  const session = off.session(stage, stage.session);
  try {
    held = (await ledger.read(environment, ['orders'])).get('orders') ?? null;
    const subject = subjectOf(job, held?.record ?? null);
    const active = (await session.observe([subject])).get('orders') ?? [];
    runs = active.some((run) => run.state === 'starting' || run.state === 'running')
      ? active
      : await session.look(subject);
  } catch (error) {
    tell(`${process.name} cannot plan: ${(error as Error).message}`);
    return null;
  }
  const subject = subjectOf(job, held?.record ?? null);
  const planned = planAt(schedule, actor.revision, { record: held?.record ?? null, runs, force: actor.force });
  tell(
    `${process.name} plans: ${planned.action} ${planned.strategy ?? ''} ${planned.findings.map((f) => f.code).join(' ')}`,
  );
  const parts = { engine, session, subject, findings: [] };
  if (planned.action === 'resume') {
    if (held === null) throw new Error('nothing to resume');
    const wall = process.time.wall();
    const found = await mayTakeOver(held.record, holderIn(stage), stage.attemptState, wall);
    const may = actor.byForce && !found.yes ? byPerson : found;
    if (!may.yes) return 'held';
    const same = held.record.revision === planned.desired.revision;
    const superseding = same ? null : { code: 'superseded', message: `commit ${commitOf(actor.revision)} carries on` };
    return takeOverOrder(held, { ...parts, superseding, deadHolder: may.dead }, holderIn(stage), wall);
  }
  if (planned.action !== 'roll-out') return null;
  return orderOf(
    {
      ...parts,
      job,
      jobPlan: planned,
      revision: planned.desired.revision ?? 'unknown',
      place,
      held,
      before: held?.record ?? null,
      observed: runs,
      current: runs.find((run) => run.id === planned.current?.run) ?? null,
      target: inSlot(job, planned.slot),
      artifact: { kind: 'files', digest: `code-${actor.revision}`, mutable: false },
      codeDigest: `code-${actor.revision}`,
      needs: [],
      requestedRollback: false,
    },
    {
      name,
      environment,
      commit: commitOf(actor.revision),
      holder: holderIn(stage),
      actor: null,
      now: process.clock.now(),
    },
    process.time.wall(),
  );
}

const around = { event: readEvent({}), workspace: '/w', outputDirectory: '', env: {}, wait: true };

/** The bench of the real `resume` and `post`. */
export function benchOf(stage: Stage, actor: Pick<Actor, 'byForce' | 'minutes'>): Bench {
  const { process, engine, tell } = stage;
  const bench: Partial<Bench> = {
    inputs: parseInputs({ environment, 'take-over': String(actor.byForce), 'max-parallel': '4' }, around),
    clock: process.clock,
    time: process.time,
    sessions: { get: async () => off.session(stage, stage.session), close: async () => undefined },
    holder: holderIn(stage),
    forge: { attemptState: stage.attemptState, source: null },
    teller: { line: (text) => tell(`${process.name}: ${text}`), group: (_title, work) => work() },
    signal: process.signal,
    handOverAt: process.clock.now() + actor.minutes * 60_000,
    engine: async () => engine,
    ledger: async () => off.ledger(stage, stage.ledger),
  };
  return bench as Bench;
}
