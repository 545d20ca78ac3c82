import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '../../src/model/json.js';
import { listsAsOf } from '../kernel/stand-still.js';
import type { EmulatedRequest, EmulatedRun, EmulatorClock, Service } from '../service.js';
import { type Identities, identities } from '../sts/identities.js';
import type { Application, World } from './application.js';
import type { Operation } from './call.js';
import { errorAnswer, FlinkError, faultAnswer } from './errors.js';
import { type FlinkJob, jobsOf } from './jobs.js';
import { plant } from './plant.js';
import { reads } from './reads.js';
import { changedSettings, type FlinkSettings } from './settings.js';
import { detailOf } from './view.js';
import { writes } from './writes.js';

export interface ManagedFlinkOptions {
  /** Where code lies: the store of the emulated S3. Without it no code is looked for. */
  readonly s3?: { read(uri: string): Buffer | null };
  readonly identities?: Identities;
  readonly settings?: Partial<FlinkSettings>;
  /** Region of unsigned requests and planted applications. */
  readonly region?: string;
}

export interface ManagedFlinkService extends Service {
  /** The jobs of all applications as they are now, for the metrics of the emulated CloudWatch. */
  applicationJobs(): readonly {
    readonly account: string;
    readonly region: string;
    readonly name: string;
    readonly jobs: readonly FlinkJob[];
  }[];
}

const operations: { readonly [name: string]: Operation } = { ...reads, ...writes };

/** Amazon Managed Service for Apache Flink over JSON 1.1. See README.md for what is emulated. */
export function managedFlinkService(clock: EmulatorClock, options: ManagedFlinkOptions = {}): ManagedFlinkService {
  const known = options.identities ?? identities();
  const { s3 } = options;
  const world: World = {
    settings: changedSettings(options.settings ?? {}, {}),
    readCode: (bucket, key) => (s3 ? (s3.read(`s3://${bucket}/${key}`)?.toString() ?? null) : ''),
  };
  const places = new Map<string, Map<string, Application>>();
  const placeOf = (account: string, region: string) => {
    const key = `${account}/${region}`;
    const place = places.get(key) ?? new Map<string, Application>();
    places.set(key, place);
    return place;
  };
  const all = () => [...places.values()].flatMap((place) => [...place.values()]);
  const defaultRegion = options.region ?? 'eu-west-1';
  const unsigned = { headers: {}, query: new URLSearchParams() } as EmulatedRequest;
  const settled = () => {
    const now = clock.now();
    for (const application of all()) application.settle(now);
    return now;
  };

  return {
    name: 'managed-flink',
    identify(request) {
      const operation = nameOf(request);
      return { operation, write: operations[operation]?.write ?? false };
    },
    async handle(request) {
      const now = settled();
      const { account, arn, readOnly } = known.of(request);
      const region = known.regionOf(request) ?? defaultRegion;
      const name = nameOf(request);
      try {
        const operation = operations[name];
        if (!operation) throw new FlinkError('UnknownOperationException', `Operation ${name} is not known.`);
        if (operation.write && readOnly) {
          const text = `User: ${arn} is not authorized to perform: kinesisanalytics:${name}`;
          throw new FlinkError('AccessDeniedException', text);
        }
        const { listLagSeconds, listsStandStill } = world.settings;
        const listed = listsAsOf(now, listLagSeconds, listsStandStill);
        const applications = placeOf(account, region);
        const call = { input: inputOf(request), applications, world, account, region, now, listed };
        return {
          status: 200,
          headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
          body: JSON.stringify(operation.perform(call)),
        };
      } catch (error) {
        if (error instanceof FlinkError) return errorAnswer(400, error.code, error.message);
        throw error;
      }
    },
    applicationJobs() {
      settled();
      return [...places].flatMap(([key, place]) => {
        const [account = '', region = ''] = key.split('/');
        return [...place.values()].map((one) => ({ account, region, name: one.name, jobs: jobsOf(one, world) }));
      });
    },
    failure: (status) => faultAnswer(status),
    runs() {
      settled();
      return all().map(runOf);
    },
    plant(spec) {
      const now = settled();
      const { account } = known.of(unsigned);
      const arnOf = (name: string) => `arn:aws:kinesisanalytics:${defaultRegion}:${account}:application/${name}`;
      return runOf(plant(spec, placeOf(account, defaultRegion), arnOf, world, now));
    },
    configure(change) {
      world.settings = changedSettings(world.settings, change);
      return world.settings;
    },
    state() {
      settled();
      const shown = ([key, place]: [string, Map<string, Application>]) =>
        [key, [...place.values()].map((one) => JSON.parse(JSON.stringify(detailOf(one, one.current))))] as const;
      return Object.fromEntries([...places].map(shown)) as JsonObject;
    },
  };
}

function nameOf(request: EmulatedRequest): string {
  return (request.headers['x-amz-target'] ?? '').replace(/^KinesisAnalytics_20180523\./, '') || 'Unknown';
}

function inputOf(request: EmulatedRequest): JsonObject {
  const text = request.body.toString();
  let input: unknown;
  try {
    input = JSON.parse(text === '' ? '{}' : text);
  } catch {
    // What is no JSON is refused below, like JSON of another kind.
    input = null;
  }
  if (isObject(input)) return input;
  throw new FlinkError('SerializationException', 'The request body is not a JSON object.');
}

function runOf(application: Application): EmulatedRun {
  const { currentId, name, status, current } = application;
  return {
    service: 'managed-flink',
    id: `${name}/${currentId}`,
    name,
    state: status,
    version: currentId,
    code: current.config.code.key,
    groups: current.config.groups,
  };
}
