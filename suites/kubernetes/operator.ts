import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, type Jvm, startJvm } from '../flink/jvm.js';
import { cached } from '../support/paths.js';
import { until } from '../support/until.js';
import type { ControlPlane } from './control-plane.js';

/** What the operator waits between two looks, in seconds: its defaults are a minute and ten seconds. */
export const times = { reconcileSeconds: 5, progressSeconds: 2, restReadySeconds: 2 };

/** Java finds the services of these FlinkDeployments on this machine; they must be known when the operator starts. */
export async function startOperator(
  { folder, kubeconfig, kubectl }: ControlPlane,
  names: readonly string[],
): Promise<Jvm> {
  const [probe = 0] = await freePorts(1);
  const at = join(folder, 'operator');
  mkdirSync(at);
  writeFileSync(
    join(at, 'flink-conf.yaml'),
    [
      `kubernetes.operator.reconcile.interval: ${times.reconcileSeconds} s`,
      `kubernetes.operator.observer.progress-check.interval: ${times.progressSeconds} s`,
      `kubernetes.operator.observer.rest-ready.delay: ${times.restReadySeconds} s`,
      `kubernetes.operator.health.probe.port: ${probe}`,
      '',
    ].join('\n'),
  );
  const hosts = names.map((name) => `127.0.0.1 ${name}-rest.default`);
  writeFileSync(join(at, 'hosts'), ['127.0.0.1 localhost', ...hosts, ''].join('\n'));
  await kubectl('create', 'serviceaccount', 'flink');
  const settings = {
    KUBECONFIG: kubeconfig,
    OPERATOR_NAMESPACE: 'default',
    OPERATOR_NAME: 'flink-kubernetes-operator',
    FLINK_CONF_DIR: at,
  };
  const operator = startJvm(
    at,
    'operator',
    [
      '-Xmx400m',
      `-Djdk.net.hosts.file=${join(at, 'hosts')}`,
      '--add-exports=java.base/sun.net.util=ALL-UNNAMED',
      '-cp',
      `${at}:${join(cached('kubernetes', 'operator'), '*')}`,
      'org.apache.flink.kubernetes.operator.FlinkOperator',
    ],
    settings,
  );
  const healthy = async () => {
    if (operator.ended() !== null) throw new Error(operator.said());
    return (await fetch(`http://127.0.0.1:${probe}/`).catch(() => null))?.ok === true;
  };
  try {
    await until('the operator', healthy, Boolean, 240);
  } catch (error) {
    await operator.end('SIGKILL');
    throw error;
  }
  return operator;
}
