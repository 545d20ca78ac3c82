import pLimit from 'p-limit';
import type { Session, Subject } from '../engines/engine.js';
import { codes } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { JobRecord } from '../model/record.js';
import { isActive, type Run } from '../model/run.js';
import type { Bench } from './bench.js';
import { connectTo, readKnown } from './ledger-jobs.js';
import { notSeen } from './observe.js';

/** One row of `status`: what the ledger names, and what the engine shows of it now. */
export interface StatusRow {
  readonly environment: string;
  readonly job: string;
  readonly engine: string;
  readonly place: string;
  /** Revision that the ledger keeps as good. */
  readonly recordedRevision: string | null;
  readonly runningRevision: string | null;
  readonly run: string | null;
  /** Run that the ledger names as the good one, whether or not the engine could be read. */
  readonly recordedRun: string | null;
  readonly state: string | null;
  readonly url: string | null;
  /** Ids of the other active runs of the job, but for those of `trailing`. */
  readonly others: readonly string[];
  readonly commit: string | null;
  /** Last closed rollout's outcome, or null while one is open or none was. */
  readonly lastOutcome: string | null;
  readonly lastAt: string | null;
  readonly open: {
    readonly rollout: string;
    readonly n: number;
    readonly strategy: string | null;
    readonly since: string;
    readonly holder: string | null;
  } | null;
  readonly trailing: readonly string[];
  readonly quarantined: readonly string[];
  /** Why the engine could not be read; null where it was. */
  readonly error: string | null;
  /** Code of `error`, and what to do about it. */
  readonly code: string | null;
  readonly next: string | null;
}

export interface Status {
  readonly version: 1;
  readonly kind: 'status';
  readonly jobs: readonly StatusRow[];
}

/** Looks at single jobs under way at the same time. */
const atOnce = 8;

/** Runs of a job, or why they could not be read. */
type Look = { readonly runs: readonly Run[]; readonly trouble: Finding | null };

/** Reads the ledger, and observes once per session. Changes nothing. */
export async function status(bench: Bench): Promise<Status> {
  const rows: StatusRow[] = [];
  for (const { environment, held } of await readKnown(bench)) {
    const records = [...held.values()].map(({ record }) => record);
    const looks = await looksAt(bench, records);
    for (const record of records)
      rows.push(rowOf(environment, record, looks.get(record) ?? { runs: [], trouble: null }));
  }
  return { version: 1, kind: 'status', jobs: rows.sort((a, b) => a.job.localeCompare(b.job)) };
}

/** One observation for all jobs of a session. An engine that can't be read is told of its own jobs. */
async function looksAt(bench: Bench, records: readonly JobRecord[]): Promise<ReadonlyMap<JobRecord, Look>> {
  const looks = new Map<JobRecord, Look>();
  const groups = new Map<Session, { record: JobRecord; subject: Subject }[]>();
  const failed = (record: JobRecord, cause: unknown) => looks.set(record, { runs: [], trouble: notSeen(cause) });
  await Promise.all(
    records.map(async (record) => {
      try {
        const { session, subject } = await connectTo(bench, record);
        groups.set(session, [...(groups.get(session) ?? []), { record, subject }]);
      } catch (cause) {
        failed(record, cause);
      }
    }),
  );
  const limit = pLimit(atOnce);
  await Promise.all(
    [...groups].map(async ([session, members]) => {
      try {
        const found = await session.observe(members.map(({ subject }) => subject));
        await Promise.all(
          members.map(async ({ record, subject }) => {
            // An engine that could read only some of the jobs leaves the others out, and says why when asked for one.
            const look = () => limit(() => session.look(subject));
            await (found.has(record.job) ? Promise.resolve(found.get(record.job) ?? []) : look()).then(
              (runs) => looks.set(record, { runs, trouble: null }),
              (cause: unknown) => failed(record, cause),
            );
          }),
        );
      } catch (cause) {
        for (const { record } of members) failed(record, cause);
      }
    }),
  );
  return looks;
}

function rowOf(environment: string, record: JobRecord, { runs, trouble }: Look): StatusRow {
  const known = runs.find((run) => run.id === record.good?.runId && isActive(run)) ?? runs.find(isActive) ?? null;
  const trailing = record.trailing.map((entry) => entry.run);
  const recorded = known !== null && known.id === record.good?.runId ? record.good.revision : null;
  return {
    environment,
    job: record.job,
    engine: record.engine,
    place: record.place,
    recordedRevision: record.good?.revision ?? null,
    runningRevision: known?.stamp?.revision ?? recorded,
    run: known?.id ?? null,
    recordedRun: record.good?.runId ?? null,
    state: known?.state ?? (trouble === null ? 'none' : null),
    url: known?.url ?? null,
    others: runs.flatMap((run) => (run === known || !isActive(run) || trailing.includes(run.id) ? [] : [run.id])),
    commit: record.good?.commit ?? null,
    lastOutcome: record.closed?.outcome ?? null,
    lastAt: record.closed?.at ?? null,
    open:
      record.closed !== null
        ? null
        : {
            rollout: record.rollout,
            n: record.n,
            strategy: record.plan?.strategy ?? null,
            since: record.openedAt,
            holder: record.holder?.name ?? null,
          },
    trailing,
    quarantined: record.quarantined.map((entry) => entry.revision),
    error: trouble?.message ?? null,
    code: trouble?.code ?? null,
    next: trouble === null ? null : (trouble.next ?? codes[trouble.code].next ?? null),
  };
}

/** The rows as a table for a terminal. */
export function renderStatus(found: Status): string {
  if (found.jobs.length === 0) return 'The ledger has no jobs.';
  const head = ['JOB', 'ENVIRONMENT', 'STATE', 'RUN', 'REVISION', 'LAST', 'OPEN'];
  const rows = found.jobs.map((row) => [
    row.job,
    row.environment,
    row.error === null ? (row.state ?? '?') : 'unreadable',
    row.others.length === 0 ? (shownRun(row) ?? '-') : `${row.run} and ${row.others.length} more`,
    (row.error === null ? row.runningRevision : row.recordedRevision) ?? '-',
    row.lastOutcome ?? '-',
    row.open === null
      ? '-'
      : `${row.open.n} ${row.open.strategy ?? ''} ${row.open.holder === null ? '(no holder)' : row.open.holder}`,
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const errors = found.jobs.flatMap((row) => (row.error === null ? [] : troubleLines(row)));
  const several = found.jobs.flatMap(({ job, run, others }) =>
    others.length === 0 ? [] : [`${job}: ${others.length + 1} runs are active: ${[run, ...others].join(', ')}`],
  );
  return [line(head), ...rows.map(line), ...several, ...errors].join('\n');
}

/** Of an engine that could not be read, the ledger still knows what was good last. */
function shownRun(row: StatusRow): string | null {
  return row.error === null ? row.run : row.recordedRun;
}

function troubleLines({ job, error, code, next, recordedRun }: StatusRow): readonly string[] {
  const from = recordedRun === null ? '' : ' Run and revision are those that the ledger recorded last.';
  const why = `${job}: error ${code}: ${error}${/[.!?]$/.test(error ?? '') ? '' : '.'}${from}`;
  return next === null ? [why] : [why, `  Next: ${next}`];
}
