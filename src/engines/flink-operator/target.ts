import * as z from 'zod';
import type { Impact } from '../../model/impact.js';
import { isObject, type Json, type JsonObject } from '../../model/json.js';

const text = z.string().min(1);
/** A name of Kubernetes (RFC 1123), or one that a build result or a variable completes. */
const resourceName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$|\$\{/, 'expected a name of Kubernetes: lower case letters, digits and -')
  .max(253);
// A schema that names itself can't be published inside another one: what stands below is checked by the API server.
const free = z.record(
  text,
  z.custom<Json>(() => true),
);

export const kinds = ['FlinkDeployment', 'FlinkSessionJob', 'FlinkBlueGreenDeployment'] as const;
export type Kind = (typeof kinds)[number];

/** Settings of a job that the Flink Kubernetes Operator runs. */
export const operatorTarget = z.strictObject({
  context: text.exactOptional().describe('Context of the kubeconfig; default: its current one'),
  kubeconfig: text.exactOptional().describe('Path of the kubeconfig; default: as kubectl finds it'),
  kubectl: text.exactOptional().describe('Path of kubectl; default: the one on PATH'),
  namespace: resourceName.exactOptional().describe('Namespace of the resource; default: `default`'),
  kind: z.enum(kinds).exactOptional().describe('Kind of the resource; default: FlinkDeployment'),
  name: resourceName.exactOptional().describe('Exact name of the resource; default: the key of the job, or `was`'),
  spec: free.describe(
    'The resource’s spec by the operator’s own field names, whole or in part: what is not named stays as others set it. For a FlinkBlueGreenDeployment, the spec of its template',
  ),
  transition: z
    .record(text, z.union([z.string(), z.number(), z.boolean()]))
    .exactOptional()
    .describe('`spec.configuration` of a FlinkBlueGreenDeployment'),
  labels: z.record(text, z.string()).exactOptional().describe('Labels of the resource'),
  annotations: z.record(text, z.string()).exactOptional().describe('Annotations of the resource'),
  'force-conflicts': z
    .boolean()
    .exactOptional()
    .describe('Take fields over that another manager (Helm, Kustomize, a person) has set; default: refuse'),
  'rest-url': z
    .string()
    .regex(/^https?:\/\/|\$\{/, 'expected http:// or https://')
    .exactOptional()
    .describe('URL of the job’s REST API; default: by the API server’s proxy of the service NAME-rest'),
}) satisfies z.ZodType<JsonObject>;

/**
 * What a change costs. Fields below `spec` go by the operator's own difference: what it ignores is `none`, and reaches the operator with the
 * next rollout. The parallelism is changed in the run: in place where the operator can, else by the operator's own restart with state.
 */
export const operatorImpacts = {
  context: 'recreate',
  kubeconfig: 'none',
  kubectl: 'none',
  namespace: 'recreate',
  kind: 'recreate',
  name: 'recreate',
  transition: 'none',
  labels: 'none',
  annotations: 'none',
  'force-conflicts': 'none',
  'rest-url': 'none',
  'spec.job.parallelism': 'scale',
  'spec.flinkConfiguration.pipeline.jobvertex-parallelism-overrides': 'scale',
  'spec.job.upgradeMode': 'none',
  'spec.job.allowNonRestoredState': 'none',
  'spec.job.initialSavepointPath': 'none',
  'spec.job.savepointTriggerNonce': 'none',
  'spec.job.checkpointTriggerNonce': 'none',
  'spec.job.autoscalerResetNonce': 'none',
  'spec.flinkConfiguration.job.autoscaler': 'none',
  'spec.flinkConfiguration.parallelism.default': 'none',
  'spec.flinkConfiguration.kubernetes.operator': 'none',
} as const satisfies { readonly [field: string]: Impact };

export const overridesKey = 'pipeline.jobvertex-parallelism-overrides';

export function kindOf(target: JsonObject): Kind {
  const { kind } = target;
  return kinds.find((one) => one === kind) ?? 'FlinkDeployment';
}

export function namespaceOf(target: JsonObject): string {
  return typeof target['namespace'] === 'string' ? target['namespace'] : 'default';
}

/** Exact resource name of a target; `fallback` is the subject's first name. */
export function nameOf(target: JsonObject, fallback: string): string {
  return typeof target['name'] === 'string' ? target['name'] : fallback;
}

/** The declared spec; maps that it lacks are empty. */
export function specOf(target: JsonObject): {
  readonly spec: JsonObject;
  readonly job: JsonObject;
  readonly configuration: JsonObject;
} {
  return partsOf(target['spec']);
}

/** A spec of a FlinkDeployment or a FlinkSessionJob with its two maps; what is missing is empty. */
export function partsOf(spec: unknown): {
  readonly spec: JsonObject;
  readonly job: JsonObject;
  readonly configuration: JsonObject;
} {
  const whole = isObject(spec) ? spec : {};
  const { job, flinkConfiguration } = whole;
  return {
    spec: whole,
    job: isObject(job) ? job : {},
    configuration: isObject(flinkConfiguration) ? flat(flinkConfiguration) : {},
  };
}

/** Newer operators take Flink's configuration nested, as YAML; its keys are the dotted ones all the same. */
function flat(of: JsonObject, above = ''): JsonObject {
  return Object.fromEntries(
    Object.entries(of).flatMap(([key, value]) =>
      isObject(value) ? Object.entries(flat(value, `${above}${key}.`)) : [[`${above}${key}`, value]],
    ),
  ) as JsonObject;
}
