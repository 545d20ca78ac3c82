import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import type { Job } from './job.js';
import { submit } from './submit.js';
import type { World } from './world.js';

/** A run as somebody else would have started it. `program`: the lines of its jar. */
const plantedSchema = z.strictObject({
  name: z.string().min(1),
  program: z.string().default(''),
  parallelism: z.int().min(1).default(1),
  startedSecondsAgo: z.number().min(0).default(3600),
  savepointPath: z.string().optional(),
});

/** Something happens to a run that exists. */
const fateSchema = z.strictObject({
  run: z.string(),
  fate: z.enum(['fail', 'finish', 'cancel', 'restart', 'forget']),
  message: z.string().default('java.lang.RuntimeException: it failed'),
});

/** Carries out `POST /runs`. Throws ControlError for a malformed one. */
export function plant(world: World, spec: JsonObject, now: number): Job {
  if ('run' in spec) return changeFate(world, checked(fateSchema, spec), now);
  const { name, program, parallelism, startedSecondsAgo, savepointPath } = checked(plantedSchema, spec);
  const at = now - startedSecondsAgo * 1000;
  const jar = world.addJar(`planted-${randomBytes(4).toString('hex')}.jar`, Buffer.from(program), at);
  const from = savepointPath === undefined ? {} : { savepointPath };
  const id = submit(world, jar, { parallelism, flinkConfiguration: { 'pipeline.name': name }, ...from }, at);
  world.settle(now);
  return jobIn(world, id);
}

function changeFate(world: World, { run, fate, message }: z.infer<typeof fateSchema>, now: number): Job {
  const job = jobIn(world, run);
  if (fate === 'forget') world.jobs.delete(run);
  else if (fate === 'restart') job.pauses.push({ at: now, until: now + 1000, trace: message });
  else {
    if (fate === 'cancel') job.cancelAt ??= now;
    job.end = { at: now, state: ({ fail: 'FAILED', finish: 'FINISHED', cancel: 'CANCELED' } as const)[fate] };
    if (fate === 'fail') job.failures.push({ at: now, trace: message });
  }
  return job;
}

function jobIn(world: World, id: string): Job {
  const job = world.jobs.get(id);
  if (job === undefined) throw new ControlError(`no run ${id}`);
  return job;
}

function checked<T>(schema: z.ZodType<T>, value: JsonObject): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}
