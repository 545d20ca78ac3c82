import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { Application, type World } from './application.js';
import { configOf } from './create.js';
import { update } from './lifecycle.js';

/** An application as somebody else would have made it; one that exists gets another version. */
const plantedSchema = z.strictObject({
  applicationName: z.string().min(1),
  code: z.string().regex(/^s3:\/\/[^/]+\/.+$/),
  properties: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  parallelism: z.int().min(1).default(1),
  runtime: z.string().default('FLINK-1_20'),
  systemRollback: z.boolean().default(false),
  state: z.enum(['RUNNING', 'READY']).default('RUNNING'),
  startedSecondsAgo: z.number().min(0).default(3600),
});

/** Something that the service does to an application by itself. */
const fateSchema = z.strictObject({
  application: z.string(),
  fate: z.enum(['autoscale', 'maintain', 'stop']),
  seconds: z.number().min(0).default(60),
});

const statuses = { autoscale: 'AUTOSCALING', maintain: 'MAINTENANCE' } as const;

/** Carries out `POST /runs`. Throws ControlError or ZodError for a malformed one. */
export function plant(
  spec: JsonObject,
  applications: Map<string, Application>,
  arnOf: (name: string) => string,
  world: World,
  now: number,
): Application {
  if ('fate' in spec) return changeFate(fateSchema.parse(spec), applications, now);
  const given = plantedSchema.parse(spec);
  const name = given.applicationName;
  const [, bucket = '', key = ''] = given.code.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
  const at = now - given.startedSecondsAgo * 1000;
  const config = {
    ...configOf({ ApplicationName: name, RuntimeEnvironment: given.runtime, ServiceExecutionRole: 'planted' }),
    code: { bucketArn: `arn:aws:s3:::${bucket}`, key, version: null },
    groups: given.properties,
    parallelism: { type: 'CUSTOM', value: given.parallelism, perKpu: 1, scaling: false },
    rollback: given.systemRollback,
  };
  const known = applications.get(name);
  if (known) {
    if (known.phase !== null) throw new ControlError(`application ${name} is ${known.status}`);
    update(known, config, world, now);
    return known;
  }
  const application = new Application(name, arnOf(name), config, at);
  applications.set(name, application);
  if (given.state === 'RUNNING') {
    const operation = application.begin('StartApplication', at);
    operation.endedAt = at;
    application.enter('RUNNING', at);
  }
  return application;
}

function changeFate(
  { application: name, fate, seconds }: z.infer<typeof fateSchema>,
  applications: Map<string, Application>,
  now: number,
): Application {
  const application = applications.get(name);
  if (application?.status !== 'RUNNING') throw new ControlError(`no application ${name} that runs`);
  if (fate === 'stop') {
    const operation = application.begin('StopApplication', now);
    operation.endedAt = now;
    application.enter('READY', now);
    return application;
  }
  application.enter(statuses[fate], now, seconds, (end) => application.enter('RUNNING', end));
  return application;
}
