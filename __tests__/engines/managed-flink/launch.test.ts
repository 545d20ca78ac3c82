import { UpdateApplicationCommand } from '@aws-sdk/client-kinesis-analytics-v2';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.js';
import { launch, onRun, openWorld, target, type World } from './world.js';

let world: World;
afterEach(() => world.end());

async function replaced(settings: JsonObject = {}, planted: JsonObject = {}, more: JsonObject = {}) {
  world = await openWorld(settings, planted);
  const call = launch(await world.run('fraud/1'), { target: { ...target, ...more } });
  return world.drive(world.session.can.replace, call);
}

const restoredIn = async () =>
  (await world.described())?.ApplicationConfigurationDescription?.RunConfigurationDescription
    ?.ApplicationRestoreConfigurationDescription;

describe('an update', () => {
  it('keeps the property groups that the manifest does not name, where it names none', async () => {
    world = await openWorld({}, { properties: { by: { hand: '1' } } });
    const { properties: _, ...plain } = target;
    const call = launch(await world.run('fraud/1'), { target: plain });
    expect(await world.drive(world.session.can.replace, call)).toMatchObject({ state: 'succeeded', run: 'fraud/2' });
    expect((await world.run('fraud/2')).shows).toMatchObject({ properties: { by: { hand: '1' } } });
  });

  it('tells when groups that are sent lie over the old ones', async () => {
    const progress = await replaced({ propertyGroups: 'merge' }, { properties: { by: { hand: '1' } } });
    expect(progress).toMatchObject({ state: 'failed', code: 'managed-flink-properties-not-as-sent' });
  });

  it('is not made where its snapshot fails', async () => {
    expect(await replaced({ snapshotsFail: true })).toMatchObject({ code: 'managed-flink-snapshot-failed' });
    expect((await world.described())?.ApplicationVersionId).toBe(1);
  });

  it('is not made where there is no room for its snapshot', async () => {
    world = await openWorld({ snapshotQuota: 1 });
    await world.drive(world.session.can.scale, { ...onRun(await world.run('fraud/1')), scale: { parallelism: 2 } });
    const progress = await world.drive(world.session.can.replace, launch(await world.run('fraud/1')));
    expect(progress).toMatchObject({ state: 'failed', code: 'managed-flink-quota' });
    expect((await world.described())?.ApplicationVersionId).toBe(2);
  });

  it('waits while the service scales the application by itself', async () => {
    world = await openWorld();
    const old = await world.run('fraud/1');
    world.fate({ application: 'fraud', fate: 'autoscale', seconds: 600 });
    expect(await world.drive(world.session.can.replace, launch(old))).toMatchObject({ state: 'succeeded' });
  });

  it('allows state to be dropped only where the manifest says so, each time anew', async () => {
    await replaced({}, {}, { 'allow-non-restored-state': true });
    world.wait(60);
    const allowed = async () =>
      (await world.described())?.ApplicationConfigurationDescription?.RunConfigurationDescription
        ?.FlinkRunConfigurationDescription?.AllowNonRestoredState;
    expect(await allowed()).toBe(true);
    const call = launch(await world.run('fraud/2'), {}, 'again');
    expect(await world.drive(world.session.can.replace, call)).toMatchObject({ state: 'succeeded' });
    expect(await allowed()).toBe(false);
  });
});

describe('the way back', () => {
  it.each(['next', 'old'])(
    'by the service: the old run is there again, whatever number it has (%s)',
    async (number) => {
      const broken = { code: 's3://jars/broken.jar', 'system-rollback': true };
      expect(await replaced({ rollbackVersion: number }, { systemRollback: true }, broken)).toMatchObject({
        run: 'fraud/2',
      });
      expect(await world.states()).toEqual({ 'fraud/1': 'replaced', 'fraud/2': 'starting' });
      world.wait(120);
      expect(await world.states()).toEqual({ 'fraud/1': 'running', 'fraud/2': 'failed' });
      expect((await world.run('fraud/2')).detail).toBe('no operator for the state');
    },
  );

  it('out of an update that does not end: RollbackApplication', async () => {
    await replaced({}, {}, { code: 's3://jars/endless.jar' });
    world.wait(900);
    const undo = launch(await world.run('fraud/2'), {}, 'undo-replace');
    expect(await world.drive(world.session.can.replace, undo)).toMatchObject({ state: 'succeeded', run: 'fraud/1' });
    expect(await world.states()).toEqual({ 'fraud/1': 'running', 'fraud/2': 'failed' });
  });

  it('from a run that runs: the snapshot of the version before it, not a newer one', async () => {
    await replaced();
    world.wait(60);
    const fresh = await world.run('fraud/2');
    // What the new run wrote is newer, and not for the old code.
    await world.drive(world.session.can.scale, { ...onRun(fresh), scale: { parallelism: 3 } });
    const undo = launch(fresh, { target: { ...target, code: 's3://jars/fraud-1.jar' } }, 'undo-replace');
    expect(await world.drive(world.session.can.replace, undo)).toMatchObject({ state: 'succeeded', run: 'fraud/4' });
    const restore = await restoredIn();
    expect(restore).toMatchObject({ ApplicationRestoreType: 'RESTORE_FROM_CUSTOM_SNAPSHOT' });
    expect(restore?.SnapshotName).toMatch(/^(pre-roll-1-replace|update-1-.*)$/);
  });
});

describe('a stamp', () => {
  it('counts no longer when somebody changes the code', async () => {
    await replaced();
    world.wait(60);
    expect((await world.run('fraud/2')).stamp).toMatchObject({ rollout: 'roll', step: 'replace' });
    const detail = await world.described();
    await world.client.send(
      new UpdateApplicationCommand({
        ApplicationName: 'fraud',
        ConditionalToken: detail?.ConditionalToken,
        ApplicationConfigurationUpdate: {
          ApplicationCodeConfigurationUpdate: {
            CodeContentUpdate: { S3ContentLocationUpdate: { FileKeyUpdate: 'fraud-1.jar' } },
          },
        },
      }),
    );
    world.wait(60);
    expect(await world.states()).toEqual({ 'fraud/1': 'replaced', 'fraud/2': 'replaced', 'fraud/3': 'running' });
    expect((await world.run('fraud/3')).stamp).toBeNull();
  });

  it('stays when somebody changes the parallelism alone', async () => {
    await replaced();
    world.wait(60);
    const detail = await world.described();
    await world.client.send(
      new UpdateApplicationCommand({
        ApplicationName: 'fraud',
        ConditionalToken: detail?.ConditionalToken,
        ApplicationConfigurationUpdate: {
          FlinkApplicationConfigurationUpdate: {
            ParallelismConfigurationUpdate: { ConfigurationTypeUpdate: 'CUSTOM', ParallelismUpdate: 7 },
          },
        },
      }),
    );
    world.wait(60);
    expect(await world.run('fraud/2')).toMatchObject({ state: 'running', scale: { parallelism: 7 }, stamp: { n: 1 } });
  });

  it('an update under a token that is not true any more changes nothing, and the look decides anew', async () => {
    world = await openWorld();
    const old = await world.run('fraud/1');
    world.plant({ properties: { by: { hand: '2' } } });
    world.wait(60);
    const progress = await world.drive(world.session.can.replace, launch(old));
    expect(progress).toMatchObject({ state: 'failed', code: 'managed-flink-run-ended' });
    expect(await world.states()).toEqual({ 'fraud/1': 'replaced', 'fraud/2': 'running' });
  });
});
