import { RolloutError } from '../model/error.js';
import type { Plan } from '../model/plan.js';
import type { JobReport } from '../model/report.js';
import type { Run } from '../model/run.js';
import { isActive, isEnding } from '../model/run.js';
import { planRollback, rollbackPlan } from '../plan/index.js';
import { declared, type JobRollback } from '../plan/rollback.js';
import { type Order, rollOut } from '../rollout/fleet.js';
import { orderOf } from '../rollout/order.js';
import { plainReport } from '../rollout/plain.js';
import { type Applied, reportOver } from './apply.js';
import type { Bench } from './bench.js';
import { connectTo, type LedgerJobs, readOneEnvironment } from './ledger-jobs.js';
import { needSecrets } from './secrets.js';
import { tellOn } from './tell-on.js';

interface Looked {
  readonly job: string;
  readonly runs: readonly Run[];
  readonly rollback: JobRollback;
  readonly connected: Awaited<ReturnType<typeof connectTo>>;
}

/** What a rollback would do: everything comes from the ledger and the look. */
export async function planBack(bench: Bench): Promise<{ plan: Plan; looked: readonly Looked[]; ledger: LedgerJobs }> {
  const { inputs } = bench;
  if (inputs.jobs.length === 0) {
    throw new RolloutError('input-invalid', 'A rollback needs `jobs`: it never takes a whole fleet back by default.', {
      class: 'input',
      next: 'Name the jobs, for example `jobs: orders-enrich`.',
    });
  }
  const ledger = await readOneEnvironment(bench);
  if (ledger.held.size === 0) {
    throw new RolloutError('job-not-recorded', `The ledger has no job ${inputs.jobs.join(', ')}.`, {
      class: 'input',
      next: 'Check `ledger` and `environment`: there is nothing to go back to.',
    });
  }
  const looked: Looked[] = [];
  for (const [job, { record }] of ledger.held) {
    const connected = await connectTo(bench, record);
    const runs = await connected.session.look(connected.subject);
    const rollback = planRollback({
      record,
      to: inputs.rollbackTo ?? 'previous',
      runs,
      engine: connected.engine,
      accept: new Set(inputs.accept),
      force: inputs.force,
      now: new Date(bench.clock.now()).toISOString(),
    });
    looked.push({ job, runs, rollback, connected });
  }
  const name = [...ledger.held.values()][0]?.record.name ?? '';
  const plan = rollbackPlan(
    { environment: ledger.environment, name },
    looked.map((one) => one.rollback),
  );
  return { plan, looked, ledger };
}

/** Rolls back to what the ledger keeps as good. The revision that is left is quarantined. */
export async function rollback(bench: Bench, onPlan: (plan: Plan) => Promise<void>): Promise<Applied> {
  const { plan, looked, ledger } = await planBack(bench);
  await onPlan(plan);
  const reports: JobReport[] = [];
  const orders: Order[] = [];
  const store = await bench.ledger();
  if (looked.some((one) => one.rollback.plan.action === 'roll-out')) await store.prove();
  for (const { job, runs, rollback: back, connected } of looked) {
    const held = ledger.held.get(job);
    if (back.plan.action !== 'roll-out' || back.good?.target == null || held === undefined) {
      reports.push(plainReport(back.plan, plan.environment, runs));
      continue;
    }
    const { good } = back;
    const target = back.plan.target;
    const current = runs.find((run) => run.id === back.plan.current?.run) ?? null;
    const order = orderOf(
      {
        job: { ...declared(held.record), target, positions: {} },
        jobPlan: back.plan,
        revision: good.revision,
        ...connected,
        place: held.record.place,
        held,
        before: held.record,
        observed: runs,
        current: current !== null && isActive(current) && !isEnding(current) ? current : null,
        target,
        artifact: good.artifact,
        codeDigest: good.codeDigest,
        needs: [],
        findings: [],
        requestedRollback: true,
      },
      {
        name: held.record.name,
        environment: ledger.environment,
        commit: good.commit,
        holder: bench.holder,
        actor: bench.inputs.event.actor,
        now: bench.clock.now(),
      },
    );
    try {
      needSecrets(bench, order);
    } catch (error) {
      reports.push(plainReport(back.plan, plan.environment, runs, error));
      continue;
    }
    orders.push(leaving(order, held.record.good?.revision ?? null, bench.inputs.event.actor, bench.clock.now()));
  }
  const carried = await rollOut(orders, {
    ledger: store,
    environment: ledger.environment,
    clock: bench.clock,
    signal: bench.signal,
    handOverAt: bench.handOverAt,
    maxParallel: bench.inputs.maxParallel,
    failFast: bench.inputs.failFast,
    outcomes: new Map(),
    tell: tellOn(bench.teller),
    measuring: bench.measuring,
  });
  return { plan, report: reportOver(plan, [...reports, ...carried]), superseded: [] };
}

/** A requested rollback quarantines the revision that it leaves. */
function leaving(order: Order, revision: string | null, actor: string | null, now: number): Order {
  const { body } = order;
  if (revision === null || revision === body.revision) return order;
  const entry = {
    revision,
    rollout: body.rollout,
    reason: 'a person rolled back from it',
    requestedBy: actor,
    at: new Date(now).toISOString(),
    scale: null,
  };
  const others = body.quarantined.filter((one) => one.revision !== revision && one.revision !== body.revision);
  return { ...order, body: { ...body, quarantined: [entry, ...others] } };
}
