import { setTimeout as wait } from 'node:timers/promises';
import { type JsonObject, merged } from '../../src/model/json.js';
import { until } from '../support/until.js';
import type { Side } from './side.js';

const base = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';

/** A FlinkDeployment as the server shows it. */
export interface Shown {
  readonly metadata: {
    readonly generation: number;
    readonly finalizers?: readonly string[];
    readonly managedFields: readonly JsonObject[];
  };
  readonly spec: JsonObject & { readonly image?: string };
  readonly status?: {
    readonly lifecycleState?: string;
    readonly error?: string;
    readonly observedGeneration?: number;
    readonly jobManagerDeploymentStatus?: string;
    readonly jobStatus?: {
      readonly state?: string;
      readonly jobId?: string;
      readonly startTime?: string;
      readonly savepointInfo?: { readonly lastSavepoint?: { readonly location?: string } };
    };
    readonly reconciliationStatus?: { readonly state?: string; readonly lastReconciledSpec?: string };
  };
}

export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly object: Shown;
}

const memory = { resource: { memory: '1024m', cpu: 0.5 } };

/** One FlinkDeployment on one side. */
export function resourceOn(side: Side, name: string) {
  const path = `${side.url}${base}/${name}`;

  async function call(method: string, url: string, type = 'application/json', body?: unknown): Promise<Answer> {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(url, { method, headers: { 'content-type': type }, ...text });
    const answered = (await answer.json()) as Shown & { readonly message?: string };
    return { status: answer.status, message: answered.message ?? '', object: answered };
  }

  /** The usual spec with a change. */
  const spec = (image: string, change: JsonObject = {}): JsonObject =>
    merged(
      {
        image,
        flinkVersion: 'v1_17',
        flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '2', ...side.configuration(name) },
        serviceAccount: 'flink',
        jobManager: memory,
        taskManager: memory,
        job: {
          jarURI: 'local:///opt/flink/usrlib/steady.jar',
          parallelism: 1,
          upgradeMode: 'savepoint',
          state: 'running',
        },
      },
      change,
    );

  const get = async () => (await call('GET', path)).object;
  return {
    get,
    spec,
    apply: (wanted: JsonObject, query = 'fieldManager=stream-rollout') => {
      const object = {
        apiVersion: 'flink.apache.org/v1beta1',
        kind: 'FlinkDeployment',
        metadata: { name },
        spec: wanted,
      };
      return call('PATCH', `${path}?${query}`, 'application/apply-patch+yaml', object);
    },
    patch: (body: JsonObject) =>
      call('PATCH', `${path}?fieldManager=kubectl-patch`, 'application/merge-patch+json', body),
    remove: () => call('DELETE', path),
    until: (what: string, wanted: (shown: Shown) => boolean, seconds = 150) =>
      until(`${name} on ${side.isReal ? 'the real side' : 'the emulator'}: ${what}`, get, wanted, seconds),
    rest: async (below: string) => (await (await fetch(`${side.rest(name)}${below}`)).json()) as JsonObject,
    /** Reasons of the events on it. */
    events: async () => {
      const answer = await fetch(`${side.url}/api/v1/namespaces/default/events`);
      const { items } = (await answer.json()) as {
        items: { reason: string; involvedObject: { name: string; kind: string } }[];
      };
      const own = items.filter(
        ({ involvedObject }) => involvedObject.name === name && involvedObject.kind === 'FlinkDeployment',
      );
      return [...new Set(own.map(({ reason }) => reason))].sort();
    },
    /** What a watch shows of it while something is done: each state once. */
    async during(act: () => Promise<unknown>): Promise<readonly string[]> {
      const ending = new AbortController();
      const answer = await fetch(`${side.url}${base}?watch=true&fieldSelector=metadata.name%3D${name}`, {
        signal: ending.signal,
      });
      const states: string[] = [];
      const watching = (async () => {
        let rest = '';
        const decoder = new TextDecoder();
        for await (const piece of answer.body ?? []) {
          rest += decoder.decode(piece as Uint8Array, { stream: true });
          const lines = rest.split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            const state = stateOf((JSON.parse(line) as { object: Shown }).object);
            // A job that is just coming up is seen by chance.
            if (state !== states.at(-1) && !/INITIALIZING|CREATED/.test(state)) states.push(state);
          }
        }
      })().catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      });
      try {
        await act();
        await wait(300);
      } finally {
        ending.abort();
        await watching;
      }
      return states;
    },
  };
}

export type Resource = ReturnType<typeof resourceOn>;

/** Lifecycle, job, JobManager, reconciliation. */
export function stateOf({ status }: Shown): string {
  const { lifecycleState, jobStatus, jobManagerDeploymentStatus, reconciliationStatus } = status ?? {};
  return [lifecycleState, jobStatus?.state, jobManagerDeploymentStatus, reconciliationStatus?.state]
    .map((one) => one ?? '-')
    .join(' ');
}

/** Generation that the operator has carried out, by the spec that it keeps. */
export function reconciledOf({ status }: Shown): { readonly generation: number; readonly image: unknown } {
  const text = status?.reconciliationStatus?.lastReconciledSpec;
  if (text === undefined) return { generation: 0, image: null };
  const kept = JSON.parse(text) as { spec: JsonObject; resource_metadata: { metadata: { generation: number } } };
  return { generation: kept.resource_metadata.metadata.generation, image: kept.spec['image'] };
}

/** It is stable, runs, and is of this image. */
export const runs = (image: string) => (shown: Shown) =>
  shown.status?.lifecycleState === 'STABLE' &&
  shown.status.jobStatus?.state === 'RUNNING' &&
  reconciledOf(shown).image === image;
