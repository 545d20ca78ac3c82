import * as z from 'zod';
import { Application } from './application.js';
import type { Call, Operation } from './call.js';
import { configOf, createSchema } from './create.js';
import { FlinkError, invalid, notFound, readInput } from './errors.js';
import { goBack, snapshot, start, stop, update } from './lifecycle.js';
import { runOf, runSchema, updated, updateSchema } from './update.js';
import { detailOf } from './view.js';

const text = z.string().min(1);
const startSchema = z.object({ ApplicationName: text, RunConfiguration: runSchema.optional() });
const stopSchema = z.object({ ApplicationName: text, Force: z.boolean().default(false) });
const rollbackSchema = z.object({ ApplicationName: text, CurrentApplicationVersionId: z.int() });
const snapshotSchema = z.object({
  ApplicationName: text,
  SnapshotName: text.max(256).regex(/^[a-zA-Z0-9_.-]+$/),
});
const deleteSchema = snapshotSchema.extend({ SnapshotCreationTimestamp: z.number() });

export const writes: { readonly [name: string]: Operation } = {
  CreateApplication: { write: true, perform: create },
  UpdateApplication: { write: true, perform: change },
  StartApplication: { write: true, perform: begin },
  StopApplication: { write: true, perform: end },
  RollbackApplication: { write: true, perform: rollback },
  CreateApplicationSnapshot: { write: true, perform: createSnapshot },
  DeleteApplicationSnapshot: { write: true, perform: deleteSnapshot },
};

/** Throws a FlinkError. */
export function found({ applications }: Pick<Call, 'applications'>, name: string): Application {
  const application = applications.get(name);
  if (!application) throw notFound(`Application ${name} not found.`);
  return application;
}

function create({ input, applications, account, region, now }: Call): object {
  const given = readInput(createSchema, input);
  const name = given.ApplicationName;
  if (applications.has(name)) throw new FlinkError('ResourceInUseException', `Application ${name} already exists.`);
  const arn = `arn:aws:kinesisanalytics:${region}:${account}:application/${name}`;
  const application = new Application(name, arn, configOf(given), now);
  applications.set(name, application);
  return { ApplicationDetail: detailOf(application, application.current) };
}

function change(call: Call): object {
  const given = readInput(updateSchema, call.input);
  const application = found(call, given.ApplicationName);
  const { ConditionalToken: token, CurrentApplicationVersionId: version } = given;
  if (token === undefined && version === undefined) {
    throw invalid('Either CurrentApplicationVersionId or ConditionalToken is required.');
  }
  if (application.status !== 'RUNNING' && application.status !== 'READY') throw inUse(application);
  const isStale = token === undefined ? version !== application.currentId : token !== application.token;
  if (isStale) {
    throw new FlinkError('ConcurrentModificationException', `Application ${application.name} is of another version.`);
  }
  const operation = update(application, updated(application, given, call.world), call.world, call.now);
  return { ApplicationDetail: detailOf(application, application.current), OperationId: operation.id };
}

function begin(call: Call): object {
  const given = readInput(startSchema, call.input);
  const application = found(call, given.ApplicationName);
  if (application.status !== 'READY') throw inUse(application);
  runOf(application, given.RunConfiguration);
  return { OperationId: start(application, call.world, call.now).id };
}

function end(call: Call): object {
  const { ApplicationName, Force } = readInput(stopSchema, call.input);
  const application = found(call, ApplicationName);
  const { status } = application;
  const forced = ['STARTING', 'UPDATING', 'STOPPING', 'AUTOSCALING', 'RUNNING'];
  if (Force ? !forced.includes(status) : status !== 'RUNNING') throw inUse(application);
  return { OperationId: stop(application, Force, call.world, call.now).id };
}

function rollback(call: Call): object {
  const given = readInput(rollbackSchema, call.input);
  const application = found(call, given.ApplicationName);
  if (!['UPDATING', 'AUTOSCALING', 'RUNNING'].includes(application.status)) throw inUse(application);
  if (given.CurrentApplicationVersionId !== application.currentId) {
    throw new FlinkError('ConcurrentModificationException', `Application ${application.name} is of another version.`);
  }
  const none = application.snapshots.every(({ fails, readyAt }) => fails || readyAt > call.now);
  if (none || application.current.from === null) {
    throw new FlinkError('InvalidRequestException', `Application ${application.name} has no snapshot to go back to.`);
  }
  const operation = goBack(application, 'RollbackApplication', call.world, call.now);
  return { ApplicationDetail: detailOf(application, application.current), OperationId: operation.id };
}

function createSnapshot(call: Call): object {
  const { ApplicationName, SnapshotName } = readInput(snapshotSchema, call.input);
  const application = found(call, ApplicationName);
  if (application.status !== 'RUNNING') {
    throw new FlinkError('InvalidRequestException', `Application ${ApplicationName} is ${application.status}.`);
  }
  if (!application.current.config.snapshots) throw new FlinkError('InvalidRequestException', 'Snapshots are disabled.');
  if (application.snapshots.some(({ name }) => name === SnapshotName)) {
    throw invalid(`Snapshot ${SnapshotName} already exists.`);
  }
  const { snapshotQuota, snapshotSeconds } = call.world.settings;
  if (application.snapshots.length >= snapshotQuota) {
    throw new FlinkError('LimitExceededException', `Application ${ApplicationName} has ${snapshotQuota} snapshots.`);
  }
  snapshot(application, SnapshotName, call.now, call.now + snapshotSeconds * 1000, call.world);
  return {};
}

function deleteSnapshot(call: Call): object {
  const given = readInput(deleteSchema, call.input);
  const application = found(call, given.ApplicationName);
  const at = Math.round(given.SnapshotCreationTimestamp * 1000);
  const one = application.snapshots.find(({ name }) => name === given.SnapshotName);
  if (!one) throw notFound(`Snapshot ${given.SnapshotName} not found.`);
  if (Math.round(one.at) !== at) throw invalid('The creation timestamp is not that of the snapshot.');
  application.snapshots = application.snapshots.filter((other) => other !== one);
  return {};
}

function inUse({ name, status }: Application): FlinkError {
  return new FlinkError('ResourceInUseException', `Application ${name} cannot be changed while it is ${status}.`);
}
