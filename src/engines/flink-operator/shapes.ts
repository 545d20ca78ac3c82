import type { JsonObject } from '../../model/json.js';

/** A custom resource of the operator as far as it is read; everything may be missing, since versions differ. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: { readonly [key: string]: string };
    readonly labels?: { readonly [key: string]: string };
    readonly managedFields?: readonly ManagedFields[];
  };
  readonly spec: JsonObject;
  readonly status?: Status;
}

export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: JsonObject;
}

/** A savepoint as the operator's status keeps it; `timeStamp` in milliseconds since 1970. */
export interface KeptSavepoint {
  readonly location?: string;
  readonly triggerType?: string;
  readonly timeStamp?: number;
}

/** Status of a FlinkDeployment or a FlinkSessionJob, and the fields that a FlinkBlueGreenDeployment has instead. */
export interface Status {
  readonly observedGeneration?: number;
  readonly lifecycleState?: string;
  /** Text, often JSON with `type` and `message`. */
  readonly error?: string | null;
  readonly jobManagerDeploymentStatus?: string;
  readonly jobStatus?: {
    readonly jobId?: string;
    readonly jobName?: string;
    readonly state?: string;
    /** Milliseconds since 1970, as text. */
    readonly startTime?: string;
    readonly updateTime?: string;
    readonly upgradeSavepointPath?: string | null;
    readonly savepointInfo?: { readonly lastSavepoint?: KeptSavepoint | null };
  } | null;
  readonly reconciliationStatus?: {
    readonly state?: string;
    /** JSON texts: a spec, and under `resource_metadata` what the operator notes of it. */
    readonly lastReconciledSpec?: string | null;
    readonly lastStableSpec?: string | null;
    /** Milliseconds since 1970. */
    readonly reconciliationTimestamp?: number;
  };
  readonly blueGreenState?: string;
  /** Of a FlinkBlueGreenDeployment. */
  readonly lastReconciledSpec?: string | null;
  readonly lastReconciledTimestamp?: string;
  readonly abortTimestamp?: string;
}
