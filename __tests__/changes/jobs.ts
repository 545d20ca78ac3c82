import { z } from 'zod';
import type { Engine } from '../../src/engines/engine.js';
import type { Job, Manifest } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';

/** An engine's tables, as change detection reads them; it is never connected to. */
export const engine: Engine = {
  id: 'lab',
  title: 'Engine of the tests',
  target: z.record(z.string(), z.json()) as unknown as z.ZodType<JsonObject>,
  impacts: {
    name: 'recreate',
    region: 'recreate',
    workers: 'scale',
    'workers.type': 'upgrade',
    'autoscaling.max': 'scale',
    credentials: 'none',
    'mapping.names': 'none',
  },
  artifacts: ['script', 'libraries'],
  reference: 'script',
  pathsAreCode: false,
  fence: 'F4',
  times: { callSeconds: 1, lagSeconds: 1 },
  pollSeconds: 1,
  place: () => ({ key: 'lab', session: 'lab' }),
  verbs: () => ['start', 'stop'],
  expect: () => ({ gapSeconds: null, duplicates: 'replay', state: 'kept' }),
  connect: async () => {
    throw new Error('change detection connects to nothing');
  },
};

/** As `engine`, but `paths` alone is a code identity. */
export const pathsEngine: Engine = { ...engine, id: 'paths', reference: null, pathsAreCode: true };

export const engines: ReadonlyMap<string, Engine> = new Map([
  ['lab', engine],
  ['paths', pathsEngine],
]);

export function jobOf(key: string, target: JsonObject, more: Partial<Job> = {}): Job {
  return {
    key,
    engine: 'lab',
    target,
    paths: null,
    ignore: [],
    build: null,
    sink: 'append',
    stateful: true,
    strategy: 'auto',
    maxGapSeconds: null,
    parallel: { overlapSeconds: 600, slots: [] },
    drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
    verify: { runningWithinSeconds: 900, bakeSeconds: 600, gates: [] },
    onFailure: 'rollback',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: 'jobs.yml', line: 1, column: 1 },
    positions: {},
    ...more,
  };
}

export function manifestOf(...jobs: readonly Job[]): Manifest {
  return { file: 'jobs.yml', name: 'acme', environment: 'production', environments: ['production'], refs: null, jobs };
}

/** A script and a library from the repository, uploaded by digest. */
export const fileTarget = {
  region: 'eu-west-1',
  script: { file: 'glue/clicks.py', 'upload-to': 's3://code/clicks/${digest}.py' },
  libraries: [{ zip: 'glue/lib', 'upload-to': 's3://code/clicks/${digest}.zip' }],
  workers: 5,
};
