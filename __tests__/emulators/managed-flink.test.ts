import {
  CreateApplicationCommand,
  CreateApplicationSnapshotCommand,
  DeleteApplicationSnapshotCommand,
  DescribeApplicationCommand,
  DescribeApplicationOperationCommand,
  DescribeApplicationSnapshotCommand,
  DescribeApplicationVersionCommand,
  KinesisAnalyticsV2Client,
  ListApplicationOperationsCommand,
  ListApplicationSnapshotsCommand,
  ListApplicationVersionsCommand,
  RollbackApplicationCommand,
  StartApplicationCommand,
  StopApplicationCommand,
  UpdateApplicationCommand,
  type UpdateApplicationCommandInput,
} from '@aws-sdk/client-kinesis-analytics-v2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { managedFlinkService } from '../../emulators/managed-flink/index.js';
import { identities, readOnlyKey } from '../../emulators/sts/index.js';
import type { JsonObject } from '../../src/model/json.js';
import { credentials, startLocal } from './local.js';

const ApplicationName = 'fraud';
/** What lies in the emulated S3: the text of each code object by its URI. */
const objects: { readonly [uri: string]: string } = {
  's3://jars/1.jar': '# 1',
  's3://jars/2.jar': '# 2',
  's3://jars/broken.jar': '# emulator: fail FlinkException: no operator for the state',
  's3://jars/endless.jar': '# emulator: slow-update 864000',
};
const start = () =>
  startLocal((clock) => {
    const read = (uri: string) => (objects[uri] === undefined ? null : Buffer.from(objects[uri]));
    return [managedFlinkService(clock, { s3: { read }, identities: identities() })] as const;
  });

let local: Awaited<ReturnType<typeof start>>;
let client: KinesisAnalyticsV2Client;

beforeEach(async () => {
  local = await start();
  client = clientOf(credentials);
});

afterEach(async () => {
  client.destroy();
  await local.close();
  expect(local.errors).toEqual([]);
});

function clientOf(who: { accessKeyId: string; secretAccessKey: string }, region = 'eu-west-1') {
  const endpoint = local.services['managed-flink'] ?? '';
  return new KinesisAnalyticsV2Client({ endpoint, region, credentials: who, maxAttempts: 1 });
}

const settings = (change: JsonObject) => local.parts[0].configure?.(change);
const wait = (seconds: number) => local.advance(seconds);
const location = (FileKey: string) => ({ BucketARN: 'arn:aws:s3:::jars', FileKey });

async function create(snapshots = true, rollback = false): Promise<void> {
  await client.send(
    new CreateApplicationCommand({
      ApplicationName,
      RuntimeEnvironment: 'FLINK-1_20',
      ServiceExecutionRole: 'arn:aws:iam::123456789012:role/flink',
      ApplicationConfiguration: {
        ApplicationCodeConfiguration: {
          CodeContentType: 'ZIPFILE',
          CodeContent: { S3ContentLocation: location('1.jar') },
        },
        ApplicationSnapshotConfiguration: { SnapshotsEnabled: snapshots },
        ApplicationSystemRollbackConfiguration: { RollbackEnabled: rollback },
      },
    }),
  );
}

async function running(snapshots = true, rollback = false): Promise<void> {
  await create(snapshots, rollback);
  await client.send(new StartApplicationCommand({ ApplicationName, RunConfiguration: {} }));
  wait(60);
}

async function described() {
  const { ApplicationDetail: detail } = await client.send(new DescribeApplicationCommand({ ApplicationName }));
  if (detail === undefined) throw new Error('no detail');
  return detail;
}
const status = async () => (await described()).ApplicationStatus;
const stop = (Force = false) => client.send(new StopApplicationCommand({ ApplicationName, Force }));

/** An update to some code, with the token of the present version unless `more` says otherwise. */
async function update(key: string, more: Partial<UpdateApplicationCommandInput> = {}) {
  const { ConditionalToken } = await described();
  const S3ContentLocationUpdate = { BucketARNUpdate: 'arn:aws:s3:::jars', FileKeyUpdate: key };
  return client.send(
    new UpdateApplicationCommand({
      ApplicationName,
      ...('CurrentApplicationVersionId' in more ? {} : { ConditionalToken }),
      ApplicationConfigurationUpdate: {
        ApplicationCodeConfigurationUpdate: { CodeContentUpdate: { S3ContentLocationUpdate } },
      },
      ...more,
    }),
  );
}
const operation = async (OperationId: string | undefined) =>
  (await client.send(new DescribeApplicationOperationCommand({ ApplicationName, OperationId })))
    .ApplicationOperationInfoDetails;
const snapshot = (SnapshotName: string) =>
  client.send(new CreateApplicationSnapshotCommand({ ApplicationName, SnapshotName }));
const snapshots = async () =>
  (await client.send(new ListApplicationSnapshotsCommand({ ApplicationName }))).SnapshotSummaries ?? [];
const named = (name: string) => expect.objectContaining({ name });

describe('states', () => {
  it('READY, STARTING, RUNNING, STOPPING, READY, with a snapshot by the stop', async () => {
    await create();
    expect(await status()).toBe('READY');
    await client.send(new StartApplicationCommand({ ApplicationName, RunConfiguration: {} }));
    expect(await status()).toBe('STARTING');
    wait(59);
    expect(await status()).toBe('STARTING');
    wait(1);
    expect(await status()).toBe('RUNNING');
    await stop();
    expect(await status()).toBe('STOPPING');
    wait(30);
    expect([await status(), (await snapshots()).length]).toEqual(['READY', 1]);
  });

  it('a forced stop takes no snapshot, and is allowed while the application starts', async () => {
    await create();
    await client.send(new StartApplicationCommand({ ApplicationName, RunConfiguration: {} }));
    await expect(stop()).rejects.toEqual(named('ResourceInUseException'));
    await stop(true);
    expect(await status()).toBe('FORCE_STOPPING');
    wait(30);
    expect([await status(), await snapshots()]).toEqual(['READY', []]);
  });

  it('an update of a running application restarts it, from a snapshot of the old version', async () => {
    await running();
    await update('2.jar');
    expect(await status()).toBe('UPDATING');
    wait(30);
    expect(await described()).toMatchObject({ ApplicationStatus: 'RUNNING', ApplicationVersionId: 2 });
    expect((await snapshots()).map(({ ApplicationVersionId: of }) => of)).toEqual([1]);
  });

  it('an update of a stopped application starts nothing', async () => {
    await create();
    await update('2.jar');
    wait(5);
    expect(await described()).toMatchObject({ ApplicationStatus: 'READY', ApplicationVersionId: 2 });
  });

  it('changes are refused while it is on its way', async () => {
    await running();
    await update('2.jar');
    await expect(update('1.jar')).rejects.toEqual(named('ResourceInUseException'));
    await expect(stop()).rejects.toEqual(named('ResourceInUseException'));
    await expect(client.send(new StartApplicationCommand({ ApplicationName }))).rejects.toEqual(
      named('ResourceInUseException'),
    );
    await expect(snapshot('mine')).rejects.toEqual(named('InvalidRequestException'));
  });

  it('the service may scale and maintain it by itself', async () => {
    await running();
    const plant = (fate: string) => local.parts[0].plant?.({ application: ApplicationName, fate, seconds: 100 });
    for (const [fate, is] of [
      ['autoscale', 'AUTOSCALING'],
      ['maintain', 'MAINTENANCE'],
    ] as const) {
      plant(fate);
      expect(await status()).toBe(is);
      await expect(update('2.jar')).rejects.toEqual(named('ResourceInUseException'));
      wait(100);
      expect(await status()).toBe('RUNNING');
    }
  });
});

describe('versions and their fence', () => {
  it('each update takes the token once', async () => {
    await running();
    const { ConditionalToken } = await described();
    await update('2.jar', { ConditionalToken });
    wait(30);
    await expect(update('1.jar', { ConditionalToken })).rejects.toEqual(named('ConcurrentModificationException'));
    expect((await described()).ApplicationVersionId).toBe(2);
  });

  it('or the version’s number, and one of them is needed', async () => {
    await create();
    await update('2.jar', { CurrentApplicationVersionId: 1 });
    wait(5);
    const stale = update('1.jar', { CurrentApplicationVersionId: 1 });
    await expect(stale).rejects.toEqual(named('ConcurrentModificationException'));
    const none = update('1.jar', { CurrentApplicationVersionId: undefined });
    await expect(none).rejects.toEqual(named('InvalidArgumentException'));
  });

  it('earlier versions stay to be seen', async () => {
    await create();
    await update('2.jar');
    const command = new DescribeApplicationVersionCommand({ ApplicationName, ApplicationVersionId: 1 });
    const { ApplicationVersionDetail: first } = await client.send(command);
    expect(
      first?.ApplicationConfigurationDescription?.ApplicationCodeConfigurationDescription?.CodeContentDescription
        ?.S3ApplicationCodeLocationDescription?.FileKey,
    ).toBe('1.jar');
    const { ApplicationVersionSummaries: all } = await client.send(
      new ListApplicationVersionsCommand({ ApplicationName, Limit: 1 }),
    );
    expect(all?.map(({ ApplicationVersionId }) => ApplicationVersionId)).toEqual([2]);
  });

  it('restore settings that are not sent fall back, whatever they were', async () => {
    await running();
    await update('2.jar', {
      RunConfigurationUpdate: {
        FlinkRunConfiguration: { AllowNonRestoredState: true },
        ApplicationRestoreConfiguration: { ApplicationRestoreType: 'SKIP_RESTORE_FROM_SNAPSHOT' },
      },
    });
    wait(30);
    const shown = async () => (await described()).ApplicationConfigurationDescription?.RunConfigurationDescription;
    expect(await shown()).toMatchObject({
      FlinkRunConfigurationDescription: { AllowNonRestoredState: true },
      ApplicationRestoreConfigurationDescription: { ApplicationRestoreType: 'SKIP_RESTORE_FROM_SNAPSHOT' },
    });
    await update('1.jar');
    wait(30);
    expect(await shown()).toMatchObject({
      FlinkRunConfigurationDescription: { AllowNonRestoredState: false },
      ApplicationRestoreConfigurationDescription: { ApplicationRestoreType: 'RESTORE_FROM_LATEST_SNAPSHOT' },
    });
  });

  it.each([
    ['replace', ['b']],
    ['merge', ['a', 'b']],
  ] as const)('property groups that are sent %s those that are there', async (propertyGroups, expected) => {
    settings({ propertyGroups });
    await create();
    for (const PropertyGroupId of ['a', 'b']) {
      const PropertyGroups = [{ PropertyGroupId, PropertyMap: { key: 'value' } }];
      await update('1.jar', { ApplicationConfigurationUpdate: { EnvironmentPropertyUpdates: { PropertyGroups } } });
      wait(5);
    }
    const groups = (await described()).ApplicationConfigurationDescription?.EnvironmentPropertyDescriptions;
    expect(groups?.PropertyGroupDescriptions?.map(({ PropertyGroupId: id }) => id)).toEqual(expected);
  });

  it('parallelism is taken with the type CUSTOM only', async () => {
    await create();
    const scaled = (ConfigurationTypeUpdate: 'CUSTOM' | 'DEFAULT') =>
      update('1.jar', {
        ApplicationConfigurationUpdate: {
          FlinkApplicationConfigurationUpdate: {
            ParallelismConfigurationUpdate: { ConfigurationTypeUpdate, ParallelismUpdate: 4 },
          },
        },
      });
    await expect(scaled('DEFAULT')).rejects.toEqual(named('InvalidArgumentException'));
    await scaled('CUSTOM');
    expect(
      (await described()).ApplicationConfigurationDescription?.FlinkApplicationConfigurationDescription
        ?.ParallelismConfigurationDescription,
    ).toMatchObject({ Parallelism: 4, ParallelismPerKPU: 1 });
  });
});

describe('operations', () => {
  it('tell how a change ends, which the status does not', async () => {
    await running(true, true);
    const { OperationId } = await update('broken.jar');
    expect(await operation(OperationId)).toMatchObject({
      Operation: 'UpdateApplication',
      OperationStatus: 'IN_PROGRESS',
      ApplicationVersionChangeDetails: { ApplicationVersionUpdatedFrom: 1, ApplicationVersionUpdatedTo: 2 },
    });
    wait(60);
    expect(await described()).toMatchObject({ ApplicationStatus: 'RUNNING', ApplicationVersionRolledBackTo: 1 });
    const ended = await operation(OperationId);
    expect(ended).toMatchObject({
      OperationStatus: 'FAILED',
      OperationFailureDetails: { ErrorInfo: { ErrorString: 'FlinkException: no operator for the state' } },
    });
    const back = await operation(ended?.OperationFailureDetails?.RollbackOperationId);
    expect(back).toMatchObject({ Operation: 'SystemRollbackApplication', OperationStatus: 'SUCCESSFUL' });
  });

  it('without system rollback an update that fails leaves it stopped', async () => {
    await running();
    await update('broken.jar');
    wait(30);
    expect(await described()).toMatchObject({ ApplicationStatus: 'READY', ApplicationVersionId: 2 });
  });

  it('are listed newest first, by pages, as late as is set', async () => {
    await running();
    await stop();
    const list = async (more: JsonObject = {}) => {
      const command = new ListApplicationOperationsCommand({ ApplicationName, ...more });
      const { ApplicationOperationInfoList: all, NextToken } = await client.send(command);
      return { names: all?.map(({ Operation }) => Operation), NextToken };
    };
    expect((await list()).names).toEqual(['StopApplication', 'StartApplication']);
    const first = await list({ Limit: 1 });
    const second = await list({ Limit: 1, NextToken: first.NextToken ?? '' });
    expect([first.names, second]).toEqual([['StopApplication'], { names: ['StartApplication'], NextToken: undefined }]);
    settings({ listLagSeconds: 30 });
    expect((await list()).names).toEqual(['StartApplication']);
    expect(await status()).toBe('STOPPING');
  });
});

describe('going back', () => {
  const back = async (version?: number) =>
    client.send(
      new RollbackApplicationCommand({
        ApplicationName,
        CurrentApplicationVersionId: version ?? (await described()).ApplicationVersionId,
      }),
    );

  it('ends an update that does not end', async () => {
    await running();
    const { OperationId } = await update('endless.jar');
    wait(3600);
    expect(await status()).toBe('UPDATING');
    await back();
    expect(await status()).toBe('ROLLING_BACK');
    wait(30);
    expect(await described()).toMatchObject({ ApplicationStatus: 'RUNNING', ApplicationVersionRolledBackFrom: 2 });
    expect((await operation(OperationId))?.OperationStatus).toBe('FAILED');
  });

  it.each([
    ['next', 3],
    ['old', 1],
  ] as const)('makes the %s version', async (rollbackVersion, expected) => {
    settings({ rollbackVersion });
    await running();
    await update('2.jar');
    wait(30);
    await back();
    wait(30);
    expect((await described()).ApplicationVersionId).toBe(expected);
  });

  it('needs a snapshot, the present version and an application that runs', async () => {
    await running(false);
    await update('2.jar');
    await expect(back()).rejects.toEqual(named('InvalidRequestException'));
    await expect(back(1)).rejects.toEqual(named('ConcurrentModificationException'));
    wait(30);
    await stop();
    wait(30);
    await expect(back()).rejects.toEqual(named('ResourceInUseException'));
  });
});

describe('snapshots', () => {
  it('are READY after a while, of the version that runs', async () => {
    await running();
    await snapshot('mine');
    const one = async () =>
      (await client.send(new DescribeApplicationSnapshotCommand({ ApplicationName, SnapshotName: 'mine' })))
        .SnapshotDetails;
    expect(await one()).toMatchObject({ SnapshotStatus: 'CREATING', ApplicationVersionId: 1 });
    wait(5);
    expect(await one()).toMatchObject({ SnapshotStatus: 'READY', RuntimeEnvironment: 'FLINK-1_20' });
  });

  it('may fail, and their names are taken once', async () => {
    await running();
    settings({ snapshotsFail: true });
    await snapshot('mine');
    wait(5);
    expect((await snapshots()).map(({ SnapshotStatus }) => SnapshotStatus)).toEqual(['FAILED']);
    await expect(snapshot('mine')).rejects.toEqual(named('InvalidArgumentException'));
  });

  it('have a quota, and are deleted by the exact time of their creation', async () => {
    settings({ snapshotQuota: 1 });
    await running();
    await snapshot('mine');
    await expect(snapshot('another')).rejects.toEqual(named('LimitExceededException'));
    const [{ SnapshotCreationTimestamp: at } = {}] = await snapshots();
    const gone = (time: Date) =>
      client.send(
        new DeleteApplicationSnapshotCommand({
          ApplicationName,
          SnapshotName: 'mine',
          SnapshotCreationTimestamp: time,
        }),
      );
    await expect(gone(new Date((at?.getTime() ?? 0) + 1000))).rejects.toEqual(named('InvalidArgumentException'));
    await gone(at ?? new Date(0));
    expect(await snapshots()).toEqual([]);
  });

  it('are needed to restore one by name', async () => {
    await create();
    const restored = client.send(
      new StartApplicationCommand({
        ApplicationName,
        RunConfiguration: {
          ApplicationRestoreConfiguration: {
            ApplicationRestoreType: 'RESTORE_FROM_CUSTOM_SNAPSHOT',
            SnapshotName: 'none',
          },
        },
      }),
    );
    await expect(restored).rejects.toEqual(named('InvalidArgumentException'));
  });

  it('are refused where they are off', async () => {
    await running(false);
    await expect(snapshot('mine')).rejects.toEqual(named('InvalidRequestException'));
    await stop();
    wait(30);
    expect(await snapshots()).toEqual([]);
  });
});

describe('refusals', () => {
  it('code that is not in S3, in the words of the service', async () => {
    await create();
    await expect(update('none.jar')).rejects.toThrow(/^Please check the role provided or validity of S3 location/);
  });

  it('an application that is not there, or in another region', async () => {
    await expect(described()).rejects.toEqual(named('ResourceNotFoundException'));
    await create();
    const elsewhere = clientOf(credentials, 'us-east-1');
    const command = new DescribeApplicationCommand({ ApplicationName });
    await expect(elsewhere.send(command)).rejects.toEqual(named('ResourceNotFoundException'));
    elsewhere.destroy();
    await expect(create()).rejects.toEqual(named('ResourceInUseException'));
  });

  it('an identity that may only read', async () => {
    await create();
    const reader = clientOf({ ...credentials, accessKeyId: readOnlyKey });
    expect((await reader.send(new DescribeApplicationCommand({ ApplicationName }))).ApplicationDetail).toBeDefined();
    const begun = reader.send(new StartApplicationCommand({ ApplicationName }));
    await expect(begun).rejects.toEqual(named('AccessDeniedException'));
    reader.destroy();
    expect(await status()).toBe('READY');
  });
});
