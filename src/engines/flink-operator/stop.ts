import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { isActive } from '../../model/run.js';
import type { Progress, RunCall } from '../engine.js';
import { applied } from './apply.js';
import { changedDocument, closedEntries } from './document.js';
import { failed } from './errors.js';
import { isCancelled, type Kit, running, succeeded } from './kit.js';
import { isFailure } from './kubectl.js';
import { begunFrom, refusal } from './launch.js';
import { sameStep, stampIn } from './marks.js';
import { standingIn } from './resources.js';
import { runsIn, type Seen, type Standing } from './seen.js';
import { isSuspended, refusalIn, specIn } from './status.js';
import { kindOf, partsOf, specOf } from './target.js';

/**
 * Suspends the job of a resource while it is at this run, and follows it until it is suspended. The operator takes a savepoint for it and keeps
 * its path. The resource stays.
 */
export async function stop(kit: Kit, call: RunCall): Promise<Progress> {
  const { id, name } = call.run;
  const standing = await standingIn(kit, kindOf(call.subject.target), name);
  const run = standing === null ? null : (runsIn(standing).find((seen) => seen.id === id) ?? null);
  if (standing === null || run === null) {
    if (call.run.endedAt !== null) return succeeded(id);
    return failed('flink-operator-run-missing', `${name}: there is no run ${id}.`);
  }
  if (!isActive(run)) return succeeded(id);
  if (standing.resource.metadata.deletionTimestamp !== undefined) return running(2);
  if (isSuspended(standing.specs.wanted)) {
    const { metadata, status } = standing.resource;
    const why = status?.observedGeneration === metadata.generation ? refusalIn(status) : null;
    if (why === null) return running(2);
    return failed('flink-operator-spec-refused', `${name}: the operator refuses to suspend the job: ${why}`);
  }
  // The other child of a blue/green resource: the operator itself takes it away.
  if (run.state === 'stopping') return running(3);
  if (isCancelled(kit, call)) return running(1);
  const { mode, kept } = endOf(standing, run, specOf(call.subject.target).job['upgradeMode'], call.undo === true);
  const now = new Date(kit.ambient.clock.now()).toISOString();
  const entries = closedEntries(standing, now).map((entry) =>
    entry.run === id ? { ...entry, end: 'stopped' as const, endedAt: null, kept } : entry,
  );
  const suspended = (spec: JsonObject): JsonObject => {
    const job = isObject(spec['job']) ? spec['job'] : {};
    return { ...spec, job: { ...job, state: 'suspended', ...(mode === null ? {} : { upgradeMode: mode }) } };
  };
  const answer = await applied(kit, standing, changedDocument(standing, suspended, entries), call, true);
  if (isFailure(answer)) return refusal(answer, `${name}: kubectl apply`);
  return running(1);
}

/**
 * How the operator ends a run. With a mode that keeps state, unless the manifest declares that it may go. A run that never came up, or that is
 * undone while it is down, can take no savepoint: it is ended as it is, and what it was begun with is kept for the next one. Any other run that
 * is down for a moment has state of its own: the operator waits for it, or goes by the last checkpoint.
 */
export function endOf(
  standing: Pick<Standing, 'resource' | 'entries' | 'specs'>,
  run: Seen,
  declared: Json | undefined,
  isUndone: boolean,
): { readonly mode: Json | null; readonly kept: string | null } {
  const { job } = partsOf(standing.specs.wanted);
  const none = { mode: null, kept: null };
  const isBare = run.state !== 'running' && (isUndone || !cameUp(run));
  if (isBare && job['upgradeMode'] === 'savepoint') {
    return { mode: 'stateless', kept: begunFrom(standing, run) };
  }
  // The operator's default, or what somebody else chose for upgrades of his own: a stop that was planned keeps the state.
  const isKept = job['upgradeMode'] === undefined || (job['upgradeMode'] === 'stateless' && !isBare);
  if (isKept && declared !== 'stateless') return { mode: 'savepoint', kept: null };
  return none;
}

/** Whether the operator has ever seen the job of a run running. Where it is somebody else's, one that it has seen there counts. */
function cameUp({ of, stamp }: Seen): boolean {
  const stable = specIn(of?.status?.reconciliationStatus?.lastStableSpec);
  return stable !== null && (stamp === null || sameStep(stampIn(stable), stamp));
}
