import type { Job } from '@aws-sdk/client-glue';
import { isActive, type Run } from '../../model/run.js';
import type { Subject } from '../engine.js';
import type { GlueCalls } from './client.js';

/**
 * Completes runs that somebody else started and that the ledger does not know yet: they may be adopted. A run shows neither its
 * command nor its script, so the definition is read, once a name. Whether the job is a stream holds for all runs; the script only for a
 * run that began after the definition was last changed. Runs of ours need no such call.
 */
export async function completed(glue: GlueCalls, runs: readonly Run[], subject: Subject): Promise<readonly Run[]> {
  const names = new Set(strangers(runs, subject).map(({ name }) => name));
  const jobs = new Map<string, Job | null>();
  for (const name of names) jobs.set(name, await glue.job(name));
  return runs.map((run) => {
    const job = jobs.get(run.name);
    return job ? withDefinition(run, job, beginOf(run, runs)) : run;
  });
}

function strangers(runs: readonly Run[], subject: Subject): readonly Run[] {
  const unknown = runs.filter((run) => run.stamp === null && !subject.ids.includes(run.id));
  const active = unknown.filter(isActive);
  return active.length > 0 || runs.some(isActive) ? active : unknown;
}

function withDefinition(run: Run, job: Job, begin: string | null): Run {
  const command = job.Command?.Name;
  const streaming = command === undefined ? null : command === 'gluestreaming';
  const script = job.Command?.ScriptLocation;
  const changed = job.LastModifiedOn?.toISOString();
  const told = run.shows?.['script'] !== undefined || run.stamp !== null;
  const sure = script !== undefined && changed !== undefined && begin !== null && changed <= begin;
  return { ...run, streaming, shows: told || !sure ? run.shows : { script, ...run.shows } };
}

/** When the first run of the chain started; null where Glue does not show it any more. */
function beginOf(run: Run, runs: readonly Run[]): string | null {
  let first = run;
  for (let hops = 0; first.continues !== null && hops < runs.length; hops += 1) {
    const before = runs.find(({ id }) => id === first.continues);
    if (before === undefined) return null;
    first = before;
  }
  return first.startedAt;
}
