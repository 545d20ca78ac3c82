import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedRun, EmulatorClock, Service } from '../service.js';
import { Sources } from '../workload/index.js';
import type { WriteObject } from './disk.js';
import { errorAnswer, FlinkError, faultAnswer } from './errors.js';
import { type Job, parallelismAt, phaseAt } from './job.js';
import { plant } from './plant.js';
import { type Route, routes } from './routes.js';
import { changedSettings, type FlinkSettings } from './settings.js';
import { World } from './world.js';

export interface FlinkOptions {
  readonly settings?: Partial<FlinkSettings>;
  /** Writes (or, for null, removes) an object of an emulated store, for snapshots outside of this machine's files. */
  readonly object?: WriteObject;
}

/** A Flink session cluster, by its REST API. See README.md for what is emulated. */
export function flinkService(clock: EmulatorClock, options: FlinkOptions = {}): Service {
  return serviceOf(clock, new World(changedSettings(options.settings ?? {}, {}), options.object ?? null));
}

/** The REST API of a cluster that somebody else keeps. */
export function serviceOf(clock: EmulatorClock, world: World): Service {
  const sources = new Sources();
  const settled = () => {
    const now = clock.now();
    world.settle(now);
    return now;
  };
  const shown = (job: Job, now: number): EmulatedRun => ({
    service: 'flink',
    id: job.id,
    name: job.name,
    state: phaseAt(job, now).state,
    parallelism: parallelismAt(job, now),
    parameters: job.parameters,
    restored: job.restored?.path ?? null,
    states: job.operators.map(({ name, states }) => `${name}: ${states.map((state) => state.name).join(', ')}`),
  });

  return {
    name: 'flink',
    identify(request) {
      const route = routeOf(request)?.route;
      return { operation: route?.operation ?? 'unknown', write: route?.write ?? request.method !== 'GET' };
    },
    async handle(request) {
      const now = settled();
      const found = routeOf(request);
      try {
        if (found === null) throw new FlinkError(404, `Not found: ${request.path}`);
        const { status, body } = found.route.perform({ world, sources, request, ids: found.ids, now });
        return { status, body };
      } catch (error) {
        if (!(error instanceof FlinkError)) throw error;
        return errorAnswer(error);
      }
    },
    failure: (status) => faultAnswer(status),
    close: () => world.disk.close(),
    runs() {
      const now = settled();
      return [...world.jobs.values()].map((job) => shown(job, now));
    },
    plant(spec) {
      const now = settled();
      return shown(plant(world, spec, now), now);
    },
    state() {
      const now = settled();
      return {
        jars: [...world.jars.values()].map(({ id, name }) => ({ id, name })),
        jobs: [...world.jobs.values()].map((job) => shown(job, now) as unknown as JsonObject),
      };
    },
    configure({ workloads, ...change }) {
      const now = settled();
      if (workloads !== undefined) sources.set(workloads as JsonObject, now);
      world.settings = changedSettings(world.settings, change);
      return { ...world.settings, workloads: sources.all() } as unknown as JsonObject;
    },
  };
}

function routeOf({ method, path }: EmulatedRequest): { readonly route: Route; readonly ids: readonly string[] } | null {
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match !== null) return { route, ids: match.slice(1) };
  }
  return null;
}
