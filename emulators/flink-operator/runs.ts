import { parallelismAt, phaseAt } from '../flink/job.js';
import type { EmulatedRun } from '../service.js';
import { flinkDeployments } from './api/kinds.js';
import type { Store } from './api/store.js';
import { textAt } from './api/value.js';
import type { Clusters } from './operator/cluster.js';

/** The jobs behind all objects, for `GET /runs`. */
export function runsOf(store: Store, clusters: Clusters, now: number): readonly EmulatedRun[] {
  return [...clusters.all()].flatMap(([key, cluster]) => {
    const [namespace = '', name = ''] = key.split('/');
    const object = store.get(flinkDeployments, namespace, name);
    return [...cluster.world.jobs.values()].map((job) => ({
      service: 'flink-operator',
      id: job.id,
      name: key,
      state: phaseAt(job, now).state,
      lifecycle: object === null ? null : textAt(object, 'status', 'lifecycleState'),
      image: textAt(cluster.spec, 'image'),
      startedAt: job.createdAt,
      parallelism: parallelismAt(job, now),
      restored: job.restored?.path ?? null,
      states: job.operators.map((one) => `${one.name}: ${one.states.map((state) => state.name).join(', ')}`),
    }));
  });
}
