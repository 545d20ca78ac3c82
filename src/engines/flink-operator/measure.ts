import { RolloutError } from '../../model/error.js';
import type { Run } from '../../model/run.js';
import { measure } from '../../platforms/flink/measure.js';
import type { Sight } from '../../platforms/flink/sight.js';
import type { Sample } from '../engine.js';
import { seenRun } from './find.js';
import type { Jobs } from './jobs.js';
import type { Kit } from './kit.js';
import type { Seen } from './seen.js';
import { savepointIn } from './status.js';

/** How long what was read of a resource serves the signals that are asked for together, in milliseconds. */
const sharedMs = 1000;

type Found = Awaited<ReturnType<typeof seenRun>>;

/** Signals of runs, by Flink's REST API. The id of a job stays over an upgrade: what is remembered of it belongs to one run. */
export function measuring(kit: Kit, jobs: Jobs) {
  const memories = new Map<string, Sight['memory']>();
  const recent = new Map<string, { readonly at: number; readonly found: Promise<Found> }>();

  function find(run: Run): Promise<Found> {
    const now = performance.now();
    const before = recent.get(run.id);
    if (before !== undefined && now - before.at < sharedMs) return before.found;
    const found = seenRun(kit, run);
    recent.set(run.id, { at: now, found });
    found.catch(() => recent.delete(run.id));
    return found;
  }

  function memoryOf(seen: Seen, jobId: string): Sight['memory'] {
    const path = savepointIn(seen.of?.status);
    const memory = memories.get(seen.id) ?? { from: new Map(path ? [[jobId, path]] : []) };
    memories.set(seen.id, memory);
    return memory;
  }

  return async (run: Run, signal: string): Promise<readonly Sample[] | null> => {
    const found = await find(run);
    const behind = found === null ? null : jobs.behind(found.seen, found.target);
    if (found === null || behind === null) {
      return [{ signal, at: new Date(kit.ambient.clock.now()).toISOString(), value: null, run: run.id }];
    }
    const { ambient, snapshots } = kit;
    const sight: Sight = { api: behind.api, ambient, snapshots, memory: memoryOf(found.seen, behind.jobId) };
    try {
      const samples = await measure(sight, { ...run, id: behind.jobId }, signal);
      return samples?.map((sample) => ({ ...sample, run: run.id })) ?? null;
    } catch (error) {
      // Without the right to ask there is nothing to measure, now and later; pre-flight has said so.
      if (error instanceof RolloutError && error.code === 'flink-access-denied') return null;
      throw error;
    }
  };
}
