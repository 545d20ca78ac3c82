import type { JobRun } from '@aws-sdk/client-glue';
import { isActive, type Run } from '../../model/run.js';
import type { Ambient, Session, Subject } from '../engine.js';
import { withSecrets } from '../engine.js';
import { completed } from './by-hand.js';
import type { GlueCalls } from './client.js';
import { chain, nextRestart } from './continuation.js';
import { type Reveal, runsOf } from './runs.js';
import { stateOf } from './states.js';

/** Ended runs of a job that an observation keeps: a long-lived stream has one a week, a broken one may have thousands. */
const endedKept = 100;

/**
 * Looks at runs: one GetJobRuns a name (200 runs a page), one GetJobRun for each known id that is not among them, and one GetJob for a
 * name with runs that somebody else started.
 */
export function observation(glue: GlueCalls, ambient: Ambient): Pick<Session, 'observe' | 'look'> {
  const reveal = revealer(ambient);

  async function look(subject: Subject): Promise<readonly Run[]> {
    const listed = (await Promise.all(subject.names.map((name) => glue.runs(name)))).flat();
    const seen = new Set(listed.map((run) => run.Id));
    const unseen = subject.ids.filter((id) => !seen.has(id));
    const single = await Promise.all(unseen.map((id) => byId(glue, subject.names, id)));
    const found = [...listed, ...single.filter((run) => run !== null)];
    found.push(...(await restarted(glue, found)));
    return completed(glue, runsOf(found, subject, glue.region, reveal), subject);
  }

  return {
    look,
    async observe(subjects) {
      const looks = subjects.map(async (subject) => [subject.job, bounded(await look(subject), subject.ids)] as const);
      return new Map(await Promise.all(looks));
    },
  };
}

/** Restarts by Glue that the list does not show yet: looked for where every run has ended and one of them was to be restarted. */
async function restarted(glue: GlueCalls, found: readonly JobRun[]): Promise<readonly JobRun[]> {
  const states = found.map((run) => stateOf(run.JobRunState, run.CompletedOn !== undefined));
  if (states.some((state) => state === 'starting' || state === 'running' || state === 'stopping')) return [];
  const ids = found.flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
  const { replacedBy } = chain(ids);
  const open = found.filter(({ Id }, index) => Id !== undefined && states[index] === 'replaced' && !replacedBy.has(Id));
  const next = await Promise.all(open.map((run) => glue.run(run.JobName ?? '', nextRestart(run.Id ?? ''))));
  return next.filter((run) => run !== null);
}

/** A run by its id, under whichever of the names it is known. */
async function byId(glue: GlueCalls, names: readonly string[], id: string): Promise<JobRun | null> {
  for (const name of names) {
    const run = await glue.run(name, id);
    if (run !== null) return run;
  }
  return null;
}

function bounded(runs: readonly Run[], ids: readonly string[]): readonly Run[] {
  const known = new Set(ids);
  const ended = runs
    .filter((run) => !isActive(run) && !known.has(run.id))
    .sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
  const dropped = new Set(ended.slice(endedKept));
  return runs.filter((run) => !dropped.has(run));
}

function revealer(ambient: Ambient): Reveal {
  return (text) => {
    try {
      return withSecrets(text, ambient.secret);
    } catch {
      // The secret is not set here (a plan needs none): then nothing can be said about the value.
      return null;
    }
  };
}
