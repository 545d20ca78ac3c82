import pLimit from 'p-limit';
import { isObject, type JsonObject } from '../../model/json.js';
import type { Ambient } from '../engine.js';
import { type Ended, run } from './child.js';
import { errorOf, type Failure, failureOf } from './errors.js';
import { serverVariable } from './place.js';
import type { Resource } from './shapes.js';

/** Longest time of one request, and of the whole call with its start and a plugin for credentials, in seconds. */
const requestSeconds = 15;
const callSeconds = 25;

/** Calls that one session has under way at most. */
const concurrent = 6;

/** The name under which the tool owns fields of a resource. */
export const fieldManager = 'stream-rollout';

export interface ApplyOptions {
  /** Take fields over from other managers. */
  readonly force: boolean;
  /** Have it checked by the server, and nothing stored. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
  /** Asked once it is this call's turn: true where nothing may be sent any more. */
  readonly isLate?: () => boolean;
}

/** Calls of the API server by kubectl, without a shell. Reads throw RolloutErrors; an apply gives its failure back, since its kind decides. */
export interface Kubectl {
  /** A path of the API; null: there is no such thing. */
  get(path: string): Promise<JsonObject | null>;
  /** The answer of a read as it is. */
  raw(path: string): Promise<Ended>;
  apply(resource: JsonObject, options: ApplyOptions): Promise<Resource | Failure>;
}

export function openKubectl(target: JsonObject, ambient: Ambient): Kubectl {
  const program = typeof target['kubectl'] === 'string' ? target['kubectl'] : 'kubectl';
  const server = ambient.env[serverVariable];
  const limit = pLimit(concurrent);
  const config = flag('--kubeconfig', target['kubeconfig']);
  const declared = server ? ['--server', server] : [...flag('--context', target['context']), ...config];
  let begun: Promise<readonly string[]> | null = null;
  // A kubeconfig of this machine must not lend its credentials to another server.
  const env = { ...withoutOurs(ambient.env), ...(server ? { KUBECONFIG: '/dev/null' } : {}) };

  /** The cluster that a session begins with stays its cluster: somebody may switch the kubeconfig's context meanwhile. */
  async function current(): Promise<readonly string[]> {
    const args = ['config', 'current-context', ...config];
    const ended = await run({ program, args, env, stdin: '', seconds: callSeconds, signal: ambient.signal });
    if (ended.how !== 'exited') begun = null;
    // Without a context there is none to switch: kubectl then goes by the pod that it runs in.
    return ended.how === 'exited' && ended.code === 0 ? [...flag('--context', ended.stdout.trim()), ...config] : config;
  }

  async function call(args: readonly string[], stdin: string, signal: AbortSignal): Promise<Ended> {
    begun ??= declared[0] === '--server' || declared[0] === '--context' ? Promise.resolve(declared) : current();
    const all = [...args, ...(await begun), `--request-timeout=${requestSeconds}s`];
    return run({ program, args: all, env, stdin, seconds: callSeconds, signal });
  }

  const raw = (path: string) => limit(() => call(['get', '--raw', path], '', ambient.signal));
  return {
    raw,
    async get(path) {
      const ended = await raw(path);
      const what = `kubectl get --raw ${path}`;
      if (ended.how === 'exited' && ended.code === 0) return parsed(ended.stdout, what);
      const failure = failureOf(ended);
      if (failure.kind === 'missing' && failure.code === 'flink-operator-missing') return null;
      // A read has no effect that could be unknown.
      throw errorOf(failure.kind === 'unknown' ? { ...failure, code: 'flink-operator-unavailable' } : failure, what);
    },
    async apply(resource, { force, dryRun, signal, isLate }) {
      const args = [
        ...[
          'apply',
          '--server-side',
          '-f',
          '-',
          '-o',
          'json',
          '--show-managed-fields',
          `--field-manager=${fieldManager}`,
        ],
        ...(force ? ['--force-conflicts'] : []),
        ...(dryRun ? ['--dry-run=server'] : []),
      ];
      const both = AbortSignal.any([signal, ambient.signal]);
      const ended = await limit(async () => (isLate?.() ? null : call(args, JSON.stringify(resource), both)));
      if (ended === null) return late;
      if (ended.how !== 'exited' || ended.code !== 0) return failureOf(ended);
      return parsed(ended.stdout, 'kubectl apply') as unknown as Resource;
    },
  };
}

/** Nothing was sent. */
const late: Failure = {
  kind: 'contended',
  code: 'flink-operator-contended',
  text: 'other calls were under way until it was too late for this one',
  conflicts: [],
};

export function isFailure(answer: Resource | Failure): answer is Failure {
  return 'conflicts' in answer;
}

function parsed(text: string, what: string): JsonObject {
  try {
    const value = JSON.parse(text) as unknown;
    if (isObject(value)) return value;
  } catch {
    // Told below: what comes back is no answer of an API server.
  }
  const failure = {
    kind: 'unknown',
    code: 'flink-operator-answer-unknown',
    text: 'the answer is no object',
    conflicts: [],
  } as const;
  throw errorOf(failure, what);
}

function flag(name: string, value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? [name, value] : [];
}

/** The runner's own files and the action's inputs (a token is among them) are none of kubectl's business. */
function withoutOurs(env: Ambient['env']): Ambient['env'] {
  const withheld = /^(INPUT_|STATE_)|^GITHUB_(TOKEN|OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$|^ACTIONS_RUNTIME_TOKEN$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.test(name)));
}
