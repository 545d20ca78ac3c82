import { createHash } from 'node:crypto';
import type { FlinkSettings } from './settings.js';

/** Settings of a version. */
export interface Config {
  readonly runtime: string;
  readonly role: string;
  readonly code: { readonly bucketArn: string; readonly key: string; readonly version: string | null };
  readonly groups: { readonly [group: string]: { readonly [key: string]: string } };
  readonly parallelism: {
    readonly type: string;
    readonly value: number;
    readonly perKpu: number;
    readonly scaling: boolean;
  };
  readonly checkpoints: {
    readonly type: string;
    readonly enabled: boolean;
    readonly interval: number;
    readonly pause: number;
  };
  readonly monitoring: { readonly type: string; readonly metrics: string; readonly log: string };
  readonly snapshots: boolean;
  readonly rollback: boolean;
  readonly run: { readonly type: string; readonly snapshot: string | null; readonly allow: boolean };
}

/** A version never changes. Times in milliseconds. */
export interface Version {
  readonly id: number;
  readonly at: number;
  readonly config: Config;
  readonly from: number | null;
  readonly rolledBackFrom: number | null;
  readonly rolledBackTo: number | null;
}

export interface Operation {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  readonly versions: { readonly from: number; readonly to: number } | null;
  endedAt: number | null;
  failed: boolean;
  error: string | null;
  rollback: string | null;
}

export interface Snapshot {
  readonly name: string;
  readonly at: number;
  readonly readyAt: number;
  readonly version: number;
  readonly runtime: string;
  readonly fails: boolean;
}

/** A state that passes by itself at `until` (milliseconds). */
export interface Phase {
  readonly until: number;
  end(at: number): void;
}

/** What is common to all applications. `readCode`: the object's text, null where there is none. */
export interface World {
  settings: FlinkSettings;
  readCode(bucket: string, key: string): string | null;
}

/** One application: its versions, what was done to it, and the state that it is in. */
export class Application {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly versions = new Map<number, Version>();
  readonly operations: Operation[] = [];
  snapshots: Snapshot[] = [];
  status = 'READY';
  phase: Phase | null = null;
  /** Every state that it entered, oldest first, at the version that it had by then. */
  readonly history: { readonly at: number; readonly status: string; readonly version: number }[] = [];
  currentId = 1;
  changed: number;

  constructor(name: string, arn: string, config: Config, at: number) {
    this.name = name;
    this.arn = arn;
    this.created = at;
    this.changed = at;
    this.versions.set(1, { id: 1, at, config, from: null, rolledBackFrom: null, rolledBackTo: null });
  }

  get current(): Version {
    return this.versions.get(this.currentId) as Version;
  }

  /** Changes with every accepted change, as a fence for the next one. */
  get token(): string {
    return digest(`${this.arn} ${this.currentId} ${this.versions.size}`).slice(0, 32);
  }

  add(config: Config, at: number, rolledBack: { readonly from: number; readonly to: number } | null = null): Version {
    const id = Math.max(...this.versions.keys()) + 1;
    const version = {
      id,
      at,
      config,
      from: this.currentId,
      rolledBackFrom: rolledBack?.from ?? null,
      rolledBackTo: rolledBack?.to ?? null,
    };
    this.versions.set(id, version);
    this.currentId = id;
    return version;
  }

  begin(name: string, at: number, versions: Operation['versions'] = null): Operation {
    const id = digest(`${this.arn} ${this.operations.length}`).slice(0, 22);
    const operation = {
      id,
      name,
      startedAt: at,
      versions,
      endedAt: null,
      failed: false,
      error: null,
      rollback: null,
    };
    this.operations.push(operation);
    return operation;
  }

  enter(status: string, at: number, seconds = 0, end: ((at: number) => void) | null = null): void {
    this.status = status;
    this.changed = at;
    this.history.push({ at, status, version: this.currentId });
    this.phase = end === null ? null : { until: at + seconds * 1000, end };
  }

  /** Lets everything happen that is due. */
  settle(now: number): void {
    for (let phase = this.phase; phase !== null && phase.until <= now; phase = this.phase) {
      this.phase = null;
      phase.end(phase.until);
    }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').replace(/[-_]/g, 'x');
}
