import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import type { EmulatedRun } from '../service.js';
import { StatusError } from './api/errors.js';
import { apiVersionOf, kinds, namespaces } from './api/kinds.js';
import type { Store } from './api/store.js';
import { create } from './api/write.js';
import { admission } from './operator/admission.js';
import { type Clusters, jobIn } from './operator/cluster.js';
import { crashLoop } from './operator/image.js';
import type { Loop } from './operator/loop.js';
import { crashSchema, fateSchema, plantedSchema, programSchema } from './plant.js';
import { runsOf } from './runs.js';
import type { FlinkOperatorSettings } from './settings.js';

export interface World {
  readonly store: Store;
  readonly clusters: Clusters;
  readonly loop: Loop;
  readonly programs: Map<string, string>;
  readonly settings: FlinkOperatorSettings;
  readonly now: number;
}

/** Carries out `POST /runs`. Throws ControlError for a malformed one. */
export function carriedOut(spec: JsonObject, world: World): EmulatedRun {
  if ('program' in spec) return registered(checked(programSchema, spec), world);
  if ('operator' in spec) return crashed(checked(crashSchema, spec), world);
  if ('fate' in spec) return changedFate(checked(fateSchema, spec), world);
  return planted(checked(plantedSchema, spec), world);
}

function registered({ program, lines }: z.infer<typeof programSchema>, { programs }: World): EmulatedRun {
  programs.set(program, lines);
  return { service: 'flink-operator', id: program, name: program, state: 'REGISTERED' };
}

function crashed({ when, seconds }: z.infer<typeof crashSchema>, { loop, now }: World): EmulatedRun {
  loop.crash(when, seconds, now);
  return { service: 'flink-operator', id: 'operator', name: 'operator', state: when === 'now' ? 'DOWN' : 'UP' };
}

function changedFate({ object, fate, message }: z.infer<typeof fateSchema>, world: World): EmulatedRun {
  const { clusters, now } = world;
  const cluster = clusters.get(object);
  if (cluster === null) throw new ControlError(`no Flink behind ${object}`);
  const job = jobIn(cluster, now);
  if (fate === 'ha-lost') clusters.metadata.delete(object);
  else if (fate === 'jobmanager-restart') clusters.restart(object, now);
  else if (fate === 'jobmanager-missing') clusters.remove(object);
  else if (fate === 'jobmanager-error')
    cluster.trouble = { reason: 'CrashLoopBackOff', message: `[flink-main-container] ${crashLoop}` };
  else {
    if (job === null) throw new ControlError(`${object} has no job`);
    cluster.flink.plant?.({ run: job.id, fate, message });
  }
  const shown = runsOf(world.store, clusters, now).find(({ name }) => name === object);
  return shown ?? { service: 'flink-operator', id: object, name: object, state: 'NONE' };
}

/** Written as kubectl would have, some time ago; the operator has done since what it does. */
function planted(given: z.infer<typeof plantedSchema>, world: World): EmulatedRun {
  const { store, loop, now } = world;
  const kind = kinds.find((one) => one.kind === given.kind);
  if (kind === undefined) throw new ControlError(`unknown kind ${given.kind}`);
  const { name, namespace, labels, annotations } = given;
  if (store.get(namespaces, '', namespace) === null) store.put(namespaces, { metadata: { name: namespace } }, now);
  const spec = (given.spec ?? usualSpec(world.clusters.disk.folder)) as JsonObject;
  const object = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace, labels, annotations },
    spec,
  };
  const at = now - given.startedSecondsAgo * 1000;
  const write = { kind, namespace, name, subresource: '' as const, manager: 'kubectl-client-side-apply', now: at };
  try {
    create(
      store,
      { ...write, dryRun: false, force: false, validation: 'Strict', operatorVersion: world.settings.operatorVersion },
      object,
      admission(world.settings),
    );
  } catch (error) {
    if (error instanceof StatusError) throw new ControlError(error.message);
    throw error;
  }
  loop.settle(now);
  const shown = runsOf(store, world.clusters, now).find((run) => run.name === `${namespace}/${name}`);
  return (
    shown ?? { service: 'flink-operator', id: `${namespace}/${name}`, name: `${namespace}/${name}`, state: 'NONE' }
  );
}

const usualSpec = (folder: string): JsonObject => ({
  image: 'orders:1',
  flinkVersion: 'v1_20',
  flinkConfiguration: {
    'taskmanager.numberOfTaskSlots': '2',
    'state.checkpoints.dir': `file://${folder}/checkpoints`,
    'state.savepoints.dir': `file://${folder}/savepoints`,
  },
  serviceAccount: 'flink',
  jobManager: { resource: { memory: '1024m', cpu: 0.5 } },
  taskManager: { resource: { memory: '1024m', cpu: 0.5 } },
  job: { jarURI: 'local:///opt/flink/usrlib/orders.jar', parallelism: 2, upgradeMode: 'savepoint', state: 'running' },
});

function checked<T>(schema: z.ZodType<T>, value: JsonObject): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}
