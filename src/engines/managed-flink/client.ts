import {
  type ApplicationDetail,
  type ApplicationOperationInfo,
  type ApplicationOperationInfoDetails,
  CreateApplicationSnapshotCommand,
  DescribeApplicationCommand,
  DescribeApplicationOperationCommand,
  DescribeApplicationSnapshotCommand,
  DescribeApplicationVersionCommand,
  KinesisAnalyticsV2Client,
  ListApplicationOperationsCommand,
  ListApplicationSnapshotsCommand,
  ListApplicationVersionsCommand,
  RollbackApplicationCommand,
  type RunConfiguration,
  type SnapshotDetails,
  StartApplicationCommand,
  StopApplicationCommand,
  UpdateApplicationCommand,
  type UpdateApplicationRequest,
} from '@aws-sdk/client-kinesis-analytics-v2';
import type { JsonObject } from '../../model/json.js';
import { attempts, clientSettings, readsOf } from '../../platforms/aws/client.js';
import type { Ambient } from '../engine.js';
import { dialect, failureOf } from './errors.js';
import { regionOf } from './place.js';

/** Entries of a list that are read at most, newest first as far as AWS gives them so: pages of 50, the largest that the service takes. */
const perPage = 50;
const mostPages = 10;

/** Reads that one session has under way at most: the service throttles by account. */
const concurrentReads = 8;

/** The calls of the service that the engine makes. Reads throw RolloutErrors; writes let the SDK's error through, since its kind decides. */
export interface FlinkCalls {
  readonly region: string;
  application(name: string): Promise<ApplicationDetail | null>;
  /** An earlier or the present version of an application; a version never changes, so it is read once a session. */
  version(name: string, version: number): Promise<ApplicationDetail | null>;
  /** Ids of the versions of an application, newest first. */
  versions(name: string): Promise<readonly number[]>;
  operations(name: string): Promise<readonly ApplicationOperationInfo[]>;
  operation(name: string, id: string): Promise<ApplicationOperationInfoDetails | null>;
  snapshot(name: string, snapshot: string): Promise<SnapshotDetails | null>;
  snapshots(name: string): Promise<readonly SnapshotDetails[]>;
  createSnapshot(name: string, snapshot: string): Promise<void>;
  update(request: UpdateApplicationRequest): Promise<string | null>;
  start(name: string, configuration: RunConfiguration): Promise<string | null>;
  /** Never forced: a forced stop takes no snapshot. */
  stop(name: string): Promise<void>;
  rollback(name: string, version: number): Promise<void>;
  close(): void;
}

/** Opens the two clients of a session: one whose calls the SDK may repeat, one whose calls it may not. */
export function flinkCalls(target: JsonObject, ambient: Ambient): FlinkCalls {
  const settings = clientSettings(regionOf(target), target, ambient);
  const reader = new KinesisAnalyticsV2Client({ ...settings, maxAttempts: attempts.read });
  // The SDK repeats a call after a lost answer; what became of the first one is for the engine to find out.
  const writer = new KinesisAnalyticsV2Client({ ...settings, maxAttempts: attempts.write });
  const read = readsOf(concurrentReads, failureOf, dialect);
  const cancel = { abortSignal: ambient.signal };

  /** All entries of a list, page by page, up to the bound: older ones are never needed. */
  async function listed<T>(
    page: (token: string | undefined) => Promise<{ items: readonly T[]; next: string | undefined } | null>,
  ): Promise<readonly T[]> {
    const found: T[] = [];
    let token: string | undefined;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const answer = await page(token);
      found.push(...(answer?.items ?? []));
      token = answer?.next || undefined;
      if (token === undefined) break;
    }
    return found;
  }

  const paged = (name: string, token: string | undefined) => ({
    ApplicationName: name,
    Limit: perPage,
    ...(token === undefined ? {} : { NextToken: token }),
  });
  const seen = new Map<string, Promise<ApplicationDetail | null>>();

  async function version(name: string, id: number): Promise<ApplicationDetail | null> {
    const command = new DescribeApplicationVersionCommand({ ApplicationName: name, ApplicationVersionId: id });
    const answer = await read(`DescribeApplicationVersion ${name} ${id}`, () => reader.send(command, cancel));
    return answer?.ApplicationVersionDetail ?? null;
  }

  return {
    region: settings.region,
    async application(name) {
      const command = new DescribeApplicationCommand({ ApplicationName: name });
      const answer = await read(`DescribeApplication ${name}`, () => reader.send(command, cancel));
      return answer?.ApplicationDetail ?? null;
    },
    async version(name, id) {
      const key = `${name}/${id}`;
      const known = seen.get(key);
      if (known !== undefined) return known;
      const found = await version(name, id);
      if (found !== null) seen.set(key, Promise.resolve(found));
      return found;
    },
    async versions(name) {
      const found = await listed(async (token) => {
        const command = new ListApplicationVersionsCommand(paged(name, token));
        const answer = await read(`ListApplicationVersions ${name}`, () => reader.send(command, cancel));
        return answer && { items: answer.ApplicationVersionSummaries ?? [], next: answer.NextToken };
      });
      return found.flatMap(({ ApplicationVersionId: id }) => (id === undefined ? [] : [id])).sort((a, b) => b - a);
    },
    operations: (name) =>
      listed(async (token) => {
        const command = new ListApplicationOperationsCommand(paged(name, token));
        const answer = await read(`ListApplicationOperations ${name}`, () => reader.send(command, cancel));
        return answer && { items: answer.ApplicationOperationInfoList ?? [], next: answer.NextToken };
      }),
    async operation(name, id) {
      const command = new DescribeApplicationOperationCommand({ ApplicationName: name, OperationId: id });
      const answer = await read(`DescribeApplicationOperation ${name} ${id}`, () => reader.send(command, cancel));
      return answer?.ApplicationOperationInfoDetails ?? null;
    },
    async snapshot(name, snapshot) {
      const command = new DescribeApplicationSnapshotCommand({ ApplicationName: name, SnapshotName: snapshot });
      const answer = await read(`DescribeApplicationSnapshot ${name} ${snapshot}`, () => reader.send(command, cancel));
      return answer?.SnapshotDetails ?? null;
    },
    snapshots: (name) =>
      listed(async (token) => {
        const command = new ListApplicationSnapshotsCommand(paged(name, token));
        const answer = await read(`ListApplicationSnapshots ${name}`, () => reader.send(command, cancel));
        return answer && { items: answer.SnapshotSummaries ?? [], next: answer.NextToken };
      }),
    async createSnapshot(name, snapshot) {
      await writer.send(new CreateApplicationSnapshotCommand({ ApplicationName: name, SnapshotName: snapshot }));
    },
    async update(request) {
      return (await writer.send(new UpdateApplicationCommand(request))).OperationId ?? null;
    },
    async start(name, configuration) {
      const command = new StartApplicationCommand({ ApplicationName: name, RunConfiguration: configuration });
      return (await writer.send(command)).OperationId ?? null;
    },
    async stop(name) {
      await writer.send(new StopApplicationCommand({ ApplicationName: name, Force: false }));
    },
    async rollback(name, version) {
      await writer.send(
        new RollbackApplicationCommand({ ApplicationName: name, CurrentApplicationVersionId: version }),
      );
    },
    close() {
      reader.destroy();
      writer.destroy();
    },
  };
}
