import pLimit from 'p-limit';
import { codeKind } from '../changes/index.js';
import type { Engine, Reference, Session, Subject } from '../engines/engine.js';
import type { Held } from '../ledger/ledger.js';
import { RolloutError } from '../model/error.js';
import type { Finding } from '../model/finding.js';
import type { Job } from '../model/job.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { subjectOf } from '../rollout/subject.js';
import { text } from '../rollout/text.js';
import type { Bench } from './bench.js';
import { isSecretMissing, missingSecretAt } from './secrets.js';

/** Looks and reference reads under way at the same time, over all engines. */
const looks = 16;

/** What the engines show of the declared jobs. */
export interface Seen {
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** Jobs that could not be looked at, with the reason: they are refused, the others go on. */
  readonly unseen: ReadonlyMap<string, Finding>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly references: ReadonlyMap<string, Reference | null>;
}

/** One observation per session; a look at the ended runs only where nothing is active. */
export async function observe(
  bench: Bench,
  jobs: readonly Job[],
  engines: ReadonlyMap<string, Engine>,
  held: ReadonlyMap<string, Held>,
): Promise<Seen> {
  const runs = new Map<string, readonly Run[]>();
  const unseen = new Map<string, Finding>();
  const sessions = new Map<string, Session>();
  const subjects = new Map<string, Subject>();
  const references = new Map<string, Reference | null>();
  const limit = pLimit(looks);
  const groups = new Map<Session, { job: Job; subject: Subject; recorded: boolean }[]>();

  await Promise.all(
    jobs.map(async (job) => {
      const engine = engines.get(job.engine) as Engine;
      const record = held.get(job.key)?.record ?? (job.was === null ? null : (held.get(job.was)?.record ?? null));
      const subject = subjectOf(job, record);
      try {
        const session = await bench.sessions.get(engine, job.target);
        sessions.set(job.key, session);
        subjects.set(job.key, subject);
        const group = groups.get(session) ?? [];
        group.push({ job, subject, recorded: record !== null });
        groups.set(session, group);
      } catch (error) {
        unseen.set(job.key, { ...notSeen(error), ...placed(error, job, bench) });
      }
    }),
  );

  await Promise.all(
    [...groups].map(async ([session, members]) => {
      const found = await session
        .observe(members.map((member) => member.subject))
        .catch((error: unknown) => notSeen(error));
      await Promise.all(
        members.map(({ job, subject, recorded }) =>
          limit(async () => {
            if (!(found instanceof Map)) return void unseen.set(job.key, found as Finding);
            try {
              const active = (found as ReadonlyMap<string, readonly Run[]>).get(job.key) ?? [];
              runs.set(job.key, await withEnded(session, subject, active, recorded));
              const engine = engines.get(job.engine) as Engine;
              if (codeKind(job, engine) === 'reference')
                references.set(job.key, (await session.reference?.(job.target)) ?? null);
            } catch (error) {
              runs.delete(job.key);
              unseen.set(job.key, notSeen(error));
            }
          }),
        ),
      );
    }),
  );
  return { runs, unseen, sessions, subjects, references };
}

/**
 * The same with the jobs of which something would be done read in full: a stamp from the ledger is enough to leave a run alone, and no
 * more. Null where nothing is left to read.
 */
export async function readAgain(seen: Seen, acting: readonly string[]): Promise<Seen | null> {
  const groups = new Map<Session, Subject[]>();
  for (const job of acting) {
    const [session, subject] = [seen.sessions.get(job), seen.subjects.get(job)];
    if (!session || !subject || !seen.runs.get(job)?.some((run) => run.remembered)) continue;
    const { known: _, ...whole } = subject;
    groups.set(session, [...(groups.get(session) ?? []), whole]);
  }
  if (groups.size === 0) return null;
  const runs = new Map(seen.runs);
  const unseen = new Map(seen.unseen);
  await Promise.all(
    [...groups].map(async ([session, subjects]) => {
      const found = await session.observe(subjects).catch((error: unknown) => notSeen(error));
      await Promise.all(
        subjects.map(async (subject) => {
          runs.delete(subject.job);
          if (!(found instanceof Map)) return void unseen.set(subject.job, found as Finding);
          try {
            runs.set(subject.job, await withEnded(session, subject, found.get(subject.job) ?? []));
          } catch (error) {
            unseen.set(subject.job, notSeen(error));
          }
        }),
      );
    }),
  );
  return { ...seen, runs, unseen };
}

/**
 * The ended runs, too, where nothing is active, or where runs bear a stamp of a rollout that no record tells of: the newest number and
 * commit may be those of a run that has ended (PROTOCOL 6, lost ledger).
 */
async function withEnded(
  session: Session,
  subject: Subject,
  found: readonly Run[],
  recorded = true,
): Promise<readonly Run[]> {
  const up = found.filter((run) => isActive(run) && !isEnding(run));
  const enough = up.length > 0 && (recorded || up.every((run) => run.stamp === null));
  return enough ? found : await session.look(subject);
}

/** A secret that is not there has a line in the manifest. */
function placed(error: unknown, job: Job, { ambient }: Bench): Pick<Finding, 'file' | 'line'> {
  if (!isSecretMissing(error)) return {};
  const { file, line } = missingSecretAt(job, ambient.env);
  return { file, line };
}

/** Why an engine could not be read, with its code and what to do next. */
export function notSeen(error: unknown): Finding {
  if (error instanceof RolloutError) {
    return {
      code: error.code,
      level: 'error',
      message: error.message,
      ...(error.next === null ? {} : { next: error.next }),
    };
  }
  return { code: 'look-failed', level: 'error', message: `the engine could not be read: ${text(error)}` };
}
