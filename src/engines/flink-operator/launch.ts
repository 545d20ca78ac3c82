import { isActive } from '../../model/run.js';
import { type LaunchCall, type Progress, withSecrets } from '../engine.js';
import { applied, conflictText } from './apply.js';
import { templateOf } from './blue-green.js';
import { changedDocument, closedEntries, entriesWith, launchDocument } from './document.js';
import { type Failure, failed } from './errors.js';
import { isCancelled, type Kit, later, running, succeeded, throwUnknown } from './kit.js';
import { isFailure } from './kubectl.js';
import { sameStep, stampedId, stampIn } from './marks.js';
import { standingIn } from './resources.js';
import { runsIn, type Seen, type Standing } from './seen.js';
import type { Resource } from './shapes.js';
import { savepointIn } from './status.js';
import { kindOf, nameOf, partsOf } from './target.js';

/**
 * Brings another version out in the place of a run: one server-side apply under the version that was read. It is over when the API server has
 * taken it; what the operator makes of it the looks tell. Every call begins with a look, so that it may be repeated.
 */
export async function replace(kit: Kit, call: LaunchCall): Promise<Progress> {
  const name = nameOf(call.target, call.subject.names[0] ?? call.subject.job);
  const standing = await standingIn(kit, kindOf(call.target), name);
  if (standing === null) {
    return failed('flink-operator-missing', `${name}: there is no such ${kindOf(call.target)} in ${kit.place.key}.`);
  }
  const own = ownRun(standing, call);
  if (own !== null) return asSeen(own, name);
  const { deployed, wanted } = standing;
  const before = call.predecessor?.id;
  // What is undone was never brought out: the resource goes back to what runs, and no run is touched.
  if (isUndo(call) && wanted !== null && wanted.id === before && deployed !== null && isActive(deployed)) {
    return bringBack(kit, call, standing, deployed);
  }
  const at = runsIn(standing).find((seen) => seen.id === before) ?? null;
  if (at === null || !isActive(at) || at.state === 'stopping') {
    const now = runsIn(standing).find(isActive)?.id ?? 'no run';
    return failed('flink-operator-run-ended', `${name}: the resource is at ${now}, not at ${before ?? 'any run'}.`);
  }
  return launch(kit, call, name, standing);
}

/** Starts the job of a resource that is not there, or whose job has ended or is suspended. */
export async function start(kit: Kit, call: LaunchCall): Promise<Progress> {
  const name = nameOf(call.target, call.subject.names[0] ?? call.subject.job);
  const standing = await standingIn(kit, kindOf(call.target), name);
  if (standing === null) return launch(kit, call, name, null);
  const own = ownRun(standing, call);
  if (own !== null) return asSeen(own, name);
  const active = runsIn(standing).find(isActive);
  if (standing.resource.metadata.deletionTimestamp !== undefined || active?.state === 'stopping') return running(3);
  if (active === undefined) return launch(kit, call, name, standing);
  return failed('flink-operator-run-active', `${name}: run ${active.id} is active (${active.engineState}).`);
}

async function launch(kit: Kit, call: LaunchCall, name: string, standing: Standing | null): Promise<Progress> {
  const now = new Date(kit.ambient.clock.now()).toISOString();
  const uid = standing?.uid ?? '';
  const run = stampedId(name, uid, call.stamp);
  const document = launchDocument(withSecrets(call.target, kit.ambient.secret), {
    name,
    namespace: kit.namespace,
    stamp: call.stamp,
    standing,
    from: startOf(call, standing),
    entries: entriesWith(standing, { run, stamp: call.stamp, target: call.target }, now),
  });
  if (isCancelled(kit, call)) return running(1);
  const answer = await applied(kit, standing, document, call, call.target['force-conflicts'] === true);
  if (isFailure(answer)) return refusal(answer, `${name}: kubectl apply`);
  return readBack(answer, call, name);
}

/** The server has stored what was sent, and with our stamp: anything else would be looked for in vain. */
function readBack(answer: Resource, call: LaunchCall, name: string): Progress {
  const spec = answer.kind === 'FlinkBlueGreenDeployment' ? templateOf(answer.spec) : answer.spec;
  if (sameStep(stampIn(spec), call.stamp)) {
    return succeeded(stampedId(name, answer.metadata.uid ?? '', call.stamp));
  }
  return failed(
    'flink-operator-not-as-sent',
    `${name}: the stamp is not in the resource that the API server has stored.`,
  );
}

/** Puts our fields back to the values of the run that goes on. The operator sees no difference, and does nothing. */
async function bringBack(kit: Kit, call: LaunchCall, standing: Standing, deployed: Seen): Promise<Progress> {
  const now = new Date(kit.ambient.clock.now()).toISOString();
  const entries = closedEntries({ ...standing, deployed: null }, now).map((entry) =>
    entry.run === standing.wanted?.id ? { ...entry, end: 'failed' as const, endedAt: now } : entry,
  );
  if (isCancelled(kit, call)) return running(1);
  const answer = await applied(
    kit,
    standing,
    changedDocument(standing, (spec) => spec, entries),
    call,
    true,
  );
  if (isFailure(answer)) return refusal(answer, `${standing.name}: kubectl apply`);
  return succeeded(deployed.id);
}

export function refusal(failure: Failure, what: string): Progress {
  throwUnknown(failure, what);
  const soon = later(failure);
  if (soon !== null) return soon;
  const text = failure.kind === 'owned' ? conflictText(failure) : failure.text;
  return failed(failure.code, `${what}: ${text}`);
}

/** The run of this very step, brought about by an earlier call; null: there is none. */
function ownRun(standing: Standing, { stamp }: LaunchCall): Seen | null {
  return runsIn(standing).find((seen) => sameStep(seen.stamp, stamp)) ?? null;
}

function asSeen(own: Seen, name: string): Progress {
  if (own.code !== 'flink-operator-spec-refused') return succeeded(own.id);
  return failed('flink-operator-spec-refused', `${name}: the operator refuses the spec: ${own.text}`);
}

/** True for a step that brings the old revision back. */
function isUndo({ stamp }: Pick<LaunchCall, 'stamp'>): boolean {
  return stamp.step.startsWith('undo');
}

/**
 * Where a run begins. Back to the old revision: from the savepoint that the one to undo was begun with, so that the old code never reads
 * what the new one wrote. Forward: as the operator keeps it, unless the tool itself has ended a run without a savepoint.
 */
function startOf(call: LaunchCall, standing: Standing | null): string | null {
  if (call.snapshot !== null) return call.snapshot;
  if (standing === null) return null;
  if (isUndo(call)) {
    const undone = runsIn(standing).find(({ id }) => id === call.predecessor?.id) ?? standing.deployed;
    return begunFrom(standing, undone);
  }
  const [last] = standing.entries;
  return last?.end === 'stopped' ? last.kept : null;
}

/**
 * Savepoint of the upgrade that brought a run out; null: none is known. The child of a blue/green resource names it in its own spec, others in
 * their status.
 */
export function begunFrom(
  { resource, entries }: Pick<Standing, 'resource' | 'entries'>,
  run: Seen | null,
): string | null {
  if (resource.kind !== 'FlinkBlueGreenDeployment') {
    return savepointIn(run?.of?.status, entries.find((entry) => entry.run === run?.id)?.launchedAt ?? null);
  }
  const path = partsOf(run?.of?.spec).job['initialSavepointPath'];
  return typeof path === 'string' ? path : null;
}
