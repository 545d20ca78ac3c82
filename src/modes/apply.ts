import pLimit from 'p-limit';
import type { Outcome } from '../model/outcome.js';
import { worstExitCode } from '../model/outcome.js';
import type { JobPlan, Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { isActive } from '../model/run.js';
import { inSlot } from '../plan/index.js';
import { type Order, rollOut } from '../rollout/fleet.js';
import { mayTakeOver } from '../rollout/holder.js';
import { adoptedRecord, type Common, orderOf, takeOverOrder } from '../rollout/order.js';
import { plainReport, reportExitCode } from '../rollout/plain.js';
import type { Bench } from './bench.js';
import { type Gathered, gather } from './gather.js';
import { openWorkshop, type Workshop } from './materialise.js';
import { approved } from './stored-plan.js';

/** How long a held lock is left alone between two looks, in seconds. */
const heldPollSeconds = 30;
/** Jobs that are built, uploaded and checked at the same time, before anything is opened. */
const preparing = 8;

/** Ends of an older rollout after which the newer revision is planned anew; `stuck` does not block it either. */
const closedOlder: ReadonlySet<Outcome> = new Set(['superseded', 'succeeded', 'rolled-back', 'failed', 'stuck']);

export interface Applied {
  readonly plan: Plan;
  readonly report: Report;
  /** Reports of older rollouts that were closed in favour of this commit. */
  readonly superseded: readonly JobReport[];
}

/**
 * Plans and carries out. A job whose open rollout belongs to another revision is closed first and planned again; a job that
 * another process holds is waited for where the inputs say so. The plan that is given back is the first one, as the user saw it.
 */
export async function apply(bench: Bench, onPlan: (plan: Plan) => Promise<void>): Promise<Applied> {
  const read = await gather(bench, { jobs: null });
  const first: Gathered = { ...read, plan: await approved(bench, read.plan) };
  await onPlan(first.plan);
  const reports = new Map<string, JobReport>();
  const superseded: JobReport[] = [];
  let round: Gathered | null = first;
  while (round !== null) {
    const { reports: done, again, held }: Round = await carryOutRound(bench, round, reports);
    for (const report of done) reports.set(report.job, report);
    superseded.push(...done.filter((report) => again.includes(report.job)));
    const waitFor = bench.inputs.wait ? held : [];
    const next = [...again, ...waitFor];
    if (next.length === 0 || bench.signal.aborted || bench.clock.now() >= bench.handOverAt) break;
    if (again.length === 0) await bench.clock.sleep(heldPollSeconds, bench.signal);
    round = bench.signal.aborted ? null : await gather(bench, { jobs: next });
  }
  const jobs = first.plan.jobs.flatMap((planned) => reports.get(planned.job) ?? []);
  return { plan: first.plan, report: reportOver(first.plan, jobs), superseded };
}

export function reportOver(plan: Plan, jobs: readonly JobReport[]): Report {
  return {
    version: 1,
    kind: 'report',
    exitCode: worstExitCode(jobs.map(reportExitCode)),
    environment: plan.environment,
    commit: plan.commit,
    planHash: plan.hash,
    jobs,
  };
}

interface Round {
  readonly reports: readonly JobReport[];
  /** Jobs whose older rollout was closed: they are planned again at once. */
  readonly again: readonly string[];
  /** Jobs that another process holds. */
  readonly held: readonly string[];
}

async function carryOutRound(bench: Bench, g: Gathered, before: ReadonlyMap<string, JobReport>): Promise<Round> {
  const reports: JobReport[] = [];
  const orders: Order[] = [];
  const again: string[] = [];
  const held: string[] = [];
  const acting = g.plan.jobs.filter((planned) => ['adopt', 'roll-out', 'resume'].includes(planned.action));
  if (acting.length > 0) await (await bench.ledger()).prove();

  const limit = pLimit(preparing);
  const workshop = await openWorkshop(bench, g);
  try {
    await Promise.all(
      g.plan.jobs.map(async (planned) => {
        const work = () => prepare(bench, g, planned, workshop);
        // Adoptions are writes to the ledger alone: all of them fit into one push.
        const made = await (planned.action === 'adopt' ? work() : limit(work));
        if ('report' in made) reports.push(made.report);
        else orders.push(made.order);
      }),
    );
  } finally {
    workshop.close();
  }

  const outcomes = new Map<string, Outcome>(
    [...before.values(), ...reports].map((report) => [report.job, report.outcome]),
  );
  const carried = await rollOut(orders, {
    ledger: await bench.ledger(),
    environment: g.plan.environment,
    clock: bench.clock,
    signal: bench.signal,
    handOverAt: bench.handOverAt,
    maxParallel: bench.inputs.maxParallel,
    failFast: bench.inputs.failFast,
    outcomes,
    tell: (progress) => bench.teller.line(`${progress.job}: ${progress.text}`),
  });
  for (const report of carried) {
    const order = orders.find((candidate) => candidate.subject.job === report.job);
    if (order?.superseding && closedOlder.has(report.outcome)) again.push(report.job);
    reports.push(report);
  }
  for (const report of reports) if (report.code === 'rollout-held') held.push(report.job);
  return { reports, again, held };
}

async function prepare(
  bench: Bench,
  g: Gathered,
  planned: JobPlan,
  workshop: Workshop,
): Promise<{ report: JobReport } | { order: Order }> {
  try {
    switch (planned.action) {
      case 'adopt':
        return { report: await adopt(bench, g, planned) };
      case 'resume':
        return await resumeOrder(bench, g, planned);
      case 'roll-out':
        return await newOrder(bench, g, planned, workshop);
      default:
        return { report: plainReport(planned, g.plan.environment, g.observed?.get(planned.job) ?? []) };
    }
  } catch (error) {
    return { report: plainReport(planned, g.plan.environment, g.observed?.get(planned.job) ?? [], error) };
  }
}

async function newOrder(
  bench: Bench,
  g: Gathered,
  planned: JobPlan,
  workshop: Workshop,
): Promise<{ report: JobReport } | { order: Order }> {
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
      needs: planned.needs,
      findings,
      requestedRollback: false,
    },
    commonOf(bench, g),
  );
  return { order };
}

async function resumeOrder(
  bench: Bench,
  g: Gathered,
  planned: JobPlan,
): Promise<{ report: JobReport } | { order: Order }> {
  const parts = partsOf(g, planned);
  const open = parts.held;
  if (open === null) throw new TypeError(`${planned.job} has no open rollout`);
  const may = bench.inputs.takeOver
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
  const same = open.record.revision === planned.desired.revision;
  const superseding = same
    ? null
    : { code: 'superseded', message: `commit ${g.plan.commit?.slice(0, 12) ?? '(unknown)'} carries on` };
  return { order: takeOverOrder(open, { ...parts, superseding, findings: planned.findings }, bench.holder) };
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
