import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flinkService } from '../../../emulators/flink/index.js';
import { flink } from '../../../src/engines/flink/index.js';
import type { JsonObject } from '../../../src/model/json.js';
import { startLocal } from '../../emulators/local.js';
import type { Field, FieldOptions, Ground, Targets } from '../ground.js';
import { connected } from './ambient.js';
import { control, type Dialect, ears, faultOf } from './listening.js';

const folder = mkdtempSync(join(tmpdir(), 'contract-flink-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const counting = [
  '# emulator: operator numbers uid=numbers list=offsets',
  '# emulator: operator counter uid=counter keyed=count:long',
];

/** What each jar holds; how its run fares is written in it (emulators/flink/README.md). */
const jars = {
  first: counting,
  second: ['# second', ...counting],
  failing: ['# emulator: fail-after 5 "java.lang.RuntimeException: the table is gone"'],
  secret: ['# another jar'],
} as const;

function fill(): void {
  for (const [name, lines] of Object.entries(jars)) writeFileSync(join(folder, `${name}.jar`), lines.join('\n'));
}

const first: JsonObject = {
  url: 'http://flink.internal:8081',
  name: 'contract',
  jar: `file://${folder}/first.jar`,
  parallelism: 2,
  scheduler: 'adaptive',
  'savepoint-directory': `file://${folder}/savepoints`,
};
const { 'savepoint-directory': _, ...clusters } = first;

const targets: Targets = {
  first,
  second: { ...first, jar: `file://${folder}/second.jar`, arguments: ['--contract', 'second'] },
  refused: { ...first, jar: `file://${folder}/none.jar` },
  missing: { ...first, jar: `file://${folder}/none.jar` },
  failing: { ...first, jar: `file://${folder}/failing.jar` },
  undrained: null,
  unstopped: null,
  secret: { ...first, jar: `file://${folder}/secret.jar`, arguments: ['--credential', '${secret.TOKEN}'] },
  scale: { parallelism: 4 },
};

const dialect: Dialect = {
  operations: {
    prepare: 'uploadJar',
    start: 'runJar',
    stop: 'cancelJob',
    drain: 'stopJob',
    snapshot: 'triggerSavepoint',
    stopWithSnapshot: 'stopJob',
    scale: 'putRequirements',
  },
  secretive: ['runJar', 'planJar'],
  no: (text) => ({
    status: 400,
    body: { errors: [`org.apache.flink.runtime.rest.handler.RestHandlerException: ${text}`] },
  }),
};

export const ground: Ground = {
  engine: flink,
  where: 'the emulated Flink',
  real: false,
  limitSeconds: 60,
  targets,
  offers: ['messages', 'reference', 'measure'],
  variants: {
    'on the default scheduler': { ...first, scheduler: 'default' },
    'with the directory of the cluster': clusters,
  },
  // One list; the configuration of each run that was not seen before; and its parallelism now, on the adaptive scheduler.
  observeCalls: { first: (jobs) => 1 + 2 * jobs, again: (jobs) => 1 + jobs },
  prepareAdds: true,
  open: openEmulated,
};

async function openEmulated(_options: FieldOptions): Promise<Field> {
  const { heard, quoting, wrapped } = ears(dialect);
  const local = await startLocal((clock) => [
    wrapped(
      flinkService(clock, { settings: { scheduler: 'adaptive', savepointDirectory: `file:${folder}/savepoints` } }),
    ),
  ]);
  const url = local.services['flink'] ?? '';
  fill();
  const env = { STREAM_ROLLOUT_FLINK_URL: url };
  const wait = async (seconds: number) => local.advance(seconds);
  const clock = { now: () => local.clock.now(), sleep: wait };
  const { ambient, cancel, lines, session, close } = await connected(flink, first, clock, env);
  const get = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<JsonObject>;
  let uploads = 0;

  async function upload(uri: string): Promise<string> {
    const form = new FormData();
    uploads += 1;
    form.append('jarfile', new Blob([readFileSync(new URL(uri))]), `by-hand-${uploads}.jar`);
    const answer = await fetch(`${url}/jars/upload`, { method: 'POST', body: form });
    return (
      String(((await answer.json()) as JsonObject)['filename'])
        .split('/')
        .at(-1) ?? ''
    );
  }

  // What a rollout does before it touches anything: the jar is on the cluster when a run is started.
  const subject = { job: 'contract', names: ['contract'], target: first, ids: [] };
  const stamp = {
    revision: 'r1-0',
    rollout: 'set-up',
    n: 1,
    step: 'prepare',
    commit: null,
    predecessor: null,
    slot: null,
  };
  await session.can.prepare?.({ subject, target: first, stamp, memo: null, signal: new AbortController().signal });

  return {
    engine: flink,
    session,
    ambient,
    clock,
    cancel,
    lines,
    names: ['contract', 'contract-b'],
    targets,
    unknownId: '0'.repeat(32),
    wait,
    outside: {
      async plant(name, target = first) {
        const jar = await upload(String(target['jar']));
        const body = { parallelism: 2, flinkConfiguration: { 'pipeline.name': name } };
        const answer = await fetch(`${url}/jars/${jar}/run`, { method: 'POST', body: JSON.stringify(body) });
        await wait(65);
        return String(((await answer.json()) as JsonObject)['jobid']);
      },
      async picture(id) {
        await wait(5);
        const { now: _now, ...job } = await get(`/jobs/${id}`);
        return JSON.stringify(job);
      },
      definition: async () =>
        JSON.stringify(((await get('/jars'))['files'] as JsonObject[]).map(({ name }) => name).sort()),
      async breaks(what, when, how, times = 1) {
        const operation = what === 'read' ? '*' : (dialect.operations[what] ?? '');
        if (how === 'quoted') return void quoting.push(...Array<string>(times).fill(operation));
        await control(local.control, 'POST', '/faults', faultOf('flink', operation, when, how, times));
      },
      async holds(verb) {
        const operation = dialect.operations[verb];
        await control(local.control, 'POST', '/faults', {
          service: 'flink',
          operation,
          when: 'after',
          effect: 'delay',
          seconds: 5,
        });
      },
      releases: () => wait(10),
      heard: async () => [...heard],
      forget: async () => void heard.splice(0),
      rewrite: async (target) => writeFileSync(new URL(String(target['jar'])), `# another content\n${Math.random()}`),
    },
    async end() {
      await close();
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}
