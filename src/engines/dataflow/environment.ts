import * as z from 'zod';

/** Kind of template. A Flex launch runs the pipeline's own launcher in a container; a classic one starts a staged graph. */
export type TemplateType = 'flex' | 'classic';

const text = z.string();
const count = z.int().min(0);
const flag = z.boolean();
const list = z.array(z.string());

/**
 * Fields of `environment` by the API's own names, and the kinds of template that have them: FlexTemplateRuntimeEnvironment
 * and RuntimeEnvironment of google.dataflow.v1beta3. The client drops a field that it does not know without an error, so the list is closed.
 */
export const environmentFields = {
  numWorkers: [count, 'both'],
  maxWorkers: [count, 'both'],
  zone: [text, 'both'],
  serviceAccountEmail: [text, 'both'],
  tempLocation: [text, 'both'],
  stagingLocation: [text, 'flex'],
  machineType: [text, 'both'],
  launcherMachineType: [text, 'flex'],
  additionalExperiments: [list, 'both'],
  additionalPipelineOptions: [list, 'both'],
  additionalUserLabels: [z.record(z.string(), z.string()), 'both'],
  network: [text, 'both'],
  subnetwork: [text, 'both'],
  ipConfiguration: [z.enum(['WORKER_IP_UNSPECIFIED', 'WORKER_IP_PUBLIC', 'WORKER_IP_PRIVATE']), 'both'],
  kmsKeyName: [text, 'both'],
  workerRegion: [text, 'both'],
  workerZone: [text, 'both'],
  enableStreamingEngine: [flag, 'both'],
  streamingMode: [
    z.enum(['STREAMING_MODE_UNSPECIFIED', 'STREAMING_MODE_EXACTLY_ONCE', 'STREAMING_MODE_AT_LEAST_ONCE']),
    'both',
  ],
  flexrsGoal: [z.enum(['FLEXRS_UNSPECIFIED', 'FLEXRS_SPEED_OPTIMIZED', 'FLEXRS_COST_OPTIMIZED']), 'flex'],
  autoscalingAlgorithm: [
    z.enum(['AUTOSCALING_ALGORITHM_UNKNOWN', 'AUTOSCALING_ALGORITHM_NONE', 'AUTOSCALING_ALGORITHM_BASIC']),
    'flex',
  ],
  sdkContainerImage: [text, 'flex'],
  diskSizeGb: [count, 'both'],
  dumpHeapOnOom: [flag, 'flex'],
  saveHeapDumpsToGcsPath: [text, 'flex'],
  enableLauncherVmSerialPortLogging: [flag, 'flex'],
  bypassTempDirValidation: [flag, 'classic'],
} as const satisfies { readonly [field: string]: readonly [z.ZodType, TemplateType | 'both'] };

type Fields = typeof environmentFields;
type Shape = { [F in keyof Fields]: z.ZodOptional<Fields[F][0]> };

export const environment = z.strictObject(
  Object.fromEntries(Object.entries(environmentFields).map(([field, [schema]]) => [field, schema.optional()])) as Shape,
);

/** Fields of an environment that this kind of template does not have. */
export function foreignFields(given: object, type: TemplateType): readonly string[] {
  return Object.keys(given).filter((field) => {
    const kinds = environmentFields[field as keyof Fields]?.[1];
    return kinds !== 'both' && kinds !== type;
  });
}
