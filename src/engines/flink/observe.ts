import { isActive, type Run } from '../../model/run.js';
import { headline } from '../../platforms/flink/errors.js';
import type { JobOverview } from '../../platforms/flink/shapes.js';
import { hasEnded, neverCameUp, stateOf } from '../../platforms/flink/states.js';
import type { Session, Subject } from '../engine.js';
import type { Kit } from './kit.js';
import { isDrains, savepointAtEnd } from './savepoint.js';
import { parallelismOf } from './scale.js';
import { readStamp } from './stamp.js';

/** How a run came to its end; never changes once it is known for sure. */
interface Ending {
  readonly state: Run['state'];
  readonly detail: string | null;
}

/** Ended runs of a job that an observation keeps; Flink forgets them after an hour anyway. */
const endedKept = 50;

/**
 * Looks at runs: one list for all jobs of the cluster, which is never late, and what never changes of a run once: its stamp and how it
 * ended. On the adaptive scheduler one more call for each active run, for the parallelism that it has now.
 */
export function observation(kit: Kit): Pick<Session, 'observe' | 'look'> {
  const endings = new Map<string, Ending>();

  async function runOf(job: JobOverview, subject: Subject): Promise<Run> {
    const told = await readStamp(kit, job);
    const ending = hasEnded(job) ? await endingOf(job) : { state: stateOf(job), detail: null };
    const parallelism = await parallelismNow(kit, job, subject, told.parallelism);
    const scale = parallelism === null ? null : { parallelism };
    const shows = { name: job.name, ...scale };
    return { ...plainRun(kit.url, job), ...ending, stamp: told.stamp, scale, shows };
  }

  async function endingOf(job: JobOverview): Promise<Ending> {
    const before = endings.get(job.jid);
    if (before !== undefined) return before;
    const ending = await readEnding(kit, job);
    // What was ended here is known for sure; it is looked at in the gap, where no further call is made.
    if (kit.memory.ends.has(job.jid)) {
      endings.set(job.jid, ending);
      return ending;
    }
    // All that is shown of one job comes from a copy that may be older than its end.
    const details = await kit.api.job(job.jid);
    if (details === null || hasEnded(details)) endings.set(job.jid, ending);
    return ending;
  }

  async function runsOf(jobs: readonly JobOverview[], subject: Subject, remembers: boolean): Promise<readonly Run[]> {
    const known = new Map(remembers ? (subject.known ?? []).map((seen) => [seen.run, seen] as const) : []);
    const ids = new Set(subject.ids);
    // A submission that was refused is listed, too; one that was accepted is known by its id.
    const isRun = (job: JobOverview) => !neverCameUp(job) || ids.has(job.jid) || kit.memory.stamps.has(job.jid);
    const ours = jobs.filter((job) => (subject.names.includes(job.name) || ids.has(job.jid)) && isRun(job));
    const ended = ours.filter((job) => hasEnded(job) && !ids.has(job.jid));
    const dropped = new Set(ended.toSorted((a, b) => b['start-time'] - a['start-time']).slice(endedKept));
    for (const seen of subject.known ?? []) {
      if (seen.stamp !== null && !kit.memory.stamps.has(seen.run)) kit.memory.stamps.set(seen.run, seen.stamp);
    }
    return Promise.all(
      ours
        .filter((job) => !dropped.has(job))
        .map((job) => {
          const seen = known.get(job.jid);
          if (seen === undefined || hasEnded(job) || subject.target['scheduler'] === 'adaptive')
            return runOf(job, subject);
          const run = { ...plainRun(kit.url, job), stamp: seen.stamp, scale: seen.scale, remembered: true as const };
          return { ...run, state: stateOf(job) };
        }),
    );
  }

  return {
    async look(subject) {
      return runsOf(await kit.api.jobs(), subject, false);
    },
    async observe(subjects) {
      const jobs = await kit.api.jobs();
      const looks = subjects.map(async (subject) => [subject.job, await runsOf(jobs, subject, true)] as const);
      return new Map(await Promise.all(looks));
    },
  };
}

function plainRun(url: string, job: JobOverview): Run {
  const streaming = { STREAMING: true, BATCH: false }[job.jobType ?? ''] ?? null;
  return {
    id: job.jid,
    name: job.name,
    state: stateOf(job),
    engineState: job.state,
    streaming,
    startedAt: job['start-time'] > 0 ? new Date(job['start-time']).toISOString() : null,
    endedAt: hasEnded(job) ? new Date(endOf(job)).toISOString() : null,
    stamp: null,
    continues: null,
    replacedBy: null,
    scale: null,
    shows: null,
    url: `${url}/#/job/${hasEnded(job) ? 'completed' : 'running'}/${job.jid}/overview`,
    detail: null,
  };
}

/** The adaptive scheduler gives no end to a job that is cancelled before its tasks are made. */
function endOf(job: JobOverview): number {
  return job['end-time'] > 0 ? job['end-time'] : (job['last-modification'] ?? job['start-time']);
}

/** FINISHED says nothing of why: a savepoint at the end tells a stop, and its directory a drain. */
async function readEnding(kit: Kit, job: JobOverview): Promise<Ending> {
  const state = stateOf(job);
  if (state === 'finished') {
    const own = kit.memory.ends.get(job.jid);
    if (own !== undefined) return { state: own, detail: null };
    const path = await savepointAtEnd(kit, job.jid);
    if (path === null) return { state, detail: null };
    return { state: isDrains(path) ? 'drained' : 'stopped', detail: null };
  }
  if (state !== 'failed') return { state, detail: null };
  const [first] = await kit.api.exceptions(job.jid);
  return { state, detail: first === undefined ? null : headline(first.stacktrace) };
}

/** The adaptive scheduler changes it while the job runs; elsewhere it is what the job was launched with. */
async function parallelismNow(
  kit: Kit,
  job: JobOverview,
  { target }: Subject,
  launched: number | null,
): Promise<number | null> {
  if (target['scheduler'] !== 'adaptive' || !isActive({ state: stateOf(job) })) return launched;
  return parallelismOf((await kit.api.job(job.jid))?.vertices ?? []) ?? launched;
}
