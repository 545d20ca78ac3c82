import pLimit from 'p-limit';
import { RolloutError } from '../../model/error.js';
import type { Run } from '../../model/run.js';
import { fieldValue } from '../../model/stamp.js';
import type { Subject } from '../engine.js';
import type { Api, ApiJob } from './api.js';
import { type Facts, factsOf } from './facts.js';
import { firstError } from './messages.js';
import { type Home, hasEnded, rememberedRun, runOf } from './run.js';
import { stateOf } from './states.js';

/** Descriptions read at once. */
const concurrency = 8;
/** Ended runs of a name that a look describes, newest first; a rollout's own runs are always among them. */
const endedKept = 20;

/** The runs of a place. What never changes of a run is read once per session. */
export interface Runs {
  observe(subjects: readonly Subject[]): Promise<ReadonlyMap<string, readonly Run[]>>;
  look(subject: Subject): Promise<readonly Run[]>;
  /** One run with its description, read now; null: the service does not know it. */
  read(id: string, subject: Subject): Promise<Run | null>;
  /** What was read of a run in this session, or null. */
  facts(id: string): Facts | null;
  /** Number of active jobs in the place at the last list of all, or null. */
  readonly activeCount: number | null;
}

interface Known {
  readonly facts: Facts;
  /** An ended run does not change any more. */
  readonly ended: { readonly job: ApiJob; readonly detail: string | null } | null;
}

export function runsOf(api: Api, home: Home): Runs {
  const known = new Map<string, Known>();
  const limit = pLimit(concurrency);
  let activeCount: number | null = null;

  async function describe(id: string, subject: Subject): Promise<Run | null> {
    const before = known.get(id)?.ended;
    if (before) return runFrom(before.job, subject, before.detail);
    const job = await limit(() => api.job(id));
    if (job === null) return null;
    const facts = factsOf(job);
    const state = stateOf(id, job.currentState);
    // The text of a failure is worth a call only for runs that somebody asks about: ours.
    const explained = state === 'failed' && facts.stamp !== null;
    const detail = explained ? await limit(() => reasonOf(id)) : null;
    // Messages may come after the state: without one the run is read again.
    const final = hasEnded(state) && (!explained || detail !== null);
    known.set(id, { facts, ended: final ? { job: slim(job), detail } : null });
    return runFrom(job, subject, detail);
  }

  /** A run's messages may be closed to an identity that may see the run: that is no reason not to look at it. */
  async function reasonOf(id: string): Promise<string | null> {
    try {
      return await firstError(api, id);
    } catch (error) {
      if (error instanceof RolloutError && error.code === 'dataflow-read-refused') return error.message;
      throw error;
    }
  }

  function runFrom(job: ApiJob, subject: Subject, detail: string | null): Run {
    const facts = known.get(job.id ?? '')?.facts ?? factsOf(job);
    return runOf(job, facts, home, subject.target, detail);
  }

  /** A listed run: its state from the list, the rest from what is known of it. */
  async function listed(job: ApiJob, subject: Subject): Promise<Run> {
    const id = job.id ?? '';
    const ended = hasEnded(stateOf(id, job.currentState));
    if (known.has(id) && !ended) return runFrom(job, subject, null);
    const seen = ended ? undefined : subject.known?.find(({ run }) => run === id);
    if (seen) return rememberedRun(job, seen, home);
    return (await describe(id, subject)) ?? vanished(id);
  }

  async function byIds(ids: readonly string[], subject: Subject): Promise<readonly Run[]> {
    const runs = await Promise.all(ids.map((id) => describe(id, subject)));
    return runs.filter((run) => run !== null);
  }

  return {
    async observe(subjects) {
      const jobs = await api.jobs({ filter: 'ACTIVE' });
      activeCount = jobs.length;
      const byName = named(jobs);
      const rows = subjects.map(async (subject) => {
        const own = subject.names.flatMap((name) => byName.get(name) ?? []);
        const over = new Set(subject.known?.flatMap(({ run, ended }) => (ended ? [run] : [])));
        const missing = notAmong(subject.ids, own).filter((id) => !over.has(id));
        const runs = await Promise.all([...own.map((job) => listed(job, subject)), byIds(missing, subject)]);
        return [subject.job, runs.flat()] as const;
      });
      return new Map(await Promise.all(rows));
    },

    async look(subject) {
      const lists = await Promise.all(subject.names.map((name) => limit(() => api.jobs({ filter: 'ALL', name }))));
      const own = lists.flat().filter(({ name }) => subject.names.includes(name ?? ''));
      const described = await Promise.all(
        newest(own).map(async ({ id }) => (await describe(id ?? '', subject)) ?? vanished(id ?? '')),
      );
      const others = notAmong(
        subject.ids,
        described.map(({ id }) => ({ id })),
      );
      return [...described, ...(await byIds(others, subject))];
    },

    read: describe,
    facts: (id) => known.get(id)?.facts ?? null,
    get activeCount() {
      return activeCount;
    },
  };
}

/** All active jobs, and the newest of the ended ones. */
function newest(jobs: readonly ApiJob[]): readonly ApiJob[] {
  const sorted = jobs.toSorted((a, b) => Number(b.createTime?.seconds ?? 0) - Number(a.createTime?.seconds ?? 0));
  const isOver = (job: ApiJob) => hasEnded(stateOf(job.id ?? '', job.currentState));
  return [...sorted.filter((job) => !isOver(job)), ...sorted.filter(isOver).slice(0, endedKept)];
}

function named(jobs: readonly ApiJob[]): ReadonlyMap<string, readonly ApiJob[]> {
  const byName = new Map<string, ApiJob[]>();
  for (const job of jobs) byName.set(job.name ?? '', [...(byName.get(job.name ?? '') ?? []), job]);
  return byName;
}

function notAmong(ids: readonly string[], jobs: readonly Pick<ApiJob, 'id'>[]): readonly string[] {
  const found = new Set(jobs.map(({ id }) => fieldValue(id ?? null)));
  return ids.filter((id) => !found.has(fieldValue(id)));
}

/** An ended run is kept without its description, which is large. */
function slim({
  id,
  name,
  type,
  currentState,
  currentStateTime,
  createTime,
  startTime,
  replacedByJobId,
}: ApiJob): ApiJob {
  return { id, name, type, currentState, currentStateTime, createTime, startTime, replacedByJobId } as ApiJob;
}

function vanished(id: string): never {
  throw new RolloutError('dataflow-unavailable', `Run ${id} is listed, but has no description yet.`, {
    class: 'transient',
    next: 'Run again.',
  });
}
