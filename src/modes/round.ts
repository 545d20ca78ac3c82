import pLimit from 'p-limit';
import type { Outcome } from '../model/outcome.js';
import type { JobPlan } from '../model/plan.js';
import type { JobReport } from '../model/report.js';
import { waitingFor } from '../plan/index.js';
import { rollOut } from '../rollout/fleet.js';
import type { Bench } from './bench.js';
import type { Gathered } from './gather.js';
import { openWorkshop } from './materialise.js';
import { cancelledReport, type Prepared, prepare } from './orders.js';
import { putOff, type Ready } from './put-off.js';
import { tellOn } from './tell-on.js';

/** Jobs that are built, uploaded and checked at the same time, before anything is opened. */
const preparing = 8;

/** Ends of an older rollout after which the newer revision is planned anew; `stuck` does not block it either. */
const closedOlder: ReadonlySet<Outcome> = new Set(['superseded', 'succeeded', 'rolled-back', 'failed', 'stuck']);

/** What one round of `apply` came to. */
export interface Round {
  readonly reports: readonly JobReport[];
  /** Jobs whose older rollout was closed: they are planned again at once. */
  readonly closed: readonly string[];
  /** Jobs whose open rollout went on with an older scale: they are planned again at once. */
  readonly unscaled: readonly string[];
  /** Jobs that another process holds. */
  readonly held: readonly string[];
  /** Jobs that need one of those above; nothing was opened for them. */
  readonly waiting: readonly string[];
}

/** Opens, carries out or closes what a plan says. `needs`: what each job waits for by the first plan; a later one may not show all of it. */
export async function carryOutRound(
  bench: Bench,
  g: Gathered,
  needs: (job: string) => readonly string[],
  before: ReadonlyMap<string, JobReport>,
): Promise<Round> {
  const acting = g.plan.jobs.filter((planned) => ['adopt', 'roll-out', 'resume'].includes(planned.action));
  if (acting.length > 0) await (await bench.ledger()).prove();
  const now = waitingFor(g.plan.jobs);
  const needsOf = (job: string) => [...new Set([...needs(job), ...now(job)])];
  const isHeld = (report: JobReport) => report.code === 'rollout-held';
  const { all, waiting } = await prepareAll(bench, g, needsOf, (done) => {
    const closing = done.flatMap((one) => ('order' in one && one.kind === 'closing' ? [one.planned.job] : []));
    const busy = done.flatMap((one) => ('report' in one && isHeld(one.report) ? [one.report.job] : []));
    return new Set([...closing, ...(bench.inputs.wait ? busy : [])]);
  });
  const reports = all.flatMap((one) => ('report' in one ? [one.report] : []));
  const begun = all.flatMap((one) => ('order' in one ? [one] : []));
  // A cancelled process opens nothing. What is open already is taken over, so that its post step finds it.
  const opened = bench.signal.aborted ? begun.filter((one) => one.kind !== 'new') : begun;
  reports.push(...begun.filter((one) => !opened.includes(one)).map((one) => cancelledReport(g, one.planned)));

  const carried = await rollOut(
    opened.map((one) => one.order),
    {
      ledger: await bench.ledger(),
      environment: g.plan.environment,
      clock: bench.clock,
      signal: bench.signal,
      handOverAt: bench.handOverAt,
      maxParallel: bench.inputs.maxParallel,
      failFast: bench.inputs.failFast,
      outcomes: new Map([...before.values(), ...reports].map((report) => [report.job, report.outcome])),
      tell: tellOn(bench.teller),
      measuring: bench.measuring,
    },
  );
  const outcomes = new Map(carried.map((report) => [report.job, report.outcome]));
  const ended = (one: Ordered, as: ReadonlySet<Outcome>) => as.has(outcomes.get(one.planned.job) ?? 'refused');
  return {
    reports: [...reports, ...carried],
    closed: opened.filter((one) => one.kind === 'closing' && ended(one, closedOlder)).map((one) => one.planned.job),
    unscaled: opened.filter((one) => one.unscaled && ended(one, new Set(['succeeded']))).map((one) => one.planned.job),
    held: [...reports, ...carried].filter(isHeld).map((report) => report.job),
    waiting,
  };
}

type Ordered = Extract<Prepared, { order: unknown }>;

/**
 * Builds, uploads and checks everything: what is slow or likely to fail comes before any rollout is opened. `blocked` tells from what is
 * open or refused which jobs nothing new may be built on; whatever waits for them is left for a later round.
 */
async function prepareAll(
  bench: Bench,
  g: Gathered,
  needs: (job: string) => readonly string[],
  blocked: (done: readonly Prepared[]) => ReadonlySet<string>,
): Promise<{ readonly all: readonly Prepared[]; readonly waiting: readonly string[] }> {
  const limit = pLimit(preparing);
  const workshop = await openWorkshop(bench, g);
  const prepared = (jobs: readonly JobPlan[]) =>
    Promise.all(
      jobs.map((planned) => {
        const work = () => prepare(bench, g, planned, needs(planned.job), workshop);
        // Adoptions are writes to the ledger alone: all of them fit into one push.
        return planned.action === 'adopt' ? work() : limit(work);
      }),
    );
  try {
    const [fresh, others] = [true, false].map((is) => g.plan.jobs.filter((one) => (one.action === 'roll-out') === is));
    const done = await prepared(others ?? []);
    const open = done.flatMap((one) => ('order' in one ? [one.order.body] : []));
    const ready: readonly Ready[] = [
      ...open.map(({ job, plan }) => ({ job, isNew: false, needs: plan?.needs ?? [] })),
      ...(fresh ?? []).map(({ job }) => ({ job, isNew: true, needs: needs(job) })),
    ];
    const off = putOff(ready, blocked(done));
    const rest = await prepared((fresh ?? []).filter(({ job }) => !off.has(job)));
    return { all: [...done, ...rest], waiting: [...off] };
  } finally {
    workshop.close();
  }
}
