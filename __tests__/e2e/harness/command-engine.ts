import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/model/json.js';
import { node24, root } from './dist.js';
import type { Stage } from './stage.js';

/** What the engine behind the commands keeps (`command-cloud.mjs`). */
export interface EngineState {
  readonly runs: readonly {
    readonly id: string;
    readonly state: string;
    /** Snapshot that it was started from. */
    readonly from: string | null;
    readonly settings: JsonObject;
  }[];
  readonly asked: readonly { readonly verb: string; readonly snapshot: string | null }[];
}

/** What goes wrong with the next calls of one verb. */
export interface CommandFault {
  readonly verb: string;
  readonly when: 'before' | 'after';
  readonly how: 'killed' | 'fails' | 'hangs';
  readonly times: number;
}

export interface CommandEngine {
  readonly env: { readonly [name: string]: string };
  /** A job of this engine; `settings` is what its runs run with. */
  job(settings: JsonObject, more?: JsonObject, target?: JsonObject): JsonObject;
  state(): EngineState;
  break(...faults: readonly CommandFault[]): void;
}

/** An engine of the stage's own that is driven by commands. */
export function commandEngine(stage: Stage, verbs: readonly string[]): CommandEngine {
  const home = join(stage.folder, 'engine');
  mkdirSync(home);
  const path = join(home, 'engine.json');
  writeFileSync(path, '{}');
  const state = () => ({ runs: [], asked: [], ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<EngineState>) });
  const command = [node24, join(root, '__tests__', 'e2e', 'harness', 'command-cloud.mjs')];
  return {
    env: { ENGINE_HOME: home },
    job: (settings, more = {}, target = {}) => ({
      engine: 'command',
      sink: 'idempotent',
      paths: ['bids/**'],
      verify: { 'running-within': '10m', bake: '2m' },
      ...more,
      target: {
        ...Object.fromEntries(['observe', ...verbs].map((verb) => [verb, command])),
        guarantees: { state: 'kept', duplicates: 'replay', gap: '30s' },
        settings,
        ...target,
      },
    }),
    state,
    break: (...faults) => writeFileSync(path, JSON.stringify({ ...state(), faults })),
  };
}
