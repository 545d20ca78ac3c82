import { RolloutError } from '../../../model/error.js';
import type { Finding } from '../../../model/finding.js';
import type { StrategyName } from '../../../model/job.js';
import type { JsonObject } from '../../../model/json.js';
import type { Run } from '../../../model/run.js';
import { isProcessing } from '../../../platforms/flink/states.js';
import { keptCheckpoint } from '../kept.js';
import type { Kit } from '../kit.js';
import { checkpointMaxAgeSeconds, readTarget } from '../target.js';
import { finding } from './finding.js';

/** Configuration of the JobManager that says where TaskManagers come from: such a cluster grows when a job asks for slots. */
const elastic = ['kubernetes.cluster-id', 'yarn.application.id'];
/** Names of the directory for savepoints, by version. */
const directoryKeys = ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir'];

/** What of the cluster speaks against a rollout. */
export async function clusterFindings(
  kit: Kit,
  target: JsonObject,
  name: string,
  strategy: StrategyName,
  current: Run | null,
): Promise<readonly Finding[]> {
  const config = await kit.api.clusterConfig();
  return [
    ...(await slotFindings(kit, target, name, strategy, current, config)),
    ...schedulerFindings(target, name, strategy, config),
    ...(strategy === 'savepoint-upgrade' || strategy === 'parallel' ? directoryFindings(target, name, config) : []),
  ];
}

async function slotFindings(
  kit: Kit,
  target: JsonObject,
  name: string,
  strategy: StrategyName,
  current: Run | null,
  config: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  const had = current?.scale?.['parallelism'];
  const before = typeof had === 'number' && current !== null ? had : 0;
  const wanted = readTarget(target).parallelism ?? Number(config.get('parallelism.default') ?? 1);
  const { 'slots-available': free, 'slots-total': total } = await kit.api.overview();
  const beside = strategy === 'parallel' || strategy === 'create';
  // How many the old run gives back is not known: then nothing can be said.
  if (!beside && current !== null && typeof had !== 'number') return [];
  const freed = beside ? 0 : before;
  if (free + freed >= wanted) return [];
  const message = `${name}: parallelism ${wanted} needs ${wanted} slots; ${free} of ${total} are free${freed > 0 ? `, and the old run gives ${freed} back` : ''}.`;
  return [finding('flink-slots', elastic.some((key) => config.has(key)) ? 'warning' : 'error', message)];
}

function schedulerFindings(
  target: JsonObject,
  name: string,
  strategy: StrategyName,
  config: ReadonlyMap<string, string>,
): readonly Finding[] {
  const declared = readTarget(target).scheduler ?? 'default';
  const actual = (config.get('jobmanager.scheduler') ?? 'default').toLowerCase();
  const adaptive = actual === 'adaptive' || config.get('scheduler-mode') === 'reactive';
  if (adaptive === (declared === 'adaptive')) return [];
  const message = `${name}: jobmanager.scheduler of the cluster is ${actual}, and target.scheduler is ${declared}.`;
  if (declared === 'default')
    return [finding('flink-scheduler', 'notice', `${message} The parallelism could be changed in flight.`)];
  return [finding('flink-scheduler', strategy === 'in-flight-update' ? 'error' : 'warning', message)];
}

function directoryFindings(target: JsonObject, name: string, config: ReadonlyMap<string, string>): readonly Finding[] {
  if (readTarget(target)['savepoint-directory'] !== undefined) return [];
  if (directoryKeys.some((key) => (config.get(key) ?? '') !== '')) return [];
  return [finding('flink-savepoint-directory-missing', 'error', `${name}: nobody says where savepoints go.`)];
}

/** What of the running job speaks against a savepoint of it. */
export async function savepointFindings(kit: Kit, name: string, { id }: Run): Promise<readonly Finding[]> {
  const job = (await kit.api.jobs()).find(({ jid }) => jid === id);
  if (job === undefined) return [];
  if (!isProcessing(job)) {
    const message = `${name}: run ${id} is ${job.state} with ${job.tasks.running} of ${job.tasks.total} tasks running.`;
    return [finding('flink-cannot-savepoint', 'error', message)];
  }
  const vertices = (await kit.api.job(id))?.vertices ?? [];
  const found = await Promise.all(
    vertices.map(async (vertex) => ({ vertex, level: await pressureOf(kit, id, vertex.id) })),
  );
  const high = found.filter(({ level }) => level?.backpressureLevel === 'high').map(({ vertex }) => vertex.name);
  if (high.length === 0) return [];
  return [
    finding('flink-backpressure', 'warning', `${name}: run ${id} is under high back pressure in ${high.join(', ')}.`),
  ];
}

/** A hint that a savepoint may take long; null where it can't be told: 1.20 answers 500 (no value present) until a new task has been sampled. */
async function pressureOf(kit: Kit, id: string, vertex: string): ReturnType<Kit['api']['backpressure']> {
  try {
    return await kit.api.backpressure(id, vertex);
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    return null;
  }
}

/** A restart goes on from the last checkpoint: it has to outlive the cancel, and be young enough. */
export async function checkpointFindings(
  kit: Kit,
  target: JsonObject,
  name: string,
  { id }: Run,
): Promise<readonly Finding[]> {
  const kept = await keptCheckpoint(kit, id, 'stopped');
  if (kept.state === 'none') return [];
  if (kept.state !== 'kept') {
    return [
      finding('flink-checkpoint-not-retained', 'error', `${name}: no checkpoint of run ${id} outlives its cancel.`),
    ];
  }
  const age = kept.at === null ? null : (kit.ambient.clock.now() - kept.at) / 1000;
  const most = checkpointMaxAgeSeconds(target);
  if (age === null || age <= most) return [];
  const message = `${name}: the last checkpoint of run ${id} is ${Math.round(age)} s old, and ${most} s are allowed.`;
  return [finding('flink-checkpoint-old', 'error', message)];
}
