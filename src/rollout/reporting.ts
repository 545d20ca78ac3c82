import type { Code } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { Outcome } from '../model/outcome.js';
import type { JobRecord } from '../model/record.js';
import type { JobReport, StepReport } from '../model/report.js';
import { isActive, type Run, type RunMessage } from '../model/run.js';
import { naming } from './case.js';
import type { Ended } from './crew.js';
import { endFindings, longerResume } from './end-findings.js';
import { gapBy, gapSeconds } from './gap.js';
import { lostTo } from './lost.js';
import { nextCommand } from './next.js';
import { betweenStopAndStart, lastSeen } from './standing.js';

/** What a rollout came to in this process, whatever it comes to in the end. */
function endOf(ended: Ended): { outcome: Outcome; code: string | null; cause: string | null } {
  const { record, note } = ended;
  const why = record.undoReason?.message ?? note;
  switch (ended.how) {
    case 'closed':
      if (record.closed === null) throw new TypeError(`the record of ${record.job} is not closed`);
      return { ...record.closed, cause: record.closed.message || record.undoReason?.message || null };
    case 'lost':
      return lostTo(record, ended.now ?? null);
    case 'pending':
      return {
        outcome: 'pending',
        code: record.waitsUntil != null ? 'backstop-pending' : 'rollout-pending',
        cause: why,
      };
    case 'interrupted':
      return { outcome: 'interrupted', code: ended.code ?? 'rollout-interrupted', cause: why };
  }
}

/** The report of a rollout that was carried out, as far as this process got. */
export function reportOf(
  ended: Ended,
  engine: string,
  messages: readonly RunMessage[],
  findings: readonly Finding[],
): JobReport {
  const { record } = ended;
  const { outcome, code, cause } = endOf(ended);
  const seen = ended.runs?.filter(isActive) ?? null;
  return {
    job: record.job,
    environment: record.environment,
    engine,
    commit: record.commit,
    outcome,
    code,
    message: sentence(
      outcome,
      cause,
      seen,
      record,
      `${lastSeen(ended)}${ended.runs === null ? '' : leftOf(outcome, ended.runs, record)}${betweenStopAndStart(ended)}`,
      code === 'rollout-lost' ? lostLead : null,
    ),
    runBefore: record.predecessor?.run ?? null,
    runAfter: seen?.find((run) => run.state === 'running' || run.state === 'starting')?.id ?? null,
    gapSeconds: gapSeconds(record),
    ...gapSource(record),
    rollout: record.rollout,
    revision: record.revision,
    strategy: record.plan?.strategy ?? null,
    steps: stepsOf(record),
    next: longerResume(ended) ?? nextCommand(outcome, code, record),
    runs: seen?.map(({ id, name, state, url }) => ({ id, name, state, url })) ?? null,
    trailing: record.trailing.map((entry) => entry.run),
    messages,
    findings: [...findings, ...endFindings(ended)],
    ...(ended.gates === undefined || ended.gates.length === 0 ? {} : { gates: ended.gates }),
  };
}

function gapSource(record: JobRecord): Pick<JobReport, 'gapBy'> {
  const by = gapBy(record);
  return by === undefined ? {} : { gapBy: by };
}

/** What happened, then what runs now: the two things a person on call needs first. `runs` null: nobody looked. */
export function sentence(
  outcome: Outcome,
  cause: string | null,
  runs: readonly Run[] | null,
  record: JobRecord | null,
  ended = '',
  first: string | null = null,
): string {
  const now = runs === null ? unseen[outcome] : nowOf(runs);
  const what = record?.plan?.requestedRollback === true ? 'rollback' : 'rollout';
  const left = record?.trailing.length
    ? ` Still draining: ${record.trailing.map((entry) => entry.run).join(', ')}.`
    : '';
  const lead: Record<Outcome, string> = {
    unchanged: 'Nothing to do.',
    adopted: 'Adopted as it runs; nothing was restarted.',
    succeeded: succeeded(record),
    quarantined: 'This revision is quarantined and was left alone.',
    superseded: 'A newer commit closed this rollout and carries on.',
    failed: `The ${what} failed.`,
    'rolled-back':
      what === 'rollback' ? 'The rollback failed and was undone.' : 'The rollout failed and was rolled back.',
    stuck: `The ${what} is stuck and needs a person.`,
    refused: 'Refused; nothing was touched.',
    pending: record?.waitsUntil == null ? watched(record) : waiting(record),
    interrupted: 'Interrupted; `resume` goes on.',
    skipped: 'Skipped.',
  };
  return `${first ?? lead[outcome]}${cause ? ` ${capital(cause)}.` : ''} ${now ?? 'What runs now was not looked at.'}${left}${ended}`
    .replace(/\.\. /g, '. ')
    .trim();
}

const lostLead = 'Another process has this rollout now; this one made no further call.';

function succeeded(record: JobRecord | null): string {
  const plan = record?.plan ?? null;
  if (plan?.strategy === 'stop') return 'Stopped.';
  const state = `(${plan?.strategy ?? null}): running and not crash-looping${passedGates(record)}.`;
  if (plan === null || record === null || !plan.requestedRollback) return `Rolled out ${state}`;
  const of = record.commit === null ? '' : ` of commit ${record.commit.slice(0, 12)}`;
  return `Rolled back to revision ${record.revision}${of} ${state}`;
}

/** What was measured beside the run's own states; nothing where no gate passed. */
function passedGates(record: JobRecord | null): string {
  const passed = (record?.judged?.gates ?? []).flatMap(({ gate, result }) => (result === 'pass' ? [gate] : []));
  if (record?.judged?.result !== 'pass' || passed.length === 0) return '';
  return `; passed ${passed.length === 1 ? 'gate' : 'gates'} ${passed.join(', ')}`;
}

/** Of an overlap that was undone: what its own timer does to the old run is only known afterwards. */
function watched(record: JobRecord | null): string {
  return record?.direction === 'undo'
    ? 'The rollout failed, and the way back is still being watched; `resume` goes on.'
    : 'The new run is still being watched; `resume` goes on.';
}

function waiting({ waitsUntil }: JobRecord): string {
  return `The rollout failed and was undone. The service's own timer may still drain the old run: \`resume\` looks once more after ${waitsUntil} and closes the rollout.`;
}

/** Outcomes after which a person has to know what else of the rollout is still there. */
const leaves: ReadonlySet<Outcome> = new Set<Outcome>(['failed', 'rolled-back', 'stuck']);

/** The runs that this rollout started and that have ended: with what is said of the active ones, all that it left behind. */
function leftOf(outcome: Outcome, runs: readonly Run[], { n, rollout }: JobRecord): string {
  if (!leaves.has(outcome)) return '';
  const past = runs.filter((run) => !isActive(run) && run.stamp?.n === n && run.stamp.rollout === rollout);
  return past.length === 0 ? ' Nothing else was left behind.' : ` Left behind: ${past.map(naming).join(', ')}.`;
}

/** A rollout that made no call leaves what ran before; of any other nothing is claimed. */
const unseen: Partial<Record<Outcome, string>> = {
  skipped: 'The job was left as it is.',
};

function capital(text: string): string {
  const trimmed = text.trim().replace(/\.$/, '');
  // A name or an address at the start stays as it is.
  if (!/^[a-z]+[ ,]/.test(trimmed)) return trimmed;
  return trimmed.slice(0, 1).toUpperCase() + trimmed.slice(1);
}

/** What a look saw, in one sentence. */
export function nowOf(runs: readonly Said[]): string {
  return runs.length === 0 ? 'Nothing runs now.' : `Now: ${runs.map(said).join(', ')}.`;
}

type Said = Pick<Run, 'id' | 'name' | 'state'>;

function said(run: Said): string {
  return `run ${run.id} of ${run.name} is ${run.state}`;
}

function stepsOf(record: JobRecord): StepReport[] {
  const reports = new Map<string, StepReport>();
  for (const step of record.plan?.steps ?? []) {
    reports.set(step.id, { id: step.id, verb: step.verb, state: 'skipped', startedAt: null, endedAt: null, run: null });
  }
  for (const entry of record.journal) {
    const old = reports.get(entry.step);
    reports.set(entry.step, {
      id: entry.step,
      verb: entry.verb,
      state: entry.state,
      startedAt: entry.state === 'intended' ? (old?.startedAt ?? entry.at) : (old?.startedAt ?? entry.at),
      endedAt: entry.state === 'intended' ? null : entry.at,
      run: entry.run ?? old?.run ?? null,
    });
  }
  const verify = reports.get('verify');
  if (verify !== undefined && record.verifying !== null) {
    const done = record.verdict;
    reports.set('verify', {
      ...verify,
      state: done === null ? 'running' : done.result === 'pass' ? 'succeeded' : 'failed',
      startedAt: new Date(record.verifying.startedAt).toISOString(),
      endedAt: done === null ? null : (record.closed?.at ?? null),
      run: record.verifying.run,
    });
  }
  return [...reports.values()];
}

/** The report of a rollout that was put off and is left so for now. */
export function waitingReport(record: JobRecord, runs: readonly Run[]): JobReport {
  return reportOf({ how: 'pending', record, runs, note: null }, record.engine, [], []);
}

/** A report on a record that no rollout was carried out for in this call. `runs` null: nobody looked. */
export function recordReport(
  record: JobRecord,
  outcome: Outcome,
  code: Code,
  message: string,
  runs: readonly Run[] | null = null,
): JobReport {
  const ended: Ended = { how: 'interrupted', record, runs, note: message };
  const report = reportOf(ended, record.engine, [], []);
  const said =
    runs !== null
      ? sentence(outcome, message, runs.filter(isActive), record, leftOf(outcome, runs, record))
      : `${message}.`;
  return { ...report, outcome, code, message: said, next: nextCommand(outcome, code, record) };
}
