import * as z from 'zod';
import type { Call, Operation } from './call.js';
import { invalid, notFound, readInput } from './errors.js';
import { detailOf, operationOf, snapshotOf } from './view.js';
import { found } from './writes.js';

const text = z.string().min(1);
const oneSchema = z.object({ ApplicationName: text });
const listSchema = oneSchema.extend({
  Limit: z.int().min(1).max(50).optional(),
  NextToken: text.optional(),
  Operation: text.optional(),
  OperationStatus: text.optional(),
});

export const reads: { readonly [name: string]: Operation } = {
  DescribeApplication: { write: false, perform: describe },
  DescribeApplicationVersion: { write: false, perform: describeVersion },
  ListApplicationVersions: { write: false, perform: listVersions },
  DescribeApplicationOperation: { write: false, perform: describeOperation },
  ListApplicationOperations: { write: false, perform: listOperations },
  DescribeApplicationSnapshot: { write: false, perform: describeSnapshot },
  ListApplicationSnapshots: { write: false, perform: listSnapshots },
};

function describe(call: Call): object {
  const application = found(call, readInput(oneSchema, call.input).ApplicationName);
  return { ApplicationDetail: detailOf(application, application.current) };
}

function describeVersion(call: Call): object {
  const given = readInput(oneSchema.extend({ ApplicationVersionId: z.int() }), call.input);
  const application = found(call, given.ApplicationName);
  const version = application.versions.get(given.ApplicationVersionId);
  if (!version) throw notFound(`Version ${given.ApplicationVersionId} not found.`);
  return { ApplicationVersionDetail: detailOf(application, version) };
}

function listVersions(call: Call): object {
  const application = found(call, readInput(oneSchema, call.input).ApplicationName);
  const shown = [...application.versions.values()].filter(({ at }) => at <= call.listed).reverse();
  const { items, next } = pageOf(call, shown);
  const summaries = items.map(({ id }) => ({
    ApplicationVersionId: id,
    ApplicationStatus: id === application.currentId ? application.status : 'READY',
  }));
  return { ApplicationVersionSummaries: summaries, ...next };
}

function describeOperation(call: Call): object {
  const given = readInput(oneSchema.extend({ OperationId: text }), call.input);
  const operation = found(call, given.ApplicationName).operations.find(({ id }) => id === given.OperationId);
  if (!operation) throw notFound(`Operation ${given.OperationId} not found.`);
  return { ApplicationOperationInfoDetails: operationOf(operation, call.now, true) };
}

function listOperations(call: Call): object {
  const given = readInput(listSchema, call.input);
  const { operations } = found(call, given.ApplicationName);
  const shown = operations
    .filter(({ startedAt, name }) => startedAt <= call.listed && (given.Operation ?? name) === name)
    .reverse();
  const { items, next } = pageOf(call, shown);
  return { ApplicationOperationInfoList: items.map((one) => operationOf(one, call.listed, false)), ...next };
}

function describeSnapshot(call: Call): object {
  const given = readInput(oneSchema.extend({ SnapshotName: text }), call.input);
  const one = found(call, given.ApplicationName).snapshots.find(({ name }) => name === given.SnapshotName);
  if (!one) throw notFound(`Snapshot ${given.SnapshotName} not found.`);
  return { SnapshotDetails: snapshotOf(one, call.now) };
}

function listSnapshots(call: Call): object {
  const application = found(call, readInput(oneSchema, call.input).ApplicationName);
  const { items, next } = pageOf(call, application.snapshots.filter(({ at }) => at <= call.listed).reverse());
  return { SnapshotSummaries: items.map((one) => snapshotOf(one, call.listed)), ...next };
}

/** One page; the token is the number of entries before it. */
function pageOf<T>({ input, world }: Call, all: readonly T[]): { items: readonly T[]; next: { NextToken?: string } } {
  const { Limit, NextToken } = readInput(listSchema, input);
  const skip = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(skip)) throw invalid('The pagination token is not valid.');
  const size = Math.min(Limit ?? world.settings.pageSize, world.settings.pageSize);
  const more = skip + size < all.length;
  return { items: all.slice(skip, skip + size), next: more ? { NextToken: String(skip + size) } : {} };
}
