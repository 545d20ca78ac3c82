import type { StrategyName } from '../model/job.js';

export const modes = ['auto', 'detect', 'plan', 'apply', 'rollback', 'resume', 'status', 'validate'] as const;
export type Mode = (typeof modes)[number];

/** One-off consents; recorded with the actor. */
export const consents = ['duplicates', 'state-loss', 'shared-input', 'downgrade', 'unsafe-rollback'] as const;
export type Consent = (typeof consents)[number];

/** What the event of a workflow run says; all null outside GitHub Actions. */
export interface EventFacts {
  /** `push`, `pull_request`, …, or null for the CLI. */
  readonly name: string | null;
  readonly repository: string | null;
  /** Full ref, for example `refs/heads/main`. */
  readonly ref: string | null;
  readonly defaultBranch: string | null;
  /** The commit that is checked out (a merge commit for pull requests). */
  readonly sha: string | null;
  /** The commit that reports belong to: the pull request's head, else `sha`. */
  readonly headSha: string | null;
  /** Push: `before`; all zeros for a new branch. */
  readonly before: string | null;
  readonly forced: boolean;
  readonly created: boolean;
  readonly deleted: boolean;
  /** Pull request: base commit; merge group: its base commit. */
  readonly baseSha: string | null;
  readonly pullRequest: number | null;
  /** A pull request from a fork, or one of Dependabot, and what follows from one, or may: no credentials, read-only token. */
  readonly untrusted: boolean;
  readonly actor: string | null;
  readonly runId: string | null;
  readonly attempt: number;
  readonly serverUrl: string;
  readonly apiUrl: string;
}

/** Everything that a person or a workflow can say, read once. Nothing below the entry points reads the environment. */
export interface Inputs {
  readonly mode: Mode;
  /** Path, glob or inline YAML. */
  readonly manifest: string;
  readonly environment: string | null;
  /** Job keys or globs; empty: all. */
  readonly jobs: readonly string[];
  readonly vars: { readonly [name: string]: string };
  readonly base: string | null;
  readonly strategy: 'auto' | readonly StrategyName[] | null;
  readonly force: boolean;
  readonly rebuild: boolean;
  /** `previous` or a rollout id. */
  readonly rollbackTo: string | null;
  readonly accept: readonly Consent[];
  readonly planFile: string | null;
  /** `git`, `git:<remote>`, `s3://<bucket>/<prefix>`, `gs://<bucket>/<prefix>` or `file:<directory>`. */
  readonly ledger: string;
  readonly onDrift: 'fail' | 'adopt' | 'overwrite';
  readonly failFast: boolean;
  readonly maxParallel: number;
  readonly maxChangedJobs: number;
  readonly waitForMinutes: number;
  /** Wait for a lock that another process holds (the action always does, up to `waitForMinutes`). */
  readonly wait: boolean;
  readonly takeOver: boolean;
  readonly comment: boolean;
  readonly deployments: boolean;
  readonly githubToken: string | null;
  readonly event: EventFacts;
  /** Root of the checkout. */
  readonly workspace: string;
  /** Where files for the caller go (plan, summary, evidence). */
  readonly outputDirectory: string;
  readonly env: { readonly [name: string]: string | undefined };
}
