import { RolloutError } from '../../model/error.js';
import type { Stamp } from '../../model/stamp.js';
import { errorOf, failed, failureOf } from '../../platforms/flink/errors.js';
import type { JobOverview } from '../../platforms/flink/shapes.js';
import { hasEnded, neverCameUp } from '../../platforms/flink/states.js';
import { type LaunchCall, type Progress, withSecrets } from '../engine.js';
import { bringJar, forgetJar, preparedJar } from './jar.js';
import { successorId } from './job-id.js';
import { keptState } from './kept.js';
import { isCancelled, type Kit, memoOf, remember, running } from './kit.js';
import { runBody } from './launch.js';
import { readBack } from './read-back.js';
import { readStamp } from './stamp.js';
import { nameOf } from './target.js';

/** Ids of runs in one line that never came out of their initialisation, so that the next id is taken. */
const mostChained = 10;

/**
 * Submits a run under an id that follows from the run before it, at most once a call, and reads back what became of it. Throws where the
 * answer is not known: the run is then found by its id or its stamp, or not at all.
 */
export async function start(kit: Kit, call: LaunchCall): Promise<Progress> {
  const name = nameOf(call.target, call.subject.names[0] ?? call.subject.job);
  const memo = memoOf(call.memo);
  if (memo.run !== undefined) return readBack(kit, call, name, memo.run, null);

  const jobs = await kit.api.jobs();
  const named = jobs.filter((job) => job.name === name);
  const own = await ownAmong(kit, named, call.stamp);
  if (own !== null) return readBack(kit, call, name, own, null);
  const before = call.predecessor;
  const old = before === null ? undefined : jobs.find(({ jid }) => jid === before.id);
  if (old?.state === 'CANCELLING') return running(memo, 0.2);
  const other = named.find((job) => !hasEnded(job) && job.jid !== before?.id);
  if (other !== undefined) {
    if (other.state === 'CANCELLING') return running(memo, 0.5);
    return failed(
      'flink-run-active',
      `Run ${other.jid} of ${name} is ${other.state}; a second one is not started beside it.`,
    );
  }
  const from = await keptState(kit, call);
  if ('state' in from) return from;
  const prepared = preparedJar(kit, call.target);
  const jar = prepared === null ? await bringJar(kit, call) : { id: prepared };
  if ('state' in jar) return jar;
  const version = await kit.api.version();
  const after = call.after ?? before?.id ?? newestOf(named);
  const jobId = freeId(jobs, call.subject.job, name, after);
  if (isCancelled(kit, call)) return running(memo, 1);
  const progress = await submit(kit, call, name, jar.id, jobId, from.snapshot, version);
  const isLost = progress.state === 'failed' && progress.code === 'flink-jar-missing';
  if (!isLost || prepared === null) return progress;
  // It was on the cluster when it was prepared. Nothing was started: it is brought again.
  forgetJar(kit, call.target);
  return running(memo, 0);
}

async function submit(
  kit: Kit,
  call: LaunchCall,
  name: string,
  jar: string,
  jobId: string,
  snapshot: string | null,
  version: Awaited<ReturnType<Kit['api']['version']>>,
): Promise<Progress> {
  const target = withSecrets(call.target, kit.ambient.secret);
  const body = runBody(target, { jobId, name, stamp: call.stamp, snapshot, version });
  const what = `POST /jars/${jar}/run of ${name} as ${jobId}`;
  const answer = await kit.api.run(jar, body).catch((error: unknown) => {
    throw errorOf(failureOf(error), what);
  });
  if (answer.status === 200) {
    // The cluster took it, under an id that is ours alone; it shows the stamp itself a little later.
    remember(kit, jobId, call.stamp);
    if (snapshot !== null) kit.memory.from.set(jobId, snapshot);
    try {
      return await readBack(kit, call, name, jobId, snapshot);
    } catch {
      // The start itself is certain: a read that failed is made again, and must not make it unknown.
      return running({ run: jobId }, 0.5);
    }
  }
  const failure = failureOf(answer);
  if (failure.kind === 'unknown') throw errorOf(failure, what);
  // Refused by the fence says nothing about whose run it is: the look tells.
  if (failure.kind === 'taken')
    throw new RolloutError('flink-start-fenced', `${what}: ${failure.text}`, { class: 'transient' });
  return failed(failure.code, `${what}: ${failure.text}`);
}

/** A run of this very step: an earlier call whose answer was lost, or that another process made. */
async function ownAmong(kit: Kit, named: readonly JobOverview[], stamp: Stamp): Promise<string | null> {
  for (const job of named) {
    const { stamp: found } = await readStamp(kit, job);
    if (found === null) continue;
    const same = found.rollout === stamp.rollout && found.n === stamp.n && found.step === stamp.step;
    if (same && !neverCameUp(job)) return job.jid;
  }
  return null;
}

/** The id of the successor. A submission that failed before any task was made has used its id up, and processed nothing. */
function freeId(jobs: readonly JobOverview[], job: string, name: string, after: string | null): string {
  let id = successorId(job, name, after);
  for (let hops = 0; hops < mostChained; hops += 1) {
    const used = jobs.find(({ jid }) => jid === id);
    if (used === undefined || !neverCameUp(used)) return id;
    id = successorId(job, name, id);
  }
  return id;
}

/** The newest run of the name, ended as it is: what a start follows where nobody says which. */
function newestOf(named: readonly JobOverview[]): string | null {
  return named.toSorted((a, b) => b['start-time'] - a['start-time'])[0]?.jid ?? null;
}
