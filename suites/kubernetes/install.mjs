import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { install as installKubectl } from '../kubectl/install.mjs';
import { installed, Missing, run, versionOf } from '../support/install.mjs';

const kubernetes = '1.37.2';
const etcd = '3.6.16';
const kwok = 'sigs.k8s.io/kwok@v0.8.0';
const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
/** Rules by which kwok plays the kubelet: it ships them as files of its module. */
const stages = [
  'node/fast/node-initialize',
  'node/heartbeat-with-lease/node-heartbeat-with-lease',
  'pod/fast/pod-ready',
  'pod/fast/pod-complete',
  'pod/fast/pod-delete',
];

/** How the job of the suite behaves; `Steady.java` tells. An image `steady:KIND` is the jar of that kind. */
const kinds = ['v1', 'v2', 'finishes', 'renamed'];

const pom = 'suites/kubernetes/pom.xml';
const source = 'suites/kubernetes/Steady.java';

/** Control plane, kwok and etcd built from Go modules, the operator with its Flink from Maven Central, and a job. Throws `Missing`. */
export function install() {
  const go = versionOf('go', ['env', 'GOVERSION']);
  if (go === null) throw new Missing('go is missing, 1.26 or later (https://go.dev/doc/install)');
  if (versionOf('javac', ['-version']) === null)
    throw new Missing('javac is missing: a JDK of version 17 (Debian: apt-get install openjdk-17-jdk-headless)');
  if (versionOf('mvn', ['--version']) === null)
    throw new Missing('mvn is missing, Maven 3.6 or later (Debian: apt-get install maven)');
  installKubectl();
  installed('kubernetes', 'control plane', `${go}\n${kubernetes}\n${programs}`, buildControlPlane);
  installed('kubernetes', 'etcd', `${go}\n${etcd}`, buildEtcd);
  installed('kubernetes', 'kwok', `${go}\n${kwok}\n${stages}`, buildKwok);
  installed('kubernetes', 'operator', readFileSync(pom, 'utf8'), fetchOperator);
  installed('kubernetes', 'job', `${readFileSync(source, 'utf8')}\n${kinds}`, buildJob);
}

/** Its module replaces libraries by folders that its zip lacks: the libraries that were published with it take their place. */
function buildControlPlane(folder) {
  const minor = kubernetes.replace(/^1\./, '');
  const own = readFileSync(moduleOf(`k8s.io/kubernetes@v${kubernetes}`).GoMod, 'utf8');
  const libraries = [...own.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm)].map((match) => match[1]);
  const module = [
    'module controlplane',
    own.match(/^go .*$/m)?.[0] ?? 'go 1.26',
    `require k8s.io/kubernetes v${kubernetes}`,
    `replace (\n${libraries.map((path) => `\t${path} => ${path} v0.${minor}`).join('\n')}\n)`,
  ];
  const imports = programs.map((name) => `\t_ "k8s.io/kubernetes/cmd/${name}"`).join('\n');
  const tools = `//go:build tools\n\npackage tools\n\nimport (\n${imports}\n)\n`;
  const at = goModule(folder, 'controlplane', module, { 'tools.go': tools });
  // A server that does not know its version is not understood by its clients.
  const names = { gitVersion: `v${kubernetes}`, gitMajor: '1', gitMinor: minor.split('.')[0] };
  const version = Object.entries(names).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  for (const name of programs) goBuild(folder, at, name, `k8s.io/kubernetes/cmd/${name}`, ['-s', '-w', ...version]);
}

function buildEtcd(folder) {
  const main = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`;
  const module = ['module etcd', 'go 1.26.0', `require go.etcd.io/etcd/server/v3 v${etcd}`];
  goBuild(folder, goModule(folder, 'etcd', module, { 'main.go': main }), 'etcd', '.', ['-s', '-w']);
}

function buildKwok(folder) {
  const [path, version] = kwok.split('@');
  run('go', ['install', '-p', '2', `${path}/cmd/kwok@${version}`], { GOBIN: join(folder, 'bin'), CGO_ENABLED: '0' });
  const { Dir } = moduleOf(kwok);
  const texts = stages.map((stage) => readFileSync(join(Dir, 'kustomize', 'stage', `${stage}.yaml`), 'utf8'));
  writeFileSync(join(folder, 'stages.yaml'), texts.join('\n---\n'));
}

function moduleOf(module) {
  const done = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8', cwd: '/' });
  if (done.status !== 0) throw new Missing(`go mod download ${module} ended with ${done.status}: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

function goModule(folder, name, module, files) {
  const at = join(folder, 'source', name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'go.mod'), `${module.join('\n\n')}\n`);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text);
  run('go', ['-C', at, 'mod', 'tidy']);
  return at;
}

function goBuild(folder, at, name, what, flags) {
  const out = join(folder, 'bin', name);
  run('go', ['-C', at, 'build', '-p', '2', '-ldflags', flags.join(' '), '-o', out, what], { CGO_ENABLED: '0' });
}

/** The operator's jars, Flink among them, and the CRDs of the same version. */
function fetchOperator(folder) {
  const to = join(folder, 'operator');
  rmSync(to, { recursive: true, force: true });
  run('mvn', ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${to}`]);
  const api = readdirSync(to).find((name) => name.startsWith('flink-kubernetes-operator-api-'));
  if (api === undefined) throw new Missing('the operator came without its API');
  const files = unzipSync(readFileSync(join(to, api)), {
    filter: ({ name }) => /^META-INF\/fabric8\/.*-v1\.yml$/.test(name),
  });
  const crds = Object.values(files).map((bytes) => Buffer.from(bytes).toString('utf8'));
  writeFileSync(join(folder, 'crds.yaml'), crds.join('\n---\n'));
}

function buildJob(folder) {
  const jobs = join(folder, 'jobs');
  const classes = join(jobs, 'classes');
  rmSync(jobs, { recursive: true, force: true });
  mkdirSync(classes, { recursive: true });
  const path = join(folder, 'operator', '*');
  run('javac', ['-nowarn', '-Xlint:none', '--release', '11', '-cp', path, '-d', classes, source]);
  for (const kind of kinds) {
    const resource = join(jobs, kind);
    mkdirSync(resource);
    writeFileSync(join(resource, 'kind'), kind);
    const content = ['-C', classes, '.', '-C', resource, 'kind'];
    run('jar', ['--create', '--file', join(jobs, `${kind}.jar`), '--main-class', 'Steady', ...content]);
  }
}
