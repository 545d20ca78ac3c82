import type { Json, JsonObject } from '../../src/model/json.js';
import type { RuntimeEnvironment } from './requests.js';
import type { Template } from './template.js';

/** Runtime environment field to the name of the pipeline option that it becomes. */
const optionNames: { readonly [field: string]: string } = {
  numWorkers: 'numWorkers',
  maxWorkers: 'maxNumWorkers',
  machineType: 'workerMachineType',
  serviceAccountEmail: 'serviceAccount',
  tempLocation: 'tempLocation',
  stagingLocation: 'stagingLocation',
  network: 'network',
  subnetwork: 'subnetwork',
  workerRegion: 'workerRegion',
  workerZone: 'workerZone',
  diskSizeGb: 'diskSizeGb',
  autoscalingAlgorithm: 'autoscalingAlgorithm',
  sdkContainerImage: 'sdkContainerImage',
  enableStreamingEngine: 'enableStreamingEngine',
  kmsKeyName: 'dataflowKmsKey',
};

/** A job's environment as `jobs.get` shows it, from what a template launch asked for. */
export function jobEnvironment(
  launch: {
    readonly jobName: string;
    readonly parameters: { readonly [name: string]: string };
    readonly environment: RuntimeEnvironment;
  },
  place: { readonly project: string; readonly location: string },
  template: Template,
): JsonObject {
  const { environment } = launch;
  const fields: JsonObject = { ...template.environment, ...(environment as JsonObject) };
  const options: { [name: string]: Json } = {};
  for (const [field, name] of Object.entries(optionNames)) {
    const value = fields[field];
    if (value !== undefined && value !== null) options[name] = value;
  }
  const { additionalUserLabels: labels, additionalExperiments: experiments } = environment;
  return {
    userAgent: { name: 'Apache Beam SDK', version: '2.77.0' },
    version: { job_type: 'FNAPI_STREAMING', major: '8' },
    ...(experiments.length > 0 ? { experiments } : {}),
    ...optional('serviceAccountEmail', fields['serviceAccountEmail']),
    ...optional('tempStoragePrefix', fields['tempLocation']),
    ...optional('workerRegion', fields['workerRegion']),
    ...optional('workerZone', fields['workerZone']),
    ...optional('serviceKmsKeyName', fields['kmsKeyName']),
    workerPools: [
      {
        kind: 'harness',
        ...optional('numWorkers', fields['numWorkers']),
        ...optional('machineType', fields['machineType']),
        ...optional('network', fields['network']),
        ...optional('subnetwork', fields['subnetwork']),
        ...optional('diskSizeGb', fields['diskSizeGb']),
        ...optional('workerHarnessContainerImage', template.image),
        autoscalingSettings: {
          algorithm: 'AUTOSCALING_ALGORITHM_BASIC',
          ...optional('maxNumWorkers', fields['maxWorkers']),
        },
      },
    ],
    sdkPipelineOptions: {
      options: {
        ...launch.parameters,
        ...options,
        jobName: launch.jobName,
        project: place.project,
        region: place.location,
        streaming: template.streaming,
        templateLocation: template.uri,
        ...(experiments.length > 0 ? { experiments } : {}),
        ...(Object.keys(labels).length > 0 ? { labels } : {}),
      },
      display_data: [],
    },
  };
}

function optional(field: string, value: Json | undefined): JsonObject {
  return value === undefined || value === null || value === '' ? {} : { [field]: value };
}
