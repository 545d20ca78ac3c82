import { sameJson } from '../changes/settings.js';
import { commandOf } from '../model/command.js';
import type { JobPlan } from '../model/plan.js';
import type { JobReport } from '../model/report.js';
import { isActive, type Run } from '../model/run.js';
import { goesOn, inSlot } from '../plan/index.js';
import { stillWaits } from '../rollout/backstop.js';
import type { Order } from '../rollout/fleet.js';
import { heldMessage } from '../rollout/held.js';
import { byPerson, mayTakeOver } from '../rollout/holder.js';
import { adoptedRecord, type Common, cutOff, orderOf, oursOf, takeOverOrder, undoTarget } from '../rollout/order.js';
import { isRefusal, notBegun, plainReport } from '../rollout/plain.js';
import { nowOf, waitingReport } from '../rollout/reporting.js';
import { scaleShown } from '../rollout/scale.js';
import type { Bench } from './bench.js';
import type { Gathered } from './gather.js';
import { takesOver } from './ledger-jobs.js';
import type { Workshop } from './materialise.js';
import { needSecrets } from './secrets.js';

/** What becomes of one job of a plan, before anything is opened. */
export type Prepared =
  | { readonly report: JobReport }
  | {
      readonly order: Order;
      readonly planned: JobPlan;
      /** `new`: W1 is still to be written. `open`: an open rollout goes on. `closing`: an older one is closed first. */
      readonly kind: 'new' | 'open' | 'closing';
      /** What goes on has other values of impact `scale` than are declared now: an open rollout, or a run that is only verified. */
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
  // Where its new run is up already, nothing is left to be started, which is what pre-flight is about.
  const begun = cutOff({ ...parts, current }, oursOf(g.name, g.plan.environment, parts.job)) !== null;
  const undo = undoTarget({ ...parts, current, target: parts.job.target }, planned.steps);
  const good = parts.before?.good?.target ?? null;
  const about = { subject: parts.subject, job: parts.job, target: made.target, current, undo, good, applies: true };
  const findings = begun ? [] : await parts.session.preflight({ ...about, strategy: planned.strategy ?? 'create' });
  if (findings.some((finding) => finding.level === 'error')) {
    const refused: JobPlan = { ...planned, action: 'refuse', findings: [...planned.findings, ...findings] };
    return { report: plainReport(refused, g.plan.environment, parts.observed) };
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
  needSecrets(bench, order);
  return { order, planned, kind: 'new', unscaled: isUnscaled(g, planned, current) };
}

/** A run is only verified, since no record tells of it, and has another scale than declared. */
function isUnscaled(g: Gathered, { job, steps }: JobPlan, current: Run | null): boolean {
  const wanted = g.changes.get(job)?.desired.scale ?? {};
  const verifies = steps.length > 0 && steps.every((step) => step.verb === 'verify');
  return verifies && current?.scale != null && !scaleShown(current, wanted);
}

async function resumeOrder(bench: Bench, g: Gathered, planned: JobPlan): Promise<Prepared> {
  const parts = partsOf(g, planned);
  const open = parts.held;
  if (open === null) return { report: renamedReport(g, planned, parts) };
  const may = takesOver(bench)
    ? byPerson
    : await mayTakeOver(open.record, bench.holder, bench.forge.attemptState, Date.now());
  if (!may.yes) {
    const report = plainReport(planned, g.plan.environment, parts.observed);
    return {
      report: {
        ...report,
        outcome: 'refused',
        code: 'rollout-held',
        message: `${heldMessage(open.record, may, bench.clock.now())} ${untouched(parts.observed)}`,
        next: `wait for it, or: ${commandOf('apply', { environment: g.plan.environment, job: planned.job }, '--take-over')}`,
      },
    };
  }
  const { inputs } = bench;
  const again = { force: inputs.force, rerunOf: inputs.event.attempt > 1 ? inputs.event.runId : null };
  const carriesOn = { code: 'superseded', message: `commit ${g.plan.commit?.slice(0, 12) ?? '(unknown)'} carries on` };
  const same = goesOn(open.record, planned.desired.revision, again);
  const superseding = same ? null : carriesOn;
  if (same && stillWaits(open.record, parts.observed, bench.clock.now()))
    return { report: waitingReport(open.record, parts.observed) };
  const order = takeOverOrder(
    open,
    { ...parts, superseding, findings: planned.findings, deadHolder: may.dead },
    bench.holder,
  );
  needSecrets(bench, order);
  const unscaled =
    open.record.revision === planned.desired.revision && !sameJson(open.record.plan?.scale ?? {}, planned.scale);
  return { order, planned, kind: same ? 'open' : 'closing', unscaled };
}

/** Of a job that another process is at work on: what was seen of it, and that this one did nothing. */
function untouched(observed: readonly Run[]): string {
  return `Nothing was touched. ${nowOf(observed.filter(isActive))}`;
}

/** Renamed while a rollout of its old name is open: that one is finished under the old name first. */
function renamedReport(g: Gathered, planned: JobPlan, { before, observed }: ReturnType<typeof partsOf>): JobReport {
  const environment = g.plan.environment;
  return {
    ...plainReport(planned, environment, observed),
    outcome: 'refused',
    code: 'rollout-held',
    message: `Rollout ${before?.n} of ${before?.job}, its old name, is still open. ${untouched(observed)}`,
    next: `run the same command again after: ${commandOf('resume', { environment, job: before?.job ?? null })}`,
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
    message: `Another process wrote to the ledger first. ${untouched(parts.observed)}`,
    next: 'run the same command again',
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
