import type { JsonObject } from '../../src/model/json.js';

/** Times are milliseconds; shas are whole. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly title?: string;
  readonly raw_details?: string;
}

export interface CheckRun {
  readonly id: number;
  readonly head_sha: string;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly details_url: string | null;
  readonly external_id: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly Annotation[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly environment_url: string;
  readonly log_url: string;
  readonly at: number;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: JsonObject | string;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly at: number;
  /** Oldest first. */
  readonly statuses: DeploymentStatus[];
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly target_url: string | null;
  readonly at: number;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly body: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A pull request; `fork` is the full name of the repository that the head lies in, or null for the same one. */
export interface Pull {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly fork: string | null;
  readonly at: number;
}

/** One attempt of a workflow run. */
export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly event: string;
  readonly headBranch: string | null;
  readonly headSha: string;
  readonly name: string;
  readonly at: number;
}

/** Everything that the emulator keeps of one repository; commits and files come from its git directory. */
export interface Repository {
  readonly id: number;
  /** `owner/name`. */
  readonly name: string;
  readonly directory: string | null;
  readonly defaultBranch: string | null;
  readonly checkRuns: Map<number, CheckRun>;
  readonly deployments: Map<number, Deployment>;
  readonly statuses: CommitStatus[];
  readonly comments: Map<number, Comment>;
  readonly pulls: Map<number, Pull>;
  readonly issues: Set<number>;
  /** Attempts of a run, oldest first. */
  readonly runs: Map<number, WorkflowRun[]>;
}

export function newRepository(
  id: number,
  name: string,
  directory: string | null,
  defaultBranch: string | null,
): Repository {
  return {
    id,
    name,
    directory,
    defaultBranch,
    checkRuns: new Map(),
    deployments: new Map(),
    statuses: [],
    comments: new Map(),
    pulls: new Map(),
    issues: new Set(),
    runs: new Map(),
  };
}
