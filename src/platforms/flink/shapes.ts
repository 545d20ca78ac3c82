/** Answers of the REST API, as far as they are used. Names are Flink's; what a version leaves out is optional. */

/** A job as `/jobs/overview` shows it; never cached. Times in milliseconds; `end-time` is -1 while it runs. */
export interface JobOverview {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
  readonly 'start-time': number;
  readonly 'end-time': number;
  readonly 'last-modification'?: number;
  readonly tasks: { readonly total: number; readonly running: number; readonly finished: number };
  /** From 2.3 on. */
  readonly jobType?: string;
}

/** `/jobs/:id`; up to `web.refresh-interval` old, as everything about one job but its status and its triggers. */
export interface JobDetails {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
  /** From 1.19 on. */
  readonly 'job-type'?: string;
  readonly now?: number;
  readonly timestamps?: { readonly [state: string]: number };
  readonly vertices: readonly Vertex[];
}

export interface Vertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly status: string;
}

/** When each subtask of a vertex came to each state, in milliseconds; 0: never. Of its newest attempt. */
export interface SubtaskTimes {
  readonly subtasks: readonly { readonly timestamps: { readonly [state: string]: number } }[];
}

/** `/jobs/:id/config`; without `execution-config` where the job never came out of its initialisation. */
export interface JobConfig {
  readonly name?: string;
  readonly 'execution-config'?: {
    readonly 'job-parallelism'?: number;
    readonly 'user-config'?: { readonly [key: string]: string };
  };
}

export interface CheckpointSummary {
  readonly id: number;
  readonly status: string;
  readonly external_path?: string;
  readonly checkpoint_type?: string;
  readonly trigger_timestamp?: number;
  readonly latest_ack_timestamp?: number;
  readonly end_to_end_duration?: number;
  readonly state_size?: number;
}

export interface Checkpoints {
  readonly counts: {
    readonly restored: number;
    readonly completed: number;
    readonly failed: number;
    readonly in_progress: number;
  };
  readonly latest: {
    readonly completed: CheckpointSummary | null;
    readonly savepoint: CheckpointSummary | null;
    readonly restored: { readonly id: number; readonly external_path?: string } | null;
  };
}

export interface CheckpointConfig {
  readonly interval?: number;
  readonly externalization?: { readonly enabled: boolean; readonly delete_on_cancellation: boolean };
}

export interface ExceptionEntry {
  readonly exceptionName: string;
  readonly stacktrace: string;
  readonly timestamp: number;
  readonly taskName?: string | null;
}

/** State of an asynchronous operation. COMPLETED is not success: the operation then has a location or a cause. */
export interface Operation {
  readonly status: { readonly id: string };
  readonly operation: {
    readonly location?: string;
    readonly 'failure-cause'?: { readonly class?: string; readonly 'stack-trace'?: string };
  } | null;
}

export interface ClusterOverview {
  readonly taskmanagers: number;
  readonly 'slots-total': number;
  readonly 'slots-available': number;
}

export interface PlanAnswer {
  readonly plan: {
    readonly name?: string;
    readonly type?: string;
    readonly nodes: readonly { readonly id: string; readonly parallelism?: number; readonly description?: string }[];
  };
}

export interface Requirements {
  readonly [vertex: string]: { readonly parallelism: { readonly lowerBound: number; readonly upperBound: number } };
}

export interface Metric {
  readonly id: string;
  readonly value?: string;
  readonly min?: number;
  readonly max?: number;
  readonly sum?: number;
}
