import { type Code, codes } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { Outcome } from '../model/outcome.js';
import type { JobRecord } from '../model/record.js';
import type { JobReport, StepReport } from '../model/report.js';
import { isActive, type Run, type RunMessage } from '../model/run.js';
import type { Ended } from './crew.js';
import { gapSeconds } from './gap.js';

const outcomeOf = { pending: 'pending', interrupted: 'interrupted', lost: 'interrupted' } as const;
const codeOf = { pending: 'rollout-pending', interrupted: 'rollout-interrupted', lost: 'rollout-lost' } as const;

/** The report of a rollout that was carried out, as far as this process got. */
export function reportOf(
  ended: Ended,
  engine: string,
  messages: readonly RunMessage[],
  findings: readonly Finding[],
): JobReport {
  const { record } = ended;
  const closed = ended.how === 'closed' ? record.closed : null;
  const outcome: Outcome = closed?.outcome ?? (ended.how === 'closed' ? 'interrupted' : outcomeOf[ended.how]);
  const code = closed === null ? codeOf[ended.how === 'closed' ? 'interrupted' : ended.how] : closed.code;
  const cause = closed?.message || record.undoReason?.message || ended.note || null;
  const seen = ended.runs?.filter(isActive) ?? null;
  return {
    job: record.job,
    environment: record.environment,
    engine,
    commit: record.commit,
    outcome,
    code,
    message: sentence(outcome, cause, seen, record),
    runBefore: record.predecessor?.run ?? null,
    runAfter: seen?.find((run) => run.state === 'running' || run.state === 'starting')?.id ?? null,
    gapSeconds: gapSeconds(record),
    rollout: record.rollout,
    revision: record.revision,
    strategy: record.plan?.strategy ?? null,
    steps: stepsOf(record),
    next: nextCommand(outcome, code, record),
    runs: seen?.map(({ id, name, state, url }) => ({ id, name, state, url })) ?? null,
    trailing: record.trailing.map((entry) => entry.run),
    messages,
    findings,
  };
}

/** What happened, then what runs now: the two things a person on call needs first. `runs` null: nobody looked. */
export function sentence(
  outcome: Outcome,
  cause: string | null,
  runs: readonly Run[] | null,
  record: JobRecord | null,
): string {
  const now = runs === null ? unseen[outcome] : nowOf(runs);
  const strategy = record?.plan?.strategy ?? null;
  const left = record?.trailing.length
    ? ` Still draining: ${record.trailing.map((entry) => entry.run).join(', ')}.`
    : '';
  const lead: Record<Outcome, string> = {
    unchanged: 'Nothing to do.',
    adopted: 'Adopted as it runs; nothing was restarted.',
    succeeded: strategy === 'stop' ? 'Stopped.' : `Rolled out (${strategy}): running and not crash-looping.`,
    quarantined: 'This revision failed before and was left alone.',
    superseded: 'A newer commit closed this rollout and carries on.',
    failed: 'The rollout failed.',
    'rolled-back': 'The rollout failed and was rolled back.',
    stuck: 'The rollout is stuck and needs a person.',
    refused: 'Refused; nothing was touched.',
    pending: 'The new run is still being watched; `resume` goes on.',
    interrupted: 'Interrupted; `resume` goes on.',
    skipped: 'Skipped.',
  };
  return `${lead[outcome]}${cause ? ` ${capital(cause)}.` : ''} ${now ?? 'What runs now was not looked at.'}${left}`
    .replace(/\.\. /g, '. ')
    .trim();
}

/** A rollout that made no call leaves what ran before; of any other nothing is claimed. */
const unseen: Partial<Record<Outcome, string>> = {
  refused: '',
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

/** The next command for a person, or null where nothing is to be done. */
export function nextCommand(
  outcome: Outcome,
  code: string | null,
  record: Pick<JobRecord, 'environment' | 'job'>,
): string | null {
  const flags = `--environment ${record.environment} --jobs ${record.job}`;
  switch (outcome) {
    case 'pending':
    case 'interrupted':
      return `stream-rollout resume ${flags}`;
    case 'failed':
    case 'rolled-back':
    case 'quarantined':
      return `fix the code and push, or try the same revision again: stream-rollout apply ${flags} --force`;
    case 'stuck':
      return `stream-rollout status ${flags}`;
    case 'refused':
      return code !== null && code in codes ? codes[code as Code].next : `stream-rollout plan ${flags}`;
    default:
      return null;
  }
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
  const said = runs !== null ? sentence(outcome, message, runs.filter(isActive), record) : `${message}.`;
  return { ...report, outcome, code, message: said, next: nextCommand(outcome, code, record) };
}
