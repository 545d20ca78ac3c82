import type { Application, Operation, Snapshot, Version } from './application.js';

const seconds = (milliseconds: number) => milliseconds / 1000;

/** A version as DescribeApplication and DescribeApplicationVersion show it. */
export function detailOf(application: Application, version: Version): object {
  const { config } = version;
  const isCurrent = version.id === application.currentId;
  return {
    ApplicationARN: application.arn,
    ApplicationName: application.name,
    RuntimeEnvironment: config.runtime,
    ServiceExecutionRole: config.role,
    ApplicationStatus: isCurrent ? application.status : 'READY',
    ApplicationVersionId: version.id,
    ApplicationMode: 'STREAMING',
    CreateTimestamp: seconds(application.created),
    LastUpdateTimestamp: seconds(isCurrent ? application.changed : version.at),
    ApplicationVersionCreateTimestamp: seconds(version.at),
    ...(version.from !== null && { ApplicationVersionUpdatedFrom: version.from }),
    ...(version.rolledBackFrom !== null && { ApplicationVersionRolledBackFrom: version.rolledBackFrom }),
    ...(version.rolledBackTo !== null && { ApplicationVersionRolledBackTo: version.rolledBackTo }),
    ...(isCurrent && { ConditionalToken: application.token }),
    ApplicationConfigurationDescription: configurationOf(version),
  };
}

function configurationOf({ config }: Version): object {
  const { code, run, parallelism, checkpoints, monitoring } = config;
  return {
    ApplicationCodeConfigurationDescription: {
      CodeContentType: 'ZIPFILE',
      CodeContentDescription: {
        S3ApplicationCodeLocationDescription: {
          BucketARN: code.bucketArn,
          FileKey: code.key,
          ...(code.version !== null && { ObjectVersion: code.version }),
        },
      },
    },
    EnvironmentPropertyDescriptions: {
      PropertyGroupDescriptions: Object.entries(config.groups).map(([PropertyGroupId, PropertyMap]) => ({
        PropertyGroupId,
        PropertyMap,
      })),
    },
    FlinkApplicationConfigurationDescription: {
      CheckpointConfigurationDescription: {
        ConfigurationType: checkpoints.type,
        CheckpointingEnabled: checkpoints.enabled,
        CheckpointInterval: checkpoints.interval,
        MinPauseBetweenCheckpoints: checkpoints.pause,
      },
      MonitoringConfigurationDescription: {
        ConfigurationType: monitoring.type,
        MetricsLevel: monitoring.metrics,
        LogLevel: monitoring.log,
      },
      ParallelismConfigurationDescription: {
        ConfigurationType: parallelism.type,
        Parallelism: parallelism.value,
        CurrentParallelism: parallelism.value,
        ParallelismPerKPU: parallelism.perKpu,
        AutoScalingEnabled: parallelism.scaling,
      },
    },
    RunConfigurationDescription: {
      ApplicationRestoreConfigurationDescription: {
        ApplicationRestoreType: run.type,
        ...(run.snapshot !== null && { SnapshotName: run.snapshot }),
      },
      FlinkRunConfigurationDescription: { AllowNonRestoredState: run.allow },
    },
    ApplicationSnapshotConfigurationDescription: { SnapshotsEnabled: config.snapshots },
    ApplicationSystemRollbackConfigurationDescription: { RollbackEnabled: config.rollback },
  };
}

/** An operation as it was at a moment (milliseconds); a list can be late. */
export function operationOf(operation: Operation, at: number, whole: boolean): object {
  const ended = operation.endedAt !== null && operation.endedAt <= at;
  const status = !ended ? 'IN_PROGRESS' : operation.failed ? 'FAILED' : 'SUCCESSFUL';
  const summary = {
    Operation: operation.name,
    StartTime: seconds(operation.startedAt),
    ...(ended && { EndTime: seconds(operation.endedAt ?? at) }),
    OperationStatus: status,
  };
  if (!whole) return { ...summary, OperationId: operation.id };
  return {
    ...summary,
    ...(operation.versions && {
      ApplicationVersionChangeDetails: {
        ApplicationVersionUpdatedFrom: operation.versions.from,
        ApplicationVersionUpdatedTo: operation.versions.to,
      },
    }),
    ...(ended &&
      operation.failed && {
        OperationFailureDetails: {
          ...(operation.rollback !== null && { RollbackOperationId: operation.rollback }),
          ErrorInfo: { ErrorString: operation.error },
        },
      }),
  };
}

export function snapshotOf(snapshot: Snapshot, at: number): object {
  const status = snapshot.readyAt > at ? 'CREATING' : snapshot.fails ? 'FAILED' : 'READY';
  return {
    SnapshotName: snapshot.name,
    SnapshotStatus: status,
    ApplicationVersionId: snapshot.version,
    SnapshotCreationTimestamp: seconds(snapshot.at),
    RuntimeEnvironment: snapshot.runtime,
  };
}
