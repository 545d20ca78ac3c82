import type {
  ApplicationDetail,
  ApplicationRestoreConfiguration,
  FlinkApplicationConfigurationUpdate,
  LogLevel,
  MetricsLevel,
  RunConfiguration,
  RuntimeEnvironment,
  UpdateApplicationRequest,
} from '@aws-sdk/client-kinesis-analytics-v2';
import { RolloutError } from '../../model/error.js';
import { isObject, type JsonObject } from '../../model/json.js';
import { partitionOf } from '../../platforms/aws/place.js';
import { type Groups, groupsOf, type Mark, type Marked, markedOf, withMark } from './marks.js';

/** Names the application of a target. */
export function nameOf(target: JsonObject, fallback: string): string {
  return typeof target['name'] === 'string' ? target['name'] : fallback;
}

/** A map with its values as text, which is all that properties can hold. */
export function textsOf(values: unknown): { readonly [key: string]: string } {
  if (!isObject(values)) return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Code, properties and runtime that a complete target asks for; what it does not name stays as the application has it. Throws `managed-flink-target-incomplete`. */
export function wantedOf(target: JsonObject, detail: ApplicationDetail): Marked {
  const [, bucket, key] = String(target['code']).match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
  if (bucket === undefined || key === undefined || key.includes('${')) {
    throw new RolloutError('managed-flink-target-incomplete', 'target.code is not a URI yet.', { class: 'bug' });
  }
  const current = markedOf(detail);
  return {
    code: { bucket, key, version: null },
    groups: groupsIn(target) ?? current.groups,
    runtime: typeof target['runtime'] === 'string' ? target['runtime'] : current.runtime,
  };
}

/** Property groups of the manifest; null: it gives none. */
export function groupsIn(target: JsonObject): Groups | null {
  const given = target['properties'];
  if (!isObject(given)) return null;
  return Object.fromEntries(Object.entries(given).map(([id, map]) => [id, textsOf(map)]));
}

/** How state is taken over: always told, since AWS takes its defaults where nothing is sent, whatever was set before. */
export function runConfiguration(target: JsonObject, restore: ApplicationRestoreConfiguration): RunConfiguration {
  return {
    ApplicationRestoreConfiguration: restore,
    FlinkRunConfiguration: { AllowNonRestoredState: target['allow-non-restored-state'] === true },
  };
}

/** The whole update to a target, fenced by the token of the version that it rests on. */
export function launchUpdate(
  name: string,
  detail: ApplicationDetail,
  target: JsonObject,
  mark: Mark,
  region: string,
  restore: ApplicationRestoreConfiguration,
): UpdateApplicationRequest {
  const marked = wantedOf(target, detail);
  const { code, runtime } = marked;
  const { role, 'system-rollback': rollback } = target;
  return {
    ApplicationName: name,
    ...fenceOf(detail),
    ApplicationConfigurationUpdate: {
      ApplicationCodeConfigurationUpdate: {
        CodeContentTypeUpdate: 'ZIPFILE',
        CodeContentUpdate: {
          S3ContentLocationUpdate: {
            BucketARNUpdate: `arn:${partitionOf(region)}:s3:::${code.bucket}`,
            FileKeyUpdate: code.key,
          },
        },
      },
      EnvironmentPropertyUpdates: { PropertyGroups: withMark(marked.groups, marked, mark) },
      ...flinkUpdate(target),
      ...(typeof rollback === 'boolean' && {
        ApplicationSystemRollbackConfigurationUpdate: { RollbackEnabledUpdate: rollback },
      }),
    },
    RunConfigurationUpdate: runConfiguration(target, restore),
    ...(typeof role === 'string' && role !== detail.ServiceExecutionRole && { ServiceExecutionRoleUpdate: role }),
    ...(runtime !== detail.RuntimeEnvironment && { RuntimeEnvironmentUpdate: runtime as RuntimeEnvironment }),
  };
}

/** An update of the parallelism alone. `mark`: put on a version that has none, so that its run keeps its id. */
export function scaleUpdate(
  name: string,
  detail: ApplicationDetail,
  parallelism: number,
  mark: Mark | null,
  target: JsonObject,
): UpdateApplicationRequest {
  const marked = markedOf(detail);
  return {
    ApplicationName: name,
    ...fenceOf(detail),
    ApplicationConfigurationUpdate: {
      FlinkApplicationConfigurationUpdate: {
        ParallelismConfigurationUpdate: { ConfigurationTypeUpdate: 'CUSTOM', ParallelismUpdate: parallelism },
      },
      ...(mark !== null && {
        EnvironmentPropertyUpdates: { PropertyGroups: withMark(groupsOf(detail), marked, mark) },
      }),
    },
    RunConfigurationUpdate: runConfiguration(target, { ApplicationRestoreType: 'RESTORE_FROM_LATEST_SNAPSHOT' }),
  };
}

/** The token of the version that was read: an application that somebody changed since refuses the update. */
function fenceOf(
  detail: ApplicationDetail,
): Pick<UpdateApplicationRequest, 'ConditionalToken' | 'CurrentApplicationVersionId'> {
  if (detail.ConditionalToken !== undefined) return { ConditionalToken: detail.ConditionalToken };
  return { CurrentApplicationVersionId: detail.ApplicationVersionId };
}

function flinkUpdate(target: JsonObject) {
  const update: FlinkApplicationConfigurationUpdate = {
    ...parallelismUpdate(target),
    ...checkpointUpdate(target),
    ...monitoringUpdate(target),
  };
  return Object.keys(update).length === 0 ? {} : { FlinkApplicationConfigurationUpdate: update };
}

function parallelismUpdate(target: JsonObject): FlinkApplicationConfigurationUpdate {
  const { parallelism, 'parallelism-per-kpu': perKpu, 'auto-scaling': scaling } = target;
  if (parallelism === undefined && perKpu === undefined && scaling === undefined) return {};
  return {
    ParallelismConfigurationUpdate: {
      ConfigurationTypeUpdate: 'CUSTOM',
      ...(typeof parallelism === 'number' && { ParallelismUpdate: parallelism }),
      ...(typeof perKpu === 'number' && { ParallelismPerKPUUpdate: perKpu }),
      ...(typeof scaling === 'boolean' && { AutoScalingEnabledUpdate: scaling }),
    },
  };
}

function checkpointUpdate(target: JsonObject): FlinkApplicationConfigurationUpdate {
  const given = target['checkpoints'];
  if (given === 'default') return { CheckpointConfigurationUpdate: { ConfigurationTypeUpdate: 'DEFAULT' } };
  if (!isObject(given)) return {};
  const { enabled, interval, 'min-pause': pause } = given;
  return {
    CheckpointConfigurationUpdate: {
      ConfigurationTypeUpdate: 'CUSTOM',
      ...(typeof enabled === 'boolean' && { CheckpointingEnabledUpdate: enabled }),
      ...(typeof interval === 'number' && { CheckpointIntervalUpdate: interval }),
      ...(typeof pause === 'number' && { MinPauseBetweenCheckpointsUpdate: pause }),
    },
  };
}

function monitoringUpdate(target: JsonObject): FlinkApplicationConfigurationUpdate {
  const { 'metrics-level': metrics, 'log-level': log } = target;
  if (metrics === undefined && log === undefined) return {};
  return {
    MonitoringConfigurationUpdate: {
      ConfigurationTypeUpdate: 'CUSTOM',
      ...(typeof metrics === 'string' && { MetricsLevelUpdate: metrics as MetricsLevel }),
      ...(typeof log === 'string' && { LogLevelUpdate: log as LogLevel }),
    },
  };
}
