import type { JsonObject } from '../../../src/model/json.js';
import type { Kind } from '../api/kinds.js';
import type { Store } from '../api/store.js';
import { textAt } from '../api/value.js';
import type { FlinkOperatorSettings } from '../settings.js';
import type { Cluster, Clusters } from './cluster.js';
import { Configuration } from './configuration.js';
import { shown } from './status.js';
import { type Status, tell, writeStatus } from './writer.js';

/** The operator's process died where a test of resilience wants it to. */
export class Died extends Error {}

/** What the operator does as it goes and forgets when it dies. */
export interface Memory {
  /** Failed tries of one object since the last that did not fail. */
  readonly tries: Map<string, number>;
  /** Savepoints that it waits for: the id of the trigger, by object. */
  readonly stopping: Map<string, { readonly trigger: string; readonly since: number }>;
  /** Since when a JobManager answers. */
  readonly readySince: Map<string, number>;
}

/** The operator's surroundings. */
export interface Operator {
  readonly store: Store;
  readonly clusters: Clusters;
  readonly memory: Memory;
  settings(): FlinkOperatorSettings;
  /** Passes a point at which the process can die. Throws Died. */
  passes(point: 'before-deploy' | 'after-deploy'): void;
}

/** One look at one object. */
export class Look {
  readonly operator: Operator;
  readonly kind: Kind;
  readonly object: JsonObject;
  readonly status: Status;
  readonly now: number;
  readonly key: string;

  constructor(operator: Operator, kind: Kind, object: JsonObject, status: Status, now: number) {
    this.operator = operator;
    this.kind = kind;
    this.object = object;
    this.status = status;
    this.now = now;
    this.key = keyOf(object);
  }

  /** Under which the operator remembers the object: objects of two kinds may have one name. */
  get remembered(): string {
    return `${this.kind.plural} ${this.key}`;
  }

  get spec(): JsonObject {
    return (this.object['spec'] ?? {}) as JsonObject;
  }

  get settings(): FlinkOperatorSettings {
    return this.operator.settings();
  }

  get cluster(): Cluster | null {
    return this.operator.clusters.get(this.key);
  }

  configuration(spec: JsonObject = this.spec): Configuration {
    return new Configuration(spec, this.settings);
  }

  /** Writes the status as it is by now. */
  save(): void {
    const { operator, kind, object, status, spec, settings, now } = this;
    const whole = shown(status, spec, settings, now);
    Object.assign(status, whole);
    writeStatus(operator.store, kind, object, whole, now);
  }

  tell(
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    component: Parameters<typeof tell>[5] = 'Job',
  ): void {
    tell(this.operator.store, this.object, type, reason, message, component, this.now);
  }
}

export function keyOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}
