import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { defaultVersion, jobUpdateSchema } from './definition.js';
import { fateOf, usual } from './fate.js';
import { launchOf, newRun, type World } from './launch.js';
import { enter, expire, fail } from './lifecycle.js';
import type { Place } from './place.js';
import { baseId, isActive, type Run } from './run.js';

/** A run as somebody else would have started it; its job is made too where it does not exist. */
const plantedSchema = z.strictObject({
  jobName: z.string().min(1),
  /** Members of the definition, for a job that does not exist yet. */
  definition: jobUpdateSchema.partial().optional(),
  arguments: z.record(z.string(), z.string()).default({}),
  state: z.enum(['STARTING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT']).default('RUNNING'),
  startedSecondsAgo: z.number().min(0).default(3600),
  message: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
});

/** Something happens to a run that exists. */
const fateSchema = z.strictObject({
  run: z.string(),
  fate: z.enum(['expire', 'fail', 'finish', 'stop', 'time-out', 'error']),
  message: z.string().optional(),
});

export interface Planted {
  readonly place: Place;
  readonly run: Run;
}

/** Carries out `POST /runs`. Throws ControlError or ZodError for a malformed one. */
export function plant(
  spec: JsonObject,
  places: { of(account?: string, region?: string): Place; all(): Iterable<Place> },
  world: World,
  now: number,
): Planted {
  if ('run' in spec) return changeFate(fateSchema.parse(spec), places.all(), world, now);
  const planted = plantedSchema.parse(spec);
  const place = places.of(planted.account, planted.region);
  const at = now - planted.startedSecondsAgo * 1000;
  const { jobName } = planted;
  if (!place.definitions.has(jobName)) {
    const base = {
      Role: `arn:aws:iam::${place.account}:role/glue`,
      Command: { Name: 'gluestreaming', ScriptLocation: `s3://planted/${jobName}.py` },
    };
    const update = { ...base, ...planted.definition, GlueVersion: planted.definition?.GlueVersion ?? defaultVersion };
    place.definitions.set(jobName, { name: jobName, update, createdOn: at, modifiedOn: at, tags: {} });
  }
  const definition = place.definitions.get(jobName);
  if (!definition) throw new ControlError(`no job ${jobName}`);
  place.started += 1;
  const launch = launchOf(definition, {}, planted.arguments, world);
  const origin = {
    base: baseId(place.account, place.region, jobName, place.started),
    attempt: 0,
    restart: 0,
    previousRunId: null,
  };
  const run = newRun(place, launch, origin, at);
  const script = world.readScript(launch.scriptLocation);
  // Whoever started it had a script.
  if (script === null) world.writeScript(launch.scriptLocation, '# started by hand\n');
  run.fate = script === null ? usual : fateOf(script);
  enter(run, planted.state, at, world, { message: planted.message ?? null });
  return { place, run };
}

function changeFate(change: z.infer<typeof fateSchema>, places: Iterable<Place>, world: World, now: number): Planted {
  for (const place of places) {
    const run = place.runs.get(change.run);
    if (!run) continue;
    if (!isActive(run)) throw new ControlError(`run ${run.id} has ended: ${run.state}`);
    fates[change.fate](place, run, now, world, change.message ?? null);
    return { place, run };
  }
  throw new ControlError(`no run ${change.run}`);
}

const fates: {
  readonly [fate in z.infer<typeof fateSchema>['fate']]: (
    place: Place,
    run: Run,
    at: number,
    world: World,
    message: string | null,
  ) => void;
} = {
  expire: (place, run, at, world) => expire(place, run, at, world),
  fail: (place, run, at, world, message) => fail(place, run, at, world, message ?? 'Command failed with exit code 1'),
  finish: (_, run, at, world) => enter(run, 'SUCCEEDED', at, world),
  stop: (_, run, at, world) => enter(run, 'STOPPING', at, world),
  'time-out': (_, run, at, world) => enter(run, 'TIMEOUT', at, world),
  error: (_, run, at, world, message) => enter(run, 'ERROR', at, world, { message }),
};
