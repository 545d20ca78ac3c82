import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse, EmulatedRun, EmulatorClock, Service } from '../service.js';
import { type Identities, identities } from '../sts/identities.js';
import { errorAnswer, faultAnswer, GlueError } from './errors.js';
import { jobOperations } from './jobs.js';
import type { World } from './launch.js';
import { settle } from './lifecycle.js';
import type { Operation } from './operation.js';
import { Place } from './place.js';
import { plant } from './plant.js';
import type { Run } from './run.js';
import { runOperations } from './runs.js';
import { changedSettings, type GlueSettings } from './settings.js';
import { tagOperations } from './tags.js';

export interface GlueOptions {
  /** Where scripts lie: the store of the emulated S3. Without it no script is looked for, and every run fares as usual. */
  readonly s3?: { read(uri: string): Buffer | null; place(uri: string, bytes: Buffer): void };
  readonly identities?: Identities;
  readonly settings?: Partial<GlueSettings>;
  /** Region of unsigned requests and planted runs. */
  readonly region?: string;
}

export interface GlueService extends Service {
  /** Jobs (as GetJob shows them) and runs, by account and region. */
  snapshot(): JsonObject;
  /** All runs as they are now, for the metrics of the emulated CloudWatch. */
  jobRuns(): readonly { readonly place: Place; readonly run: Run }[];
}

const operations: { readonly [name: string]: Operation } = { ...jobOperations, ...runOperations, ...tagOperations };

/** AWS Glue jobs over JSON 1.1. See README.md for what is emulated. */
export function glueService(clock: EmulatorClock, options: GlueOptions = {}): GlueService {
  const known = options.identities ?? identities();
  const { s3 } = options;
  const world: World = {
    settings: changedSettings(options.settings ?? {}, {}),
    readScript: (uri) => (s3 ? (s3.read(uri)?.toString() ?? null) : ''),
    writeScript: (uri, text) => s3?.place(uri, Buffer.from(text)),
  };
  const places = new Map<string, Place>();
  const placeOf = (account: string, region: string) => {
    const key = `${account}/${region}`;
    const place = places.get(key) ?? new Place(account, region);
    places.set(key, place);
    return place;
  };
  const defaultRegion = options.region ?? 'eu-west-1';
  const unsigned = { headers: {}, query: new URLSearchParams() } as EmulatedRequest;
  const settled = () => {
    const now = clock.now();
    settle(places.values(), now, world);
    return now;
  };

  const snapshot = () => {
    settled();
    return Object.fromEntries([...places].map(([key, place]) => [key, snapshotOf(place)]));
  };

  return {
    name: 'glue',
    identify(request) {
      const operation = operationOf(request);
      const write = operations[operation]?.write ?? false;
      const about = jobNamedIn(request);
      return { operation, write, ...(about === null ? {} : { about }) };
    },
    async handle(request) {
      const now = settled();
      const caller = known.of(request);
      const place = placeOf(caller.account, known.regionOf(request) ?? defaultRegion);
      try {
        const name = operationOf(request);
        const operation = operations[name];
        if (!operation) throw new GlueError('UnknownOperationException', `Operation ${name} is not known.`);
        if (operation.write && caller.readOnly) {
          const text = `User: ${caller.arn} is not authorized to perform: glue:${name} on resource: ${place.arnOf('*')}`;
          throw new GlueError('AccessDeniedException', text);
        }
        return answer(operation.perform({ input: inputOf(request), place, world, caller, now }));
      } catch (error) {
        if (!(error instanceof GlueError)) throw error;
        return errorAnswer(error.code === 'InternalServiceException' ? 500 : 400, error.code, error.message);
      }
    },
    failure: (status) => faultAnswer(status),
    jobRuns() {
      settled();
      return [...places.values()].flatMap((place) => [...place.runs.values()].map((run) => ({ place, run })));
    },
    runs() {
      const now = settled();
      return [...places.values()].flatMap((place) =>
        [...place.runs.values()].map((run) => emulatedRun(place, run, now)),
      );
    },
    plant(spec) {
      const now = settled();
      const of = (account?: string, region?: string) =>
        placeOf(account ?? known.of(unsigned).account, region ?? defaultRegion);
      const { place, run } = plant(spec, { of, all: () => places.values() }, world, now);
      return emulatedRun(place, run, settled());
    },
    configure(change) {
      world.settings = changedSettings(world.settings, change);
      return world.settings;
    },
    snapshot,
    state: snapshot,
  };
}

function operationOf(request: EmulatedRequest): string {
  return (request.headers['x-amz-target'] ?? '').replace(/^AWSGlue\./, '') || 'Unknown';
}

function inputOf(request: EmulatedRequest): JsonObject {
  const input: unknown = parsed(request.body.toString());
  if (isObject(input)) return input;
  throw new GlueError('SerializationException', 'The request body is not a JSON object.');
}

/** The job that a request is about, for the request log. */
function jobNamedIn(request: EmulatedRequest): string | null {
  const input = parsed(request.body.toString());
  const name = isObject(input) ? (input['JobName'] ?? input['Name']) : null;
  return typeof name === 'string' ? name : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return null;
  }
}

function answer(body: object): EmulatedResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify(body),
  };
}

function emulatedRun(place: Place, run: Run, now: number): EmulatedRun {
  return {
    service: 'glue',
    id: run.id,
    name: run.launch.jobName,
    state: run.state,
    account: place.account,
    region: place.region,
    scriptLocation: run.launch.scriptLocation,
    ageSeconds: Math.floor((now - run.startedOn) / 1000),
    ...run.shown.at(-1)?.run,
  };
}

function snapshotOf(place: Place): JsonObject {
  return {
    jobs: Object.fromEntries(
      [...place.definitions].map(([name, { update, tags }]) => [
        name,
        JSON.parse(JSON.stringify({ ...update, Tags: tags })),
      ]),
    ),
    runs: [...place.runs.values()].flatMap((run) => run.shown.at(-1)?.run ?? []),
  };
}
