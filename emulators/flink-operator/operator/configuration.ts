import { isObject, type JsonObject } from '../../../src/model/json.js';
import { atLeast } from '../api/version.js';
import type { FlinkOperatorSettings } from '../settings.js';

/** Configuration of one object: its own `flinkConfiguration` over the operator's. */
export class Configuration {
  readonly #own: JsonObject;
  readonly #settings: FlinkOperatorSettings;

  constructor(spec: JsonObject, settings: FlinkOperatorSettings) {
    this.#own = isObject(spec['flinkConfiguration']) ? spec['flinkConfiguration'] : {};
    this.#settings = settings;
  }

  /** First of some keys that is set; empty where none is. */
  text(...keys: readonly string[]): string {
    for (const key of keys) {
      const value = this.#own[key] ?? this.#settings.configuration[key];
      if (value !== undefined && value !== null && value !== '') return String(value);
    }
    return '';
  }

  flag(key: string, usual: boolean): boolean {
    const value = this.text(key);
    return value === '' ? usual : value === 'true';
  }

  /** A duration in seconds. */
  seconds(key: string, usual: number): number {
    const value = this.text(key);
    return value === '' ? usual : secondsOf(value);
  }

  get checkpoints(): string {
    return this.text('state.checkpoints.dir', 'execution.checkpointing.dir');
  }

  get savepoints(): string {
    return this.text('state.savepoints.dir', 'execution.checkpointing.savepoint-dir');
  }

  get highlyAvailable(): boolean {
    const type = this.text('high-availability.type', 'high-availability').toLowerCase();
    return type !== '' && type !== 'none';
  }

  get adaptive(): boolean {
    return this.text('jobmanager.scheduler').toLowerCase() === 'adaptive';
  }

  get rollsBack(): boolean {
    return this.flag('kubernetes.operator.deployment.rollback.enabled', false);
  }

  /** Without HA, `last-state` reads the last checkpoint from a healthy JobManager from 1.10 on. */
  get lastStateNeedsHa(): boolean {
    return !atLeast(this.#settings.operatorVersion, '1.10.0');
  }
}

const units: { readonly [unit: string]: number } = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
};

/** `5 min`, `300s`, `PT5M`. */
export function secondsOf(text: string): number {
  const iso = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text.trim());
  if (iso !== null) return Number(iso[1] ?? 0) * 3600 + Number(iso[2] ?? 0) * 60 + Number(iso[3] ?? 0);
  const [, amount = '0', unit = 'ms'] = /^(\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  return Number(amount) * (units[unit.toLowerCase() || 'ms'] ?? 0.001);
}
