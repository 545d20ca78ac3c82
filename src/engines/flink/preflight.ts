import { RolloutError } from '../../model/error.js';
import type { Finding } from '../../model/finding.js';
import type { JsonObject } from '../../model/json.js';
import { isActive, type Run } from '../../model/run.js';
import { samePath } from '../../platforms/flink/snapshots/path.js';
import type { Intended } from '../engine.js';
import { checkpointFindings, clusterFindings, savepointFindings } from './checks/cluster.js';
import { finding } from './checks/finding.js';
import { programOf } from './checks/program.js';
import { stateFindings } from './checks/state.js';
import { bringJar, jarOnCluster, referenceOf } from './jar.js';
import { keptOf } from './kept.js';
import type { Kit } from './kit.js';
import { nameOf, readTarget } from './target.js';

/**
 * Checks before anything is stopped. Right before a rollout (`applies`) the jar is brought to the cluster for them, since only there its
 * program can be asked; a plan asks it where the jar is there already, and changes nothing.
 */
export async function preflight(kit: Kit, intended: Intended): Promise<readonly Finding[]> {
  const { strategy, current, subject, job } = intended;
  if (strategy === 'stop') return [];
  const target = intended.target ?? job.target;
  const name = nameOf(target, subject.names[0] ?? subject.job);
  if (!(await kit.api.takesJars())) {
    return [finding('flink-no-jar-submission', 'error', `${name}: ${kit.url} takes no jars.`)];
  }
  const runs = current !== null && isActive(current) ? current : null;
  const takesSavepoint = strategy === 'savepoint-upgrade' || (strategy === 'parallel' && job.stateful);
  return [
    ...(await clusterFindings(kit, target, name, strategy, runs)),
    ...(runs !== null && takesSavepoint ? await savepointFindings(kit, name, runs) : []),
    ...(runs !== null && strategy === 'restart' ? await checkpointFindings(kit, target, name, runs) : []),
    ...(await forgottenFindings(kit, intended, target, name)),
    ...(strategy === 'in-flight-update' || intended.target === null
      ? []
      : await programFindings(kit, intended, target, name)),
  ];
}

async function programFindings(
  kit: Kit,
  { strategy, current, job, applies }: Intended,
  target: JsonObject,
  name: string,
): Promise<readonly Finding[]> {
  const jar = await jarFor(kit, target, applies === true);
  if ('findings' in jar) return jar.findings;
  const { operators, findings } = await programOf(kit, target, name, jar.id);
  const goesOn = strategy === 'savepoint-upgrade' || strategy === 'parallel' || strategy === 'restart';
  if (operators === null || current === null || !isActive(current) || !goesOn || !job.stateful) return findings;
  return [...findings, ...(await stateFindings(kit, target, name, current, operators))];
}

async function jarFor(
  kit: Kit,
  target: JsonObject,
  applies: boolean,
): Promise<{ readonly id: string } | { readonly findings: readonly Finding[] }> {
  try {
    if (applies) {
      const brought = await bringJar(kit, { target, signal: kit.ambient.signal }, true);
      if (!('state' in brought)) return brought;
      if (brought.state !== 'failed') return { findings: [] };
      return { findings: [finding(brought.code, 'error', brought.message)] };
    }
    const there = await jarOnCluster(kit, target);
    if (there !== null) return { id: there };
    const reference = await referenceOf(kit, target);
    if (reference === null || reference.digest !== null) return { findings: [] };
    return { findings: [finding('flink-jar-missing', 'error', `${reference.uri} does not exist.`)] };
  } catch (error) {
    if (!(error instanceof RolloutError) || error.class === 'bug') throw error;
    return { findings: [finding('flink-jar-unreadable', 'error', error.message)] };
  }
}

/** The ledger knows runs of the job, and Flink none of them: a start would begin empty without a word. */
async function forgottenFindings(
  kit: Kit,
  { strategy, subject, job, current, good = null }: Intended,
  target: JsonObject,
  name: string,
): Promise<readonly Finding[]> {
  if (strategy !== 'create' || !job.stateful || subject.ids.length === 0) return [];
  const { 'start-from': given } = readTarget(target);
  const before = good === null ? undefined : readTarget(good)['start-from'];
  if (given !== undefined) {
    const isUsed = before !== undefined && samePath(given, before) && !(await hasKept(kit, current));
    const message = `${name}: a run was started from ${given} before, and what it did since would be lost.`;
    return isUsed ? [finding('flink-start-from-used', 'error', message)] : [];
  }
  if (current !== null) return [];
  const jobs = await kit.api.jobs();
  if (jobs.some(({ jid }) => subject.ids.includes(jid))) return [];
  const message = `${name}: Flink does not know run ${subject.ids[0]} any more, so where its state stands is not known.`;
  return [finding('flink-state-not-known', 'error', message)];
}

/** The ended run left state that a start goes on from, whatever `start-from` says. */
async function hasKept(kit: Kit, current: Run | null): Promise<boolean> {
  if (current === null || (current.state !== 'stopped' && current.state !== 'failed')) return false;
  return (await keptOf(kit, current.id, current.state)).state === 'kept';
}
