import { tmpdir } from 'node:os';
import type { Field, FieldOptions, Ground, Targets } from '../../__tests__/contract/ground.js';
import { connected } from '../../__tests__/contract/grounds/ambient.js';
import { control, type Dialect, ears, faultOf } from '../../__tests__/contract/grounds/listening.js';
import { startLocal } from '../../__tests__/emulators/local.js';
import { flinkOperatorService } from '../../emulators/flink-operator/index.js';
import { flinkOperator } from '../../src/engines/flink-operator/index.js';
import { foundId } from '../../src/engines/flink-operator/marks.js';
import type { Resource } from '../../src/engines/flink-operator/shapes.js';
import { specIn } from '../../src/engines/flink-operator/status.js';
import { type JsonObject, merged } from '../../src/model/json.js';
import { appliedBy, env, resource } from './kubectl.js';

const folder = `file://${tmpdir()}/emulated-flink`;
const first: JsonObject = {
  name: 'contract',
  // Whoever plants a run owns its fields; that conflicts are refused is told in the stories.
  'force-conflicts': true,
  spec: {
    image: 'contract:first',
    flinkVersion: 'v1_20',
    flinkConfiguration: {
      'contract.which': 'first',
      'state.checkpoints.dir': `${folder}/checkpoints`,
      'state.savepoints.dir': `${folder}/savepoints`,
    },
    serviceAccount: 'flink',
    jobManager: { resource: { memory: '1024m', cpu: 0.5 } },
    taskManager: { resource: { memory: '1024m', cpu: 0.5 } },
    job: { jarURI: 'local:///opt/flink/usrlib/contract.jar', parallelism: 2, upgradeMode: 'savepoint' },
  },
};

const targets: Targets = {
  first,
  second: merged(first, { spec: { image: 'contract:second', flinkConfiguration: { 'contract.which': 'second' } } }),
  refused: merged(first, { spec: { nope: true } }),
  missing: { name: 'contract', kind: 'FlinkSessionJob', spec: { deploymentName: 'nowhere', job: { jarURI: 'x.jar' } } },
  failing: merged(first, { spec: { image: 'contract:failing' } }),
  undrained: null,
  unstopped: null,
  secret: merged(first, { spec: { flinkConfiguration: { 'contract.credential': '${secret.TOKEN}' } } }),
  scale: { spec: { job: { parallelism: 4 } } },
};

const programs = { 'contract:failing': '# emulator: fail-after 5 "java.lang.RuntimeException: the table is gone"' };
const write = 'apply.flinkdeployments';
const dialect: Dialect = {
  operations: { start: write, replace: write, scale: write, stop: write },
  secretive: [write, `dry-run.${write}`],
  no: (message) => ({
    status: 422,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: `FlinkDeployment.flink.apache.org "contract" is invalid: ${message}`,
      reason: 'Invalid',
      code: 422,
    }),
  }),
};

export const ground: Ground = {
  engine: flinkOperator,
  where: 'the emulated API server and operator, by kubectl',
  real: false,
  limitSeconds: 60,
  targets,
  offers: ['messages', 'measure'],
  variants: { 'blue and green': { ...first, kind: 'FlinkBlueGreenDeployment' } },
  observeCalls: { first: () => 1, again: () => 1 },
  namedBy: (id) => `/flinkdeployments/${id.split('/')[0]}?`,
  open,
};

async function open(_: FieldOptions): Promise<Field> {
  const { heard, quoting, wrapped } = ears(dialect);
  const settings = { startSeconds: 1, restReadySeconds: 1, progressSeconds: 1, watchSeconds: 0.1 };
  const local = await startLocal((clock) => [wrapped(flinkOperatorService(clock, { settings, programs }))]);
  const url = local.services['flink-operator'] ?? '';
  const { ambient, cancel, lines, session, close } = await connected(flinkOperator, first, local.clock, {
    ...env,
    STREAM_ROLLOUT_KUBE_SERVER: url,
  });
  const wait = async (seconds: number) => local.advance(seconds);
  const found = async (name: string) => (await resource(url, name)) as unknown as Resource | null;
  const currentId = ({ metadata, status }: Resource) =>
    foundId(metadata.name, metadata.uid ?? '', specIn(status?.reconciliationStatus?.lastReconciledSpec));
  let plants = 0;

  async function settled(name: string, image: string): Promise<string> {
    for (let waited = 0; waited < 600; waited += 1) {
      const one = await found(name);
      const spec = specIn(one?.status?.reconciliationStatus?.lastReconciledSpec);
      const { lifecycleState, jobStatus } = one?.status ?? {};
      const isUp = lifecycleState === 'STABLE' && jobStatus?.state === 'RUNNING' && spec?.['image'] === image;
      if (one !== null && isUp) return currentId(one);
      await wait(1);
    }
    throw new Error(`${name} does not come up: ${JSON.stringify((await found(name))?.status)}`);
  }

  async function picture(id: string): Promise<string> {
    const one = await found(id.split('/')[0] ?? '');
    // A run that another one has followed is not shown any more.
    if (one === null || (id.includes('/found-') && currentId(one) !== id)) return 'gone';
    const { metadata, spec } = one;
    return JSON.stringify([metadata.generation, metadata.annotations, spec]);
  }

  return {
    engine: flinkOperator,
    session,
    ambient,
    clock: local.clock,
    cancel,
    lines,
    names: ['contract', 'contract-b'],
    targets,
    unknownId: 'contract/found-000000000000',
    wait,
    outside: {
      async plant(name, target = first) {
        plants += 1;
        const image = `planted:${plants}`;
        const { spec } = merged(target, { spec: { image, job: { state: 'running' } } });
        await appliedBy('somebody', url, {
          kind: 'FlinkDeployment',
          metadata: { name, namespace: 'default' },
          spec: spec as JsonObject,
        });
        return settled(name, image);
      },
      picture,
      definition: async () => JSON.stringify((await found('contract'))?.spec ?? null),
      async breaks(what, when, how, times = 1) {
        const operation = what === 'read' ? '*' : (dialect.operations[what] ?? '');
        if (how === 'quoted') return void quoting.push(...Array<string>(times).fill(operation));
        await control(local.control, 'POST', '/faults', faultOf('flink-operator', operation, when, how, times));
      },
      async holds(verb) {
        const operation = dialect.operations[verb];
        const fault = { service: 'flink-operator', operation, when: 'after', effect: 'delay', seconds: 5 };
        await control(local.control, 'POST', '/faults', fault);
      },
      releases: () => wait(10),
      heard: async () => heard.filter(({ operation }) => !operation.startsWith('discovery.')),
      forget: async () => void heard.splice(0),
      rewrite: () => Promise.reject(new Error('images are not rewritten')),
    },
    async end() {
      await close();
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}
