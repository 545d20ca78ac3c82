import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { type Stamp, stampToFields } from '../../model/stamp.js';
import { templateOf } from './blue-green.js';
import { appliedBy, isSetByOthers } from './fields.js';
import { coveredIn, type Entry, entriesText, marksOf, nonceOf, runsAnnotation } from './marks.js';
import { apiVersion } from './resources.js';
import type { Seen, Standing } from './seen.js';
import { kindOf, partsOf } from './target.js';

/** What a launch needs beside its target. */
export interface Launch {
  readonly name: string;
  readonly namespace: string;
  readonly stamp: Stamp;
  /** Null: the resource is made. */
  readonly standing: Standing | null;
  /** Savepoint to begin from instead of what the operator has kept; null: its own way. */
  readonly from: string | null;
  readonly entries: readonly Entry[];
}

/** The resource of a launch: what the target declares, the stamp, and what the tool alone decides. `filled`: with the values of secrets. */
export function launchDocument(filled: JsonObject, launch: Launch): JsonObject {
  const { name, namespace, stamp, standing, from, entries } = launch;
  const kind = kindOf(filled);
  const declared = isObject(filled['spec']) ? filled['spec'] : {};
  const configuration = isObject(declared['flinkConfiguration']) ? declared['flinkConfiguration'] : {};
  const job = isObject(declared['job']) ? declared['job'] : {};
  const spec: JsonObject = {
    ...declared,
    flinkConfiguration: { ...configuration, ...marksOf(stamp) },
    job: {
      ...job,
      state: 'running',
      ...upgradeModeFor(job, standing),
      ...(from === null ? {} : { initialSavepointPath: from, savepointRedeployNonce: nonceOf(stamp) }),
    },
  };
  const { labels, annotations, transition } = filled;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...versionOf(standing),
      ...(isObject(labels) ? { labels } : {}),
      annotations: { ...(isObject(annotations) ? annotations : {}), [runsAnnotation]: entriesText(entries) },
    },
    spec:
      kind === 'FlinkBlueGreenDeployment'
        ? { ...(isObject(transition) ? { configuration: textsOf(transition) } : {}), template: { spec } }
        : spec,
  };
}

/** What is declared; else what somebody has set, which stays theirs; the operator's own default would drop the state. */
function upgradeModeFor(job: JsonObject, standing: Standing | null): JsonObject {
  if (job['upgradeMode'] !== undefined) return {};
  const live = partsOf(standing?.specs.wanted).job['upgradeMode'];
  const keeps = live === 'last-state' || live === 'savepoint';
  if (!keeps || standing === null) return { upgradeMode: 'savepoint' };
  const { resource } = standing;
  const above = resource.kind === 'FlinkBlueGreenDeployment' ? ['template', 'spec'] : [];
  return isSetByOthers(resource, ...above, 'job', 'upgradeMode') ? {} : { upgradeMode: live };
}

/**
 * The resource with another size or another state of the job, and all else that the tool has applied as it is. Where what was asked for last
 * is not what runs, its fields go back to what runs: a refused spec is not carried along.
 */
export function changedDocument(
  standing: Standing,
  change: (spec: JsonObject) => JsonObject,
  entries: readonly Entry[] | null,
): JsonObject {
  const { resource, name, wanted, deployed } = standing;
  const own = appliedBy(resource);
  const isDouble = resource.kind === 'FlinkBlueGreenDeployment';
  const inner = isDouble ? templateOf(own.spec) : own.spec;
  const settled = wanted === null || deployed?.spec == null ? inner : broughtBack(inner, deployed.spec);
  const annotations = isObject(own.metadata['annotations']) ? own.metadata['annotations'] : {};
  const spec = change(settled);
  return {
    apiVersion,
    kind: resource.kind,
    metadata: {
      ...(isObject(own.metadata['labels']) ? { labels: own.metadata['labels'] } : {}),
      name,
      namespace: resource.metadata.namespace ?? 'default',
      ...versionOf(standing),
      annotations: { ...annotations, ...(entries === null ? {} : { [runsAnnotation]: entriesText(entries) }) },
    },
    spec: isDouble ? { ...own.spec, template: { spec } } : spec,
  };
}

/** Our fields with the values of the spec that runs, and the stamp that it has. */
function broughtBack(own: JsonObject, deployed: JsonObject): JsonObject {
  const kept = Object.entries(own).flatMap(([key, value]): [string, Json][] => {
    const there = deployed[key];
    if (there === undefined || there === null) return [];
    if (isObject(value) && isObject(there)) return [[key, broughtBack(value, there)]];
    return [[key, there]];
  });
  return Object.fromEntries(kept);
}

/** The write takes effect on the very version that was read, as a client's token would have it. */
function versionOf(standing: Standing | null): JsonObject {
  const { resourceVersion, uid } = standing?.resource.metadata ?? {};
  return resourceVersion === undefined ? {} : { resourceVersion, ...(uid === undefined ? {} : { uid }) };
}

/** The annotation's entries with a new run at their head; the one that runs now ends with it. */
export function entriesWith(
  standing: Standing | null,
  next: { readonly run: string; readonly stamp: Stamp; readonly target: JsonObject },
  now: string,
): readonly Entry[] {
  const status = standing?.deployed?.of?.status;
  const entry: Entry = {
    run: next.run,
    stamp: stampToFields(next.stamp),
    launchedAt: now,
    before: status?.jobStatus?.startTime ?? null,
    error: standing?.resource.status?.error ?? null,
    declared: coveredIn(next.target['spec']),
    end: null,
    endedAt: null,
    kept: null,
  };
  return [entry, ...closedEntries(standing, now).filter(({ run }) => run !== next.run)];
}

/** The entries, each run that has to give way with its end. A run of somebody else's gets an entry, so that it is known afterwards. */
export function closedEntries(standing: Standing | null, now: string): readonly Entry[] {
  if (standing === null) return [];
  const { entries, deployed, wanted } = standing;
  const shown = [wanted, deployed].filter((seen): seen is Seen => seen !== null);
  const missing = shown.filter((seen) => entries.every(({ run }) => run !== seen.id)).map(entryOf);
  return [...missing, ...entries].map((entry) => {
    const seen = shown.find(({ id }) => id === entry.run);
    if (seen === undefined || entry.end !== null) return entry;
    const ended = ['failed', 'stopped', 'finished'] as const;
    const end = ended.find((state) => state === seen.state) ?? 'replaced';
    return { ...entry, end, endedAt: seen.endedAt ?? now };
  });
}

function entryOf(seen: Seen): Entry {
  return {
    run: seen.id,
    stamp: seen.stamp === null ? null : stampToFields(seen.stamp),
    launchedAt: seen.startedAt ?? '',
    before: null,
    error: null,
    declared: null,
    end: null,
    endedAt: null,
    kept: null,
  };
}

function textsOf(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
