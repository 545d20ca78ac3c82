import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../src/model/json.js';
import { apiVersionOf, type Kind } from './kinds.js';
import { objectAt, same, textAt, without } from './value.js';

/** A change as a watch shows it. `version`: the resource version that it made. */
export interface Change {
  readonly version: number;
  /** When, in milliseconds of the emulated clock. */
  readonly at: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: Kind;
  readonly object: JsonObject;
  /** The object before; null for a new one. */
  readonly before: JsonObject | null;
}

/** Changes that a watch can begin from; older ones are gone (410). */
const keptChanges = 10_000;

/** All objects of a cluster, with one counter of versions, and the changes that made them. */
export class Store {
  readonly #objects = new Map<string, { readonly kind: Kind; readonly object: JsonObject }>();
  #changes: Change[] = [];
  #version = 1000;

  get version(): number {
    return this.#version;
  }

  /** Oldest version that a watch can go on from. */
  get oldest(): number {
    return (this.#changes[0]?.version ?? this.#version + 1) - 1;
  }

  changesAfter(version: number): readonly Change[] {
    const first = this.#changes.findIndex((change) => change.version > version);
    return first < 0 ? [] : this.#changes.slice(first);
  }

  get(kind: Kind, namespace: string, name: string): JsonObject | null {
    return this.#objects.get(keyOf(kind, namespace, name))?.object ?? null;
  }

  /** Objects of a kind, by namespace and name; `namespace` empty: of all. */
  list(kind: Kind, namespace = ''): readonly JsonObject[] {
    return [...this.#objects.values()]
      .filter(
        (one) => one.kind === kind && (namespace === '' || textAt(one.object, 'metadata', 'namespace') === namespace),
      )
      .map(({ object }) => object)
      .sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  }

  /** Keeps an object as it is after a write; one that did not change gets no new version. Returns what is kept. */
  put(kind: Kind, object: JsonObject, now: number): JsonObject {
    const metadata = objectAt(object, 'metadata');
    const key = keyOf(kind, textAt(metadata, 'namespace'), textAt(metadata, 'name'));
    const before = this.#objects.get(key)?.object ?? null;
    if (before !== null && same(before, object)) return before;
    const kept = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      ...without(object, 'apiVersion', 'kind'),
      metadata: {
        ...metadata,
        uid: metadata['uid'] ?? randomUUID(),
        creationTimestamp: metadata['creationTimestamp'] ?? timeOf(now),
        resourceVersion: String(this.#version + 1),
      },
    };
    this.#objects.set(key, { kind, object: kept });
    this.#record(before === null ? 'ADDED' : 'MODIFIED', kind, kept, before, now);
    return kept;
  }

  remove(kind: Kind, namespace: string, name: string, now: number): JsonObject | null {
    const key = keyOf(kind, namespace, name);
    const before = this.#objects.get(key)?.object ?? null;
    if (before === null) return null;
    this.#objects.delete(key);
    const metadata = { ...objectAt(before, 'metadata'), resourceVersion: String(this.#version + 1) };
    this.#record('DELETED', kind, { ...before, metadata }, before, now);
    for (const { kind: owned, object } of [...this.#objects.values()]) {
      const owners = objectAt(object, 'metadata')['ownerReferences'];
      const uid = textAt(before, 'metadata', 'uid');
      if (!Array.isArray(owners) || !owners.some((owner: JsonObject) => owner['uid'] === uid)) continue;
      this.orphaned?.(owned, object, now);
    }
    return before;
  }

  /** Called with each object whose owner is gone: the garbage collector. */
  orphaned: ((kind: Kind, object: JsonObject, now: number) => void) | null = null;

  #record(type: Change['type'], kind: Kind, object: JsonObject, before: JsonObject | null, at: number): void {
    this.#version += 1;
    this.#changes.push({ version: this.#version, at, type, kind, object, before });
    if (this.#changes.length > keptChanges * 1.1) this.#changes = this.#changes.slice(-keptChanges);
  }
}

/** `2026-11-23T04:00:00Z`: the server's times have whole seconds. */
export function timeOf(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}

function keyOf({ plural, group }: Kind, namespace: string, name: string): string {
  return `${group}/${plural}/${namespace}/${name}`;
}

function pathOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}
