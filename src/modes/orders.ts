import { sameJson } from '../changes/settings.js';
import type { JobPlan } from '../model/plan.js';
import type { JobReport } from '../model/report.js';
import { isActive } from '../model/run.js';
import { goesOn, inSlot } from '../plan/index.js';
import type { Order } from '../rollout/fleet.js';
import { mayTakeOver } from '../rollout/holder.js';
import { adoptedRecord, type Common, orderOf, takeOverOrder } from '../rollout/order.js';
import { isRefusal, notBegun, plainReport } from '../rollout/plain.js';
import type { Bench } from './bench.js';
import type { Gathered } from './gather.js';
import { takesOver } from './ledger-jobs.js';
import type { Workshop } from './materialise.js';

/** What becomes of one job of a plan, before anything is opened. */
export type Prepared =
  | { readonly report: JobReport }
  | {
      readonly order: Order;
      readonly planned: JobPlan;
      /** `new`: W1 is still to be written. `open`: an open rollout goes on. `closing`: an older one is closed first. */
      readonly kind: 'new' | 'open' | 'closing';
      /** An open rollout goes on that has other values of impact `scale` than are declared now. */
      readonly unscaled: boolean;
    };

/** Builds, uploads and checks what one job needs. Never throws: what goes wrong is its report. */
export async function prepare(
  bench: Bench,
  g: Gathered,
  planned: JobPlan,
  needs: readonly string[],
  workshop: Workshop,
): Promise<Prepared> {
  const observed = g.observed?.get(planned.job) ?? null;
  try {
    switch (planned.action) {
      case 'adopt':
        return { report: await adopt(bench, g, planned) };
      case 'resume':
        return await resumeOrder(bench, g, planned);
      case 'roll-out':
        return await newOrder(bench, g, planned, needs, workshop);
      default:
        return { report: plainReport(planned, g.plan.environment, observed) };
    }
  } catch (error) {
    // What a cancel broke off says nothing about the job.
    if (bench.signal.aborted && !isRefusal(error)) return { report: cancelledReport(g, planned) };
    return { report: plainReport(planned, g.plan.environment, observed, error) };
  }
}

/** The process was cancelled before a rollout of this job was opened. */
export function cancelledReport(g: Gathered, planned: JobPlan): JobReport {
  const why = {
    code: 'process-cancelled',
    message: 'the process was cancelled before anything was done for it',
  } as const;
  return notBegun(planned, g.plan.environment, g.observed?.get(planned.job) ?? null, why);
}

async function newOrder(
  bench: Bench,
  g: Gathered,
  planned: JobPlan,
  needs: readonly string[],
  workshop: Workshop,
): Promise<Prepared> {
  const parts = partsOf(g, planned);
  const made = await workshop.make(parts.job, planned);
  const current = parts.observed.find((run) => run.id === planned.current?.run) ?? null;
  const findings = await parts.session.preflight({
    subject: parts.subject,
    job: parts.job,
    target: made.target,
    strategy: planned.strategy ?? 'create',
    current,
  });
  const stop = findings.find((finding) => finding.level === 'error');
  if (stop !== undefined) {
    const report = plainReport(planned, g.plan.environment, parts.observed);
    return {
      report: {
        ...report,
        outcome: 'refused',
        code: stop.code,
        message: `${stop.message} ${report.message}`,
        next: stop.next ?? report.next,
        findings: [...planned.findings, ...findings],
      },
    };
  }
  const order = orderOf(
    {
      ...parts,
      ...made,
      target: made.target ?? inSlot(parts.job, planned.slot),
      jobPlan: planned,
      current,
      needs,
      findings,
      requestedRollback: false,
    },
    commonOf(bench, g),
  );
  return { order, planned, kind: 'new', unscaled: false };
}

async function resumeOrder(bench: Bench, g: Gathered, planned: JobPlan): Promise<Prepared> {
  const parts = partsOf(g, planned);
  const open = parts.held;
  if (open === null) return { report: renamedReport(g, planned, parts) };
  const may = takesOver(bench)
    ? { yes: true, why: 'a person took it over' }
    : await mayTakeOver(open.record, bench.holder, bench.forge.attemptState, Date.now());
  if (!may.yes) {
    const report = plainReport(planned, g.plan.environment, parts.observed);
    const since = Math.round((Date.now() - Date.parse(open.record.openedAt)) / 60_000);
    return {
      report: {
        ...report,
        outcome: 'refused',
        code: 'rollout-held',
        message: `Rollout ${open.record.n} is ${may.why}, opened ${since} min ago. Nothing was touched.`,
        next: `wait for it, or: stream-rollout apply --environment ${g.plan.environment} --jobs ${planned.job} --take-over`,
      },
    };
  }
  const { inputs } = bench;
  const again = { force: inputs.force, rerunOf: inputs.event.attempt > 1 ? inputs.event.runId : null };
  const carriesOn = { code: 'superseded', message: `commit ${g.plan.commit?.slice(0, 12) ?? '(unknown)'} carries on` };
  const same = goesOn(open.record, planned.desired.revision, again);
  const superseding = same ? null : carriesOn;
  const order = takeOverOrder(open, { ...parts, superseding, findings: planned.findings }, bench.holder);
  const unscaled =
    open.record.revision === planned.desired.revision && !sameJson(open.record.plan?.scale ?? {}, planned.scale);
  return { order, planned, kind: same ? 'open' : 'closing', unscaled };
}

/** Renamed while a rollout of its old name is open: that one is finished under the old name first. */
function renamedReport(g: Gathered, planned: JobPlan, { before, observed }: ReturnType<typeof partsOf>): JobReport {
  const environment = g.plan.environment;
  return {
    ...plainReport(planned, environment, observed),
    outcome: 'refused',
    code: 'rollout-held',
    message: `Rollout ${before?.n} of ${before?.job}, its old name, is still open. Nothing was touched.`,
    next: `stream-rollout resume --environment ${environment} --jobs ${before?.job}, then run the same command again`,
  };
}

async function adopt(bench: Bench, g: Gathered, planned: JobPlan): Promise<JobReport> {
  const parts = partsOf(g, planned);
  const run =
    parts.observed.find((candidate) => candidate.id === planned.current?.run) ?? parts.observed.find(isActive);
  if (run === undefined) throw new TypeError(`${planned.job} has no run to adopt`);
  const desired = g.changes.get(planned.job)?.desired ?? null;
  const record = adoptedRecord(
    { ...parts, run, codeDigest: desired?.codeDigest ?? null, settingsDigest: desired?.settingsDigest ?? null },
    commonOf(bench, g),
  );
  const swap = await (await bench.ledger()).write(record, parts.held?.head ?? null, `adopt run ${run.id}`);
  const report = plainReport(planned, g.plan.environment, parts.observed);
  if (swap.landed) return { ...report, outcome: 'adopted', rollout: record.rollout, revision: record.revision };
  return {
    ...report,
    outcome: 'refused',
    code: 'rollout-held',
    message: 'Another process wrote to the ledger first. Nothing was touched.',
  };
}

function partsOf(g: Gathered, planned: JobPlan) {
  const job = g.manifest.jobs.find((candidate) => candidate.key === planned.job);
  const engine = g.engines.get(planned.engine);
  const session = g.sessions.get(planned.job);
  const subject = g.subjects.get(planned.job);
  if (!job || !engine || !session || !subject) throw new TypeError(`${planned.job} was not looked at`);
  const held = g.held.get(planned.job) ?? null;
  const renamed = held === null && job.was !== null ? (g.held.get(job.was)?.record ?? null) : null;
  return {
    job,
    engine,
    session,
    subject,
    held,
    before: held?.record ?? renamed,
    observed: g.observed?.get(planned.job) ?? [],
    place: g.places.get(planned.job) ?? engine.id,
    revision: planned.desired.revision ?? 'unknown',
  };
}

function commonOf(bench: Bench, g: Gathered): Common {
  return {
    name: g.name,
    environment: g.plan.environment,
    commit: g.plan.commit,
    holder: bench.holder,
    actor: bench.inputs.event.actor,
    now: bench.clock.now(),
  };
}
