import { errorOf, failed, failureOf } from '../../platforms/flink/errors.js';
import type { Requirements, Vertex } from '../../platforms/flink/shapes.js';
import { hasEnded, isProcessing } from '../../platforms/flink/states.js';
import type { Progress, ScaleCall } from '../engine.js';
import { isCancelled, type Kit, memoOf, running, succeeded } from './kit.js';

/** The adaptive scheduler waits for slots and, by default, 30 s between two changes; without slots it waits for ever, without a sign. */
const showsWithinSeconds = 300;
const pollSeconds = 2;

/** Changes the parallelism of a running job. The same run goes on, from its latest checkpoint. */
export async function scale(kit: Kit, call: ScaleCall): Promise<Progress> {
  const { id } = call.run;
  const wanted = call.scale['parallelism'];
  if (typeof wanted !== 'number') return succeeded(id);
  const memo = memoOf(call.memo);
  const job = (await kit.api.jobs()).find(({ jid }) => jid === id);
  if (job === undefined) return failed('flink-run-missing', `Flink does not know the run ${id}.`);
  if (hasEnded(job)) return failed('flink-run-ended', `Run ${id} is ${job.state}; its parallelism cannot be changed.`);
  const vertices = (await kit.api.job(id))?.vertices ?? [];
  if (parallelismOf(vertices) === wanted) return isProcessing(job) ? succeeded(id) : running(memo, 1);
  const now = kit.ambient.clock.now();
  if (memo.sentAt !== undefined) {
    if (now - memo.sentAt < showsWithinSeconds * 1000) return running(memo, pollSeconds);
    const message = `Run ${id} accepted parallelism ${wanted}, but shows ${parallelismOf(vertices)} after ${showsWithinSeconds} s.`;
    return failed('flink-scale-not-shown', message);
  }
  const present = await requirementsOf(kit, id);
  if ('state' in present) return present;
  const next = changed(present.requirements, vertices, wanted);
  if (JSON.stringify(next) === JSON.stringify(present.requirements)) return running({ sentAt: now }, pollSeconds);
  if (isCancelled(kit, call)) return running(memo, 1);
  const what = `PUT /jobs/${id}/resource-requirements`;
  const answer = await kit.api.require(id, next).catch((error: unknown) => {
    throw errorOf(failureOf(error), what);
  });
  if (answer.status === 200) return running({ sentAt: now }, 1);
  // Another update is under way: nothing was done.
  if (answer.status === 409) return running(memo, pollSeconds);
  const failure = failureOf(answer);
  if (failure.kind === 'unknown') throw errorOf(failure, what);
  return failed(failure.code === 'flink-refused' ? 'flink-scale-refused' : failure.code, `${what}: ${failure.text}`);
}

/** The largest parallelism of a job's vertices: what `parallelism` of a launch sets, but for operators that have one of their own. */
export function parallelismOf(vertices: readonly Pick<Vertex, 'parallelism'>[]): number | null {
  return vertices.length === 0 ? null : Math.max(...vertices.map(({ parallelism }) => parallelism));
}

async function requirementsOf(kit: Kit, id: string): Promise<{ readonly requirements: Requirements } | Progress> {
  try {
    const requirements = await kit.api.requirements(id);
    if (requirements !== null) return { requirements };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== 'flink-scale-refused') throw error;
    return failed('flink-scale-refused', message);
  }
  return failed('flink-run-missing', `Flink does not know the run ${id}.`);
}

/** All vertices have to be named. Those that ran below the job's parallelism have one of their own, which stays. */
function changed(present: Requirements, vertices: readonly Vertex[], wanted: number): Requirements {
  const bounds = Object.values(present).map(({ parallelism }) => parallelism.upperBound);
  const usual = Math.max(...bounds);
  const mostOf = (id: string) => vertices.find((vertex) => vertex.id === id)?.maxParallelism ?? wanted;
  return Object.fromEntries(
    Object.entries(present).map(([id, { parallelism }]) => {
      const upperBound = parallelism.upperBound === usual ? Math.min(wanted, mostOf(id)) : parallelism.upperBound;
      return [id, { parallelism: { lowerBound: Math.min(parallelism.lowerBound, upperBound), upperBound } }];
    }),
  );
}
