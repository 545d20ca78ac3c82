import { entriesWith, launchDocument } from '../../../src/engines/flink-operator/document.js';
import { type Standing, standingOf } from '../../../src/engines/flink-operator/seen.js';
import type { Resource, Status } from '../../../src/engines/flink-operator/shapes.js';
import { type JsonObject, merged } from '../../../src/model/json.js';
import type { Stamp } from '../../../src/model/stamp.js';

export const stampOf = (n: number, step = 'replace'): Stamp => ({
  revision: 'r1-00c0ffee00c0ffee',
  rollout: `rollout${n}`,
  n,
  step,
  commit: null,
  predecessor: null,
  slot: null,
});

export const target: JsonObject = {
  name: 'orders',
  spec: {
    image: 'orders:1',
    flinkVersion: 'v1_20',
    flinkConfiguration: { 'state.savepoints.dir': 's3://state/orders' },
    job: { jarURI: 'local:///orders.jar', args: ['--topic', 'orders'], parallelism: 2 },
  },
};

const at = '2026-11-22T10:00:00.000Z';
const uid = '11111111-2222-3333-4444-555555555555';

export const reveal = (text: string) => text.replaceAll('${secret.TOKEN}', 'canary-secret');

/** The text in which the operator notes a spec. */
export function noted(spec: JsonObject, generation = 2): string {
  return JSON.stringify({ ...spec, resource_metadata: { metadata: { generation } } });
}

/** A resource that an apply of ours has made or changed; the operator has not looked at it yet. */
export function launched(stamp: Stamp, before: Standing | null = null, more: JsonObject = {}): Resource {
  const declared = merged(target, more);
  const document = launchDocument(declared, {
    name: 'orders',
    namespace: 'default',
    stamp,
    standing: before,
    from: null,
    entries: entriesWith(before, { run: '', stamp, target: declared }, at),
  }) as unknown as Resource;
  const { resource } = before ?? {};
  const metadata = {
    ...document.metadata,
    uid,
    generation: (resource?.metadata.generation ?? 0) + 1,
    resourceVersion: '7',
  };
  return { ...document, metadata, ...(resource?.status === undefined ? {} : { status: resource.status }) };
}

/** The same, brought out by the operator. */
export function deployed(resource: Resource, status: Status = {}, startTime = '1763805600000'): Resource {
  return {
    ...resource,
    status: {
      lifecycleState: 'STABLE',
      jobManagerDeploymentStatus: 'READY',
      jobStatus: { jobId: 'aa', state: 'RUNNING', startTime, updateTime: '1763805700000' },
      ...status,
      reconciliationStatus: {
        state: 'DEPLOYED',
        lastReconciledSpec: noted(resource.spec),
        reconciliationTimestamp: 1763805600000,
        ...status.reconciliationStatus,
      },
    },
  };
}

export const standing = (resource: Resource) => standingOf(resource, reveal);
