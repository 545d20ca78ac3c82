import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../../src/engines/command/index.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Field, FieldOptions, Ground, Heard, Targets } from '../ground.js';
import { connected } from './ambient.js';

/** The commands of the suite are real child processes of a small engine that lives in a folder (`backend.mjs`). */
const backend = [process.execPath, join(import.meta.dirname, 'backend.mjs')];
const verbs = ['start', 'replace', 'drain', 'stop', 'scale', 'prepare', 'snapshot', 'stop-with-snapshot', 'measure'];
const commands: JsonObject = Object.fromEntries(['observe', ...verbs].map((verb) => [verb, backend]));

const first: JsonObject = { ...commands, name: 'contract', settings: { topic: 'a' }, scaling: { replicas: 2 } };
const targets: Targets = {
  first,
  second: { ...first, settings: { topic: 'b' } },
  refused: { ...first, settings: { refused: true } },
  missing: { ...first, start: ['./no-such-program'] },
  failing: { ...first, settings: { failsAfter: 20 } },
  undrained: { ...first, settings: { endless: true } },
  unstopped: { ...first, settings: { endless: true } },
  secret: { ...first, credentials: { TOKEN: '${secret.TOKEN}' } },
  scale: { scaling: { replicas: 5 } },
};

export const ground: Ground = {
  engine: command,
  where: 'commands of a small engine',
  real: false,
  limitSeconds: 120,
  targets,
  offers: ['measure'],
  variants: {
    'that can only be observed': { observe: backend },
    'without a drain and snapshots': { observe: backend, start: backend, stop: backend },
    'that can only replace': { observe: backend, replace: backend },
    'that can be scaled': { observe: backend, scale: backend },
  },
  // Jobs with the same command share one call.
  observeCalls: { first: () => 1, again: () => 1 },
  open,
};

async function open({ lagSeconds = 0 }: FieldOptions): Promise<Field> {
  const home = mkdtempSync(join(tmpdir(), 'contract-'));
  const file = (name: string) => join(home, name);
  const read = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T;
  const write = (name: string, value: unknown) => writeFileSync(file(name), JSON.stringify(value));
  interface State {
    now: number;
    lag: number;
    runs: JsonObject[];
    prepared: JsonObject;
    snapshots: string[];
  }
  write('state.json', { now: 1_800_000_000, lag: lagSeconds, runs: [], prepared: {}, snapshots: [] } satisfies State);
  write('faults.json', []);
  appendFileSync(file('heard'), '');

  const wait = async (seconds: number) => {
    const state = read<State>('state.json');
    write('state.json', { ...state, now: state.now + seconds });
  };
  const clock = { now: () => read<State>('state.json').now * 1000, sleep: wait };
  const { ambient, cancel, lines, session, close } = await connected(command, first, clock, {
    ...process.env,
    BACKEND: home,
  });
  const verbIn = (verb: string) => (verb === 'stopWithSnapshot' ? 'stop-with-snapshot' : verb);

  return {
    engine: command,
    session,
    ambient,
    clock,
    cancel,
    lines,
    names: ['contract', 'contract-b'],
    targets,
    unknownId: 'contract.none.1.start',
    wait,
    outside: {
      async plant(name, target = first) {
        const state = read<State>('state.json');
        const id = `by-hand-${state.runs.length}`;
        const { settings = {}, scaling = {} } = target;
        const run = { id, name, stamp: null, settings, scaling, startedAt: state.now, ending: null, replacedAt: null };
        write('state.json', { ...state, runs: [...state.runs, run] });
        await wait(15);
        return id;
      },
      async picture(id) {
        return JSON.stringify(read<State>('state.json').runs.find((run) => run['id'] === id));
      },
      definition: async () => JSON.stringify(read<State>('state.json').prepared),
      async breaks(what, when, how, times = 1) {
        const fault = { verb: verbIn(what), when, how };
        write('faults.json', [...read<JsonObject[]>('faults.json'), ...Array<typeof fault>(times).fill(fault)]);
      },
      async holds(what) {
        rmSync(file('released'), { force: true });
        write('faults.json', [...read<JsonObject[]>('faults.json'), { verb: verbIn(what), when: 'held', how: 'held' }]);
      },
      releases: async () => write('released', true),
      async heard() {
        const text = existsSync(file('heard')) ? readFileSync(file('heard'), 'utf8') : '';
        return text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Heard);
      },
      forget: async () => writeFileSync(file('heard'), ''),
      rewrite: async () => undefined,
    },
    async end() {
      await close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
