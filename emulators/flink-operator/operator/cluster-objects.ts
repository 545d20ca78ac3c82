import type { JsonObject } from '../../../src/model/json.js';
import { configMaps, deployments, services } from '../api/kinds.js';
import { objectAt, textAt } from '../api/value.js';
import type { Start } from './cluster.js';
import type { Look } from './context.js';
import { jobOf } from './spec.js';
import { generationOf } from './status.js';
import { makeOwned } from './writer.js';

/** Makes the Deployment, the ConfigMap and the services of a Flink, and the Flink itself. */
export function build(look: Look, spec: JsonObject, start: Start | null): void {
  const { object, operator, key, now } = look;
  const name = textAt(object, 'metadata', 'name');
  operator.clusters.make(key, spec, generationOf(object), start, now);
  const own = (kind: typeof services, whole: JsonObject) => makeOwned(operator.store, kind, object, whole, now);
  const labels = { app: name, component: 'jobmanager', type: 'flink-native-kubernetes' };
  const image = textAt(spec, 'image');
  own(deployments, {
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'flink-main-container', image }] } },
    },
  });
  own(configMaps, {
    metadata: { name: `flink-config-${name}`, labels: { app: name } },
    data: { [isNew(spec) ? 'config.yaml' : 'flink-conf.yaml']: configuration(spec, name, start) },
  });
  const port = { name: 'rest', port: 8081, protocol: 'TCP', targetPort: 8081 };
  own(services, {
    metadata: { name: `${name}-rest`, labels: { app: name } },
    spec: { type: 'ClusterIP', selector: labels, ports: [port] },
  });
}

/** The Flink and its objects are gone; snapshots and HA metadata stay. */
export function dismantle({ object, operator, key, now }: Look): void {
  const { name, namespace } = objectAt(object, 'metadata') as { readonly [field: string]: string };
  operator.clusters.remove(key);
  operator.memory.readySince.delete(key);
  operator.store.remove(deployments, namespace ?? '', name ?? '', now);
  operator.store.remove(configMaps, namespace ?? '', `flink-config-${name}`, now);
  operator.store.remove(services, namespace ?? '', `${name}-rest`, now);
}

const isNew = (spec: JsonObject) => textAt(spec, 'flinkVersion').startsWith('v2');

function configuration(spec: JsonObject, name: string, start: Start | null): string {
  const own = Object.entries(objectAt(spec, 'flinkConfiguration')).map(([key, value]) => `${key}: ${value}`);
  const job = jobOf(spec);
  const made = [
    `kubernetes.cluster-id: ${name}`,
    ...(start === null ? [] : [`$internal.pipeline.job-id: ${start.jobId}`]),
    ...(start?.savepoint == null ? [] : [`execution.savepoint.path: ${start.savepoint}`]),
    ...(job === null ? [] : [`parallelism.default: ${job.parallelism}`]),
  ];
  return `${[...own, ...made].sort().join('\n')}\n`;
}
