import { z } from 'zod';
import type { Engine } from '../../src/engines/engine.js';
import { RolloutError } from '../../src/model/error.js';
import { isObject, type JsonObject } from '../../src/model/json.js';

const artifact = z.union([
  z.string().min(1),
  z.strictObject({ file: z.string(), 'upload-to': z.string() }),
  z.strictObject({ zip: z.string(), 'upload-to': z.string() }),
]);

const target = z.strictObject({
  name: z.string().optional(),
  region: z.string(),
  script: artifact.optional(),
  libraries: z.array(artifact).optional(),
  arguments: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  workers: z.strictObject({ min: z.int().min(1).optional(), max: z.int().max(1000).optional() }).optional(),
  size: z.enum(['small', 'large']).optional(),
  topics: z.array(z.string()).optional(),
  spot: z.boolean().optional(),
});

/** An engine with the shapes that real ones have: artifacts, bounds, an exclusive checkpoint, a check of its own. */
export const river: Engine = {
  id: 'river',
  title: 'River',
  target: target as unknown as z.ZodType<JsonObject>,
  impacts: { workers: 'scale' },
  artifacts: ['script', 'libraries'],
  reference: null,
  pathsAreCode: false,
  fence: 'F2',
  times: { callSeconds: 1, lagSeconds: 1 },
  pollSeconds: 1,
  place: (of, { env }) => {
    const region = of['region'] ?? env['RIVER_REGION'];
    if (typeof region !== 'string') throw new RolloutError('manifest-missing', 'no region', { class: 'input' });
    return { key: region, session: region };
  },
  verbs: () => ['start', 'stop'],
  expect: () => ({ gapSeconds: null, duplicates: 'none', state: 'kept' }),
  check: (job) => {
    const workers = job.target['workers'];
    if (!isObject(workers) || Number(workers['min'] ?? 0) <= Number(workers['max'] ?? 1000)) return [];
    const at = job.positions['target.workers.min'] ?? job.at;
    const message = `${job.key}: more workers at least than at most`;
    return [{ code: 'manifest-value', level: 'error', message, file: at.file, line: at.line }];
  },
  exclusive: (of) => {
    const given = of['arguments'];
    const checkpoint = isObject(given) ? given['--checkpoint'] : undefined;
    return typeof checkpoint === 'string' ? checkpoint : null;
  },
  connect: async () => {
    throw new Error('not connected in these tests');
  },
};

/** An engine that takes anything. */
export const pond: Engine = {
  ...river,
  id: 'pond',
  title: 'Pond',
  target: z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>,
  artifacts: [],
  place: () => ({ key: 'local', session: 'local' }),
  exclusive: () => null,
};
