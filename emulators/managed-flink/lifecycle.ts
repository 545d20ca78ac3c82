import type { Application, Config, Operation, World } from './application.js';
import { fateOf } from './fate.js';

export function start(application: Application, world: World, at: number): Operation {
  const operation = application.begin('StartApplication', at);
  const { fails } = fateOf(application.current.config, world);
  application.enter('STARTING', at, world.settings.startSeconds, (end) => {
    close(operation, end, fails);
    application.enter(fails === null ? 'RUNNING' : 'READY', end);
  });
  return operation;
}

export function stop(application: Application, force: boolean, world: World, at: number): Operation {
  const operation = application.begin('StopApplication', at);
  const seconds = fateOf(application.current.config, world).stopSeconds ?? world.settings.stopSeconds;
  application.enter(force ? 'FORCE_STOPPING' : 'STOPPING', at, seconds, (end) => {
    if (!force) snapshot(application, `stop-${operation.id}`, end, end, world);
    close(operation, end, null);
    application.enter('READY', end);
  });
  return operation;
}

/** A running application is restarted at the new version; a stopped one only gets it. */
export function update(application: Application, config: Config, world: World, at: number): Operation {
  const from = application.currentId;
  const runs = application.status === 'RUNNING';
  if (runs) snapshot(application, `update-${from}-${application.operations.length}`, at, at, world);
  const { id: to } = application.add(config, at);
  const operation = application.begin('UpdateApplication', at, { from, to });
  if (!runs) {
    application.enter('UPDATING', at, world.settings.editSeconds, (end) => {
      close(operation, end, null);
      application.enter('READY', end);
    });
    return operation;
  }
  const { fails, updateSeconds } = fateOf(config, world);
  application.enter('UPDATING', at, updateSeconds ?? world.settings.updateSeconds, (end) => {
    close(operation, end, fails);
    if (fails === null) return application.enter('RUNNING', end);
    if (!config.rollback) return application.enter('READY', end);
    operation.rollback = goBack(application, 'SystemRollbackApplication', world, end).id;
  });
  return operation;
}

/** Back to the version that the present one was made from, with the state of the last snapshot. */
export function goBack(application: Application, name: string, world: World, at: number): Operation {
  const { id: from, from: to } = application.current;
  const old = application.versions.get(to ?? 1) ?? application.current;
  if (name === 'RollbackApplication') {
    const under = application.operations.findLast(({ endedAt }) => endedAt === null);
    if (under) close(under, at, 'The operation was rolled back.');
  }
  if (world.settings.rollbackVersion === 'next') application.add(old.config, at, { from, to: old.id });
  else application.currentId = old.id;
  const operation = application.begin(name, at, { from, to: application.currentId });
  application.enter('ROLLING_BACK', at, world.settings.rollbackSeconds, (end) => {
    close(operation, end, null);
    application.enter('RUNNING', end);
  });
  return operation;
}

/** Nothing where snapshots are off, as for those that the service takes by itself. */
export function snapshot(application: Application, name: string, at: number, readyAt: number, world: World): void {
  const { id: version, config } = application.current;
  if (!config.snapshots) return;
  const fails = readyAt > at && world.settings.snapshotsFail;
  application.snapshots.push({ name, at, readyAt, version, runtime: config.runtime, fails });
}

function close(operation: Operation, at: number, error: string | null): void {
  operation.endedAt = at;
  operation.failed = error !== null;
  operation.error = error;
}
