import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';

/** Something that the identity behind the kubeconfig may not do; `*` matches all. Resources in the plural: `flinkdeployments`, `services/proxy`, `flinkdeployments/status`. */
const deniedSchema = z.strictObject({
  verbs: z.array(z.string()).default(['*']),
  resources: z.array(z.string()).default(['*']),
  namespaces: z.array(z.string()).default(['*']),
});

/** Times in seconds of the emulated clock. README.md says what each does and which defaults are the operator's own. */
const settingsSchema = z.strictObject({
  /** Decides what `status` has: `observedGeneration` from 1.10.0 on, `conditions` from 1.15.0 on; FlinkStateSnapshot exists from 1.10.0 on, FlinkBlueGreenDeployment from 1.14.0 on. */
  operatorVersion: z.enum(['1.7.0', '1.10.0', '1.14.0', '1.15.0']).default('1.15.0'),
  /** What the server calls itself in `/version`. */
  kubernetesVersion: z.string().default('v1.32.4'),
  /** The operator's own default configuration, below each object's `flinkConfiguration`: `kubernetes.operator.deployment.rollback.enabled: "true"`. */
  configuration: z.record(z.string(), z.string()).default({}),
  /** True: the operator's admission webhook is installed, which refuses an invalid spec when it is written (403). */
  webhook: z.boolean().default(false),
  /** From a write of a spec until the operator looks at it. */
  watchSeconds: z.number().min(0).default(0.5),
  /** `kubernetes.operator.reconcile.interval`: between two looks at an object that is settled. */
  reconcileSeconds: z.number().min(0.1).default(60),
  /** `kubernetes.operator.observer.progress-check.interval`: between two looks at an object that is on its way. */
  progressSeconds: z.number().min(0.1).default(10),
  /** `kubernetes.operator.observer.rest-ready.delay`: from a JobManager that is ready until its jobs are asked for. */
  restReadySeconds: z.number().min(0).default(10),
  /** First pause after a failed try of the operator; each one is 1.5 times as long, 15 tries in all. */
  retrySeconds: z.number().min(0.1).default(5),
  /** From a JobManager's Deployment until its REST API answers. */
  jobManagerSeconds: z.number().min(0).default(3),
  /** From a TaskManager's request until the tasks run, and what else the Flink behind takes: savepoints, stops. */
  startSeconds: z.number().min(0).default(2),
  savepointSeconds: z.number().min(0).default(0.5),
  stopSeconds: z.number().min(0).default(0.2),
  checkpointSeconds: z.number().positive().default(10),
  /** `web.refresh-interval` of the Flink behind, as its REST API shows it. */
  refreshSeconds: z.number().min(0).default(3),
  /** Namespaces that exist from the beginning. */
  namespaces: z.array(z.string()).default(['default', 'streaming']),
  denied: z.array(deniedSchema).default([]),
  /** When set, requests without `Authorization: Bearer <token>` get 401. */
  token: z.string().nullable().default(null),
});
export type FlinkOperatorSettings = z.infer<typeof settingsSchema>;

/** Settings after a change (`POST /settings`); throws ControlError for an unknown or malformed one. */
export function changedSettings(settings: Partial<FlinkOperatorSettings>, change: JsonObject): FlinkOperatorSettings {
  const result = settingsSchema.safeParse({ ...settings, ...change });
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}
