import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { EventFacts } from '../inputs/inputs.js';
import { userAgent } from '../version.js';
import { pace } from './pace.js';

export type Octokit = ReturnType<typeof getOctokit>;

/** A repository on GitHub with a client for it. */
export interface GitHub {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
}

/** Longest wait that a rate limit may ask for, in seconds; a report is not worth more. */
const patience = 60;
/** Longest time of one call, its waits and retries included, in milliseconds: a report must not hold a step up for ever. */
const callTimeout = 150_000;

/** The client for the event's repository; null without a token or a repository. */
export function connectGitHub(event: EventFacts, token: string | null, warn: (line: string) => void): GitHub | null {
  const [owner, repo] = event.repository?.split('/') ?? [];
  if (token === null || !owner || !repo) return null;
  const wait = (after: number, options: { method?: string; url?: string }, _: unknown, tries: number) => {
    const again = tries < 2 && after <= patience;
    warn(`GitHub asks to slow down (${options.method} ${options.url}); ${again ? `waiting ${after} s` : 'giving up'}`);
    return again;
  };
  const octokit = getOctokit(
    token,
    {
      baseUrl: event.apiUrl,
      userAgent,
      // Typed as the limiter's own class; the plugin uses one method of it.
      throttle: {
        onRateLimit: wait,
        onSecondaryRateLimit: wait,
        write: pace(30, 1000) as never,
        notifications: pace(5, 3000) as never,
      },
      retry: { retries: 2 },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    },
    // The plugins are typed for a newer core than the toolkit's; they only use its hooks.
    retry as never,
    throttling as never,
  );
  octokit.hook.before('request', (options) => {
    options.request.signal = AbortSignal.timeout(callTimeout);
  });
  return { octokit, owner, repo };
}

/** A missing right: told as a notice, never a failure of a rollout. */
export function isForbidden(error: unknown): boolean {
  const status = (error as { status?: number }).status;
  return status === 403 || status === 404 || status === 401;
}

/** GitHub does not know the commit: it was never pushed, or was force-pushed away and collected. */
export function isUnknownCommit(error: unknown): boolean {
  return (error as { status?: number }).status === 422;
}
