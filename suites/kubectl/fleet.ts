import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifest, manifestPath } from '../../__tests__/e2e/harness/fleet.js';
import { type Done, type Stage, scenario as usual } from '../../__tests__/e2e/harness/stage.js';
import { specIn } from '../../src/engines/flink-operator/status.js';
import { type JsonObject, merged } from '../../src/model/json.js';
import { resource } from './kubectl.js';

/** How many times as fast as the real one the clock runs: each look is a process. */
const rate = 30;

/** A story on a stage of its own. What kubectl learns of the server is kept from one step to the next, as on a runner of one's own. */
export function scenario(name: string, play: (stage: Stage) => Promise<void>, slower = rate): void {
  const kept = (stage: Stage): Stage => {
    const env = { KUBECACHEDIR: join(stage.folder, 'kubectl') };
    return {
      ...stage,
      push: (files, options) => stage.push(files, { ...options, env: { ...env, ...options?.env } }),
      run: (event, options) => stage.run(event, { ...options, env: { ...env, ...options?.env } }),
    };
  };
  usual(name, (stage) => play(kept(stage)), slower);
}

/** Samples take some processes each; what they tell is played where a story is about it. */
const unmeasured = [
  { signal: 'checkpoints', mode: 'converge', min: 0, interval: '120s', advisory: true },
  { signal: 'restarts', mode: 'budget', 'max-delta': 1000, interval: '120s', advisory: true },
  { signal: 'lost-state-names', mode: 'converge', max: 1000, interval: '120s', advisory: true },
  { signal: 'new-state-names', mode: 'converge', max: 1000, interval: '120s', advisory: true },
  { signal: 'throughput', mode: 'converge', min: 0, interval: '120s', advisory: true },
];
export const verify = { 'running-within': '10m', bake: '10s', gates: unmeasured };
/** For versions whose run never comes up. */
export const impatient = { ...verify, 'running-within': '90s' };

const folder = `file://${tmpdir()}/emulated-flink`;
export const directories = {
  'state.checkpoints.dir': `${folder}/checkpoints`,
  'state.savepoints.dir': `${folder}/savepoints`,
};

/** A job that the operator runs; `target` is laid over the usual one. */
export function operatorJob(image: string, target: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const whole = {
    spec: {
      image,
      flinkVersion: 'v1_20',
      flinkConfiguration: directories,
      serviceAccount: 'flink',
      jobManager: { resource: { memory: '1024m', cpu: 0.5 } },
      taskManager: { resource: { memory: '1024m', cpu: 0.5 } },
      job: { jarURI: 'local:///opt/flink/usrlib/fraud.jar', parallelism: 2, upgradeMode: 'savepoint' },
    },
  };
  return { engine: 'flink-operator', sink: 'transactional', verify, target: merged(whole, target), ...more };
}

/** The files of a commit that declares one job `fraud`. */
export function declared(image: string, target: JsonObject = {}, more: JsonObject = {}) {
  return { [manifestPath]: manifest({ fraud: operatorJob(image, target, more) }) };
}

/** The first push of the job. */
export async function started(stage: Stage, target: JsonObject = {}, more: JsonObject = {}): Promise<string> {
  const first = await stage.push(declared('fraud:1', target, more));
  if (first.outcomes['fraud'] !== 'succeeded') throw new Error(JSON.stringify(first.report));
  return first.job('fraud').runAfter ?? 'no run';
}

/** Changes of objects, without the kind where it is the usual one. */
export const changes = (done: Done) =>
  done.writes.filter((call) => call.startsWith('flink-operator.')).map((call) => call.slice('flink-operator.'.length));

/** What an image is. */
export async function program(stage: Stage, image: string, ...lines: readonly string[]): Promise<void> {
  const text = lines.map((line) => `# emulator: ${line}`).join('\n');
  await stage.cloud.plant({ service: 'flink-operator', program: image, lines: text });
}

export const server = (stage: Stage) => stage.cloud.services['flink-operator'] ?? '';

export interface Shown {
  readonly metadata: { readonly generation: number; readonly annotations?: { readonly [key: string]: string } };
  readonly spec: JsonObject & { readonly image?: string; readonly job: JsonObject };
  readonly status: {
    readonly lifecycleState?: string;
    readonly error?: string;
    readonly jobStatus: { readonly jobId: string; readonly state: string; readonly upgradeSavepointPath?: string };
    readonly blueGreenState?: string;
    readonly reconciliationStatus: { readonly state: string; readonly lastReconciledSpec: string };
  };
}

/** A resource as the API server has it. Throws where there is none. */
export async function shown(stage: Stage, name = 'fraud', plural?: string): Promise<Shown> {
  const found = await resource(server(stage), name, plural);
  if (found === null) throw new Error(`there is no ${plural ?? 'flinkdeployment'} ${name}`);
  return found as unknown as Shown;
}

/** Image of what the operator has brought out. */
export async function runningImage(stage: Stage, name = 'fraud'): Promise<unknown> {
  const { status } = await shown(stage, name);
  return specIn(status.reconciliationStatus.lastReconciledSpec)?.['image'];
}

/** The job behind a resource, as Flink shows it. */
export async function jobOf(stage: Stage, name = 'fraud'): Promise<JsonObject> {
  const all = await stage.cloud.runs('flink-operator' as 'flink');
  const found = all.filter((run) => run.name === `default/${name}`).at(-1);
  if (found === undefined) throw new Error(`there is no job behind ${name}`);
  return found as unknown as JsonObject;
}
