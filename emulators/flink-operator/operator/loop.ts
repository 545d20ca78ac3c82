import type { JsonObject } from '../../../src/model/json.js';
import {
  flinkBlueGreenDeployments,
  flinkDeployments,
  flinkSessionJobs,
  flinkStateSnapshots,
  type Kind,
} from '../api/kinds.js';
import type { Store } from '../api/store.js';
import { objectAt, textAt } from '../api/value.js';
import { remove } from '../api/write.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { lookAtBlueGreen } from './blue-green.js';
import type { Clusters } from './cluster.js';
import { Died, keyOf, type Memory, type Operator } from './context.js';
import { lookAtDeployment } from './deployment.js';
import { lookAtSessionJob } from './session-job.js';
import { lookAtSnapshot } from './snapshot.js';
import { newest, operatorName } from './writer.js';

type LookAt = (operator: Operator, object: JsonObject, now: number) => number | null;

const controllers: ReadonlyMap<Kind, LookAt> = new Map([
  [flinkDeployments, lookAtDeployment],
  [flinkSessionJobs, lookAtSessionJob],
  [flinkStateSnapshots, lookAtSnapshot],
  [flinkBlueGreenDeployments, lookAtBlueGreen],
]);

interface Due {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  at: number;
}

type Point = 'before-deploy' | 'after-deploy';

/** The operator's loop: looks at each object when something changed and when it said it would. Follows the clock of whoever asks. */
export class Loop implements Operator {
  readonly store: Store;
  readonly clusters: Clusters;
  readonly settings: () => FlinkOperatorSettings;
  memory: Memory = fresh();
  readonly #due = new Map<string, Due>();
  #seen: number;
  /** The process is away until then. */
  #away = 0;
  #plan: { readonly point: Point; readonly seconds: number } | null = null;

  constructor(store: Store, clusters: Clusters, settings: () => FlinkOperatorSettings) {
    this.store = store;
    this.clusters = clusters;
    this.settings = settings;
    this.#seen = store.version;
    store.orphaned = (kind, object, now) => {
      const { namespace, name } = objectAt(object, 'metadata') as { readonly [field: string]: string };
      const write = {
        kind,
        namespace: namespace ?? '',
        name: name ?? '',
        subresource: '' as const,
        manager: operatorName,
      };
      remove(store, { ...write, dryRun: false, force: false, validation: 'Ignore', now, operatorVersion: newest }, {});
    };
  }

  /** The process dies now, or at the next such point, and is back after so many seconds. */
  crash(when: 'now' | Point, seconds: number, now: number): void {
    if (when === 'now') this.#die(now, seconds);
    else this.#plan = { point: when, seconds };
  }

  passes(point: Point): void {
    if (this.#plan?.point !== point) return;
    throw new Died(point);
  }

  /** Carries out all that is due, in the order in which it is. */
  settle(now: number): void {
    for (;;) {
      this.#notice();
      const next = [...this.#due.values()].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || Math.max(next.at, this.#away) > now) break;
      this.#look(next, Math.max(next.at, this.#away));
    }
    this.clusters.settle(now);
  }

  /** Looks at an object again without waiting, as when something it depends on changed. */
  #notice(): void {
    for (const change of this.store.changesAfter(this.#seen)) {
      this.#seen = change.version;
      if (!controllers.has(change.kind)) continue;
      const { namespace, name } = objectAt(change.object, 'metadata') as { readonly [field: string]: string };
      const key = `${change.kind.plural} ${keyOf(change.object)}`;
      if (change.type === 'DELETED') {
        this.#due.delete(key);
        continue;
      }
      if (change.before !== null && !isNews(change.before, change.object)) continue;
      const at = change.at + this.settings().watchSeconds * 1000;
      const due = this.#due.get(key);
      if (due === undefined)
        this.#due.set(key, { kind: change.kind, namespace: namespace ?? '', name: name ?? '', at });
      else if (at < due.at) due.at = at;
    }
  }

  #look(due: Due, at: number): void {
    this.clusters.settle(at);
    const object = this.store.get(due.kind, due.namespace, due.name);
    const key = `${due.kind.plural} ${due.namespace}/${due.name}`;
    if (object === null) {
      this.#due.delete(key);
      return;
    }
    try {
      const next = controllers.get(due.kind)?.(this, object, at) ?? null;
      // What the operator wrote itself is no news to it.
      this.#seen = Math.max(this.#seen, this.#ownChanges(due));
      due.at = next === null ? Infinity : at + Math.max(1, next * 1000);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#die(at, this.#plan?.seconds ?? 0);
    }
  }

  /** Its own writes to the object; those to others (children) are noticed. */
  #ownChanges({ kind, namespace, name }: Due): number {
    const changes = this.store.changesAfter(this.#seen);
    const foreign = changes.findIndex(
      (change) =>
        controllers.has(change.kind) && !(change.kind === kind && keyOf(change.object) === `${namespace}/${name}`),
    );
    return foreign < 0 ? this.store.version : (changes[foreign]?.version ?? 1) - 1;
  }

  #die(now: number, seconds: number): void {
    this.#plan = null;
    this.memory = fresh();
    this.#away = now + seconds * 1000;
    // It looks at everything when it is back.
    for (const due of this.#due.values()) due.at = this.#away;
  }
}

function fresh(): Memory {
  return { tries: new Map(), stopping: new Map(), readySince: new Map() };
}

/** A change that the operator's filters let through: another generation, or a deletion. */
function isNews(before: JsonObject, after: JsonObject): boolean {
  const of = (object: JsonObject, field: string) => objectAt(object, 'metadata')[field];
  return (
    of(before, 'generation') !== of(after, 'generation') ||
    textAt(before, 'metadata', 'deletionTimestamp') !== textAt(after, 'metadata', 'deletionTimestamp')
  );
}
