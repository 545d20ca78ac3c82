import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCloud } from '../../../__tests__/e2e/harness/cloud.js';
import { node24, root } from '../../../__tests__/e2e/harness/dist.js';
import type { JsonObject } from '../../../src/model/json.js';
import { type CrashEngine, cloudTime, type Seen, siblingName } from './engine.js';

const script = join(root, 'suites', 'crash', 'engine', 'runs.mjs');
const leaving = new Set(['draining', 'stopping']);
const up = new Set(['starting', 'running']);

interface Stored {
  readonly id: string;
  readonly name: string;
  readonly stamp: Seen['stamp'];
  readonly snapshot: string | null;
  readonly scalings: readonly { readonly at: number; readonly scaling: JsonObject | null }[];
  readonly history: readonly { readonly at: number; readonly state: string }[];
}

/** Jobs that are automated by commands (`runs.mjs`), on the local cloud's clock. */
export async function commands(folder: string, rate: number): Promise<CrashEngine> {
  const cloud = await openCloud(rate);
  const runs = join(folder, 'runs');
  const file = (name: string) => join(runs, name);
  mkdirSync(runs, { recursive: true });
  const now = () => cloudTime(cloud);
  return {
    cloud,
    env: { ...cloud.env, RUNS_DIR: runs },
    calls: {
      set: async ({ when, nth }) => writeFileSync(file('hold'), `${when} ${nth}`),
      sprung: async () => existsSync(file('reached')),
      async release() {
        for (const name of ['hold', 'reached', 'count']) rmSync(file(name), { force: true });
      },
    },
    setUp: async () => undefined,
    async plantSibling() {
      const at = await now();
      const scalings = [{ at, scaling: { replicas: 1 } }];
      const history = [{ at, state: 'running' }];
      const run = { id: 'by-hand', name: siblingName, stamp: null, settings: {}, snapshot: null, scalings, history };
      writeFileSync(file('by-hand.run'), JSON.stringify(run));
    },
    sibling: async () => JSON.parse(readFileSync(file('by-hand.run'), 'utf8')) as JsonObject,
    async runs() {
      const at = await now();
      return readdirSync(runs)
        .filter((name) => name.endsWith('.run'))
        .map((name) => seen(JSON.parse(readFileSync(file(name), 'utf8')) as Stored, at));
    },
    writes: async () => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').split('\n').length - 1 : 0),
    now,
    async standStill(late) {
      rmSync(file('late-since'), { force: true });
      if (late === null) return rmSync(file('late'), { force: true });
      writeFileSync(file('late'), JSON.stringify({ since: new Date(late.since).toISOString(), seconds: late.seconds }));
    },
    close: () => cloud.close(),
  };
}

function seen(run: Stored, now: number): Seen {
  const state = run.history.findLast((entry) => entry.at <= now)?.state ?? '';
  return {
    id: run.id,
    name: run.name,
    state: up.has(state) ? 'up' : leaving.has(state) ? 'leaving' : 'ended',
    stamp: run.stamp,
    view: run as unknown as JsonObject,
    snapshot: run.snapshot,
    replicas: (run.scalings.at(-1)?.scaling?.['replicas'] as number | undefined) ?? null,
  };
}

/** The commands of a job, of those verbs. */
export function commandTarget(verbs: readonly string[], target: JsonObject): JsonObject {
  const command = [node24, script];
  return {
    ...Object.fromEntries(['observe', ...verbs].map((verb) => [verb, command])),
    times: { call: '60s', lag: '30s' },
    ...target,
  };
}
