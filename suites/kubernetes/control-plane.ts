import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../flink/jvm.js';
import { env } from '../kubectl/kubectl.js';
import { command } from '../support/command.js';
import { cached } from '../support/paths.js';
import { until } from '../support/until.js';
import { type Child, startChild } from './children.js';

/** A real Kubernetes whose nodes are pretended. */
export interface ControlPlane {
  readonly folder: string;
  readonly kubeconfig: string;
  /** The API over plain http, by kubectl's own proxy. */
  readonly url: string;
  /** Runs kubectl as the administrator. Throws with what it said. */
  kubectl(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const token = 'canary-administrator';

/** Starts etcd, the API server with the operator's CRDs, controllers, scheduler and kwok on 127.0.0.1, and waits until they are ready. */
export async function startControlPlane(): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  const [client = 0, peer = 0, secure = 0, controllers = 0, scheduler = 0, kwok = 0] = await freePorts(6);
  const inside = (name: string) => join(folder, name);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(inside('sa.key'), privateKey);
  writeFileSync(inside('tokens.csv'), `${token},admin,admin,"system:masters"\n`);
  const children: Child[] = [];
  const start = (name: string, args: readonly string[]) => {
    const child = startChild(folder, name, cached('kubernetes', 'bin', name), args);
    children.push(child);
    return child;
  };
  const stop = async () => {
    await Promise.all(children.reverse().map((child) => child.end()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    start('etcd', etcdFlags(inside('etcd'), client, peer));
    start('kube-apiserver', serverFlags(folder, client, secure));
    const kubeconfig = inside('kubeconfig');
    const certificate = () => readFileSync(inside('certs/apiserver.crt'));
    await until('certificate of the API server', async () => exists(certificate), Boolean, 120);
    writeFileSync(kubeconfig, kubeconfigOf(`https://127.0.0.1:${secure}`, certificate()));
    const kubectl = kubectlOf(kubeconfig);
    const alive = () => {
      for (const child of children) if (child.ended() !== null) throw new Error(child.said());
    };
    const ready = async () => {
      alive();
      return exists(() => kubectl('get', '--raw', '/readyz'));
    };
    await until('the API server', ready, Boolean, 120);
    start('kube-controller-manager', controllerFlags(folder, kubeconfig, controllers));
    start('kube-scheduler', schedulerFlags(kubeconfig, scheduler));
    start('kwok', kwokFlags(kubeconfig, kwok));
    await kubectl('apply', '--server-side', '-f', cached('kubernetes', 'crds.yaml'));
    writeFileSync(inside('node.json'), JSON.stringify(node));
    await kubectl('apply', '-f', inside('node.json'));
    const account = () => exists(() => kubectl('get', 'serviceaccount', 'default'));
    await until('the service account', account, Boolean, 120);
    const proxy = startChild(folder, 'proxy', 'kubectl', ['proxy', '--port=0', '--kubeconfig', kubeconfig]);
    children.push(proxy);
    const served = async () => /Starting to serve on (\S+)/.exec(proxy.said())?.[1] ?? '';
    const url = `http://${await until('kubectl proxy', served, Boolean)}`;
    return { folder, kubeconfig, url, kubectl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function exists(read: () => unknown): Promise<boolean> {
  try {
    await read();
    return true;
  } catch {
    // It is not there yet; whoever waits says so when time is over.
    return false;
  }
}

function kubectlOf(kubeconfig: string): ControlPlane['kubectl'] {
  return async (...args) => {
    const options = { env: { ...env, KUBECONFIG: kubeconfig } };
    const { code, stdout, stderr } = await command('kubectl', args, options);
    if (code === 0) return stdout;
    throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}`);
  };
}

function kubeconfigOf(server: string, certificate: Buffer): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server, 'certificate-authority-data': certificate.toString('base64') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'admin' } }],
    'current-context': 'local',
  };
  return JSON.stringify(config);
}

const allocatable = { cpu: '32', memory: '64Gi', pods: '110' };
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  status: { allocatable, capacity: allocatable },
};

function etcdFlags(folder: string, client: number, peer: number): readonly string[] {
  const [own, other] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    ...['--data-dir', folder, '--listen-client-urls', own, '--advertise-client-urls', own],
    ...['--listen-peer-urls', other, '--initial-advertise-peer-urls', other],
    ...['--initial-cluster', `default=${other}`, '--unsafe-no-fsync'],
  ];
}

function serverFlags(folder: string, etcd: number, port: number): readonly string[] {
  const key = join(folder, 'sa.key');
  return [
    ...['--etcd-servers', `http://127.0.0.1:${etcd}`, '--bind-address', '127.0.0.1', '--secure-port', String(port)],
    ...['--cert-dir', join(folder, 'certs'), '--service-cluster-ip-range', '10.96.0.0/16'],
    ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-key-file', key],
    ...['--service-account-signing-key-file', key, '--token-auth-file', join(folder, 'tokens.csv')],
    ...['--authorization-mode', 'RBAC', '--endpoint-reconciler-type', 'none'],
  ];
}

function controllerFlags(folder: string, kubeconfig: string, port: number): readonly string[] {
  return [
    ...['--kubeconfig', kubeconfig, '--service-account-private-key-file', join(folder, 'sa.key')],
    ...['--use-service-account-credentials=false', '--leader-elect=false', '--secure-port', String(port)],
    ...['--bind-address', '127.0.0.1', '--root-ca-file', join(folder, 'certs', 'apiserver.crt')],
  ];
}

function schedulerFlags(kubeconfig: string, port: number): readonly string[] {
  return [
    '--kubeconfig',
    kubeconfig,
    '--leader-elect=false',
    '--secure-port',
    String(port),
    '--bind-address',
    '127.0.0.1',
  ];
}

function kwokFlags(kubeconfig: string, port: number): readonly string[] {
  return [
    ...['--kubeconfig', kubeconfig, '--manage-all-nodes=true', '--server-address', `127.0.0.1:${port}`],
    ...['--node-lease-duration-seconds', '40', '--config', cached('kubernetes', 'stages.yaml')],
  ];
}
