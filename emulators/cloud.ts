import { environmentOf } from './env.js';
import { emulatorClock, type KernelClock } from './kernel/clock.js';
import { startServices } from './kernel/start.js';
import { s3Service } from './s3/index.js';
import type { EmulatorClock, Service } from './service.js';
import { storageService } from './storage/index.js';
import { stsService } from './sts/index.js';

export interface CloudOptions {
  /** How many times as fast as the real clock the cloud's clock runs; default 1. */
  readonly clockRate?: number;
  /** Names of the services to start; default: all. */
  readonly services?: readonly string[];
  /** Gets one line for each error inside a service; default: stderr. */
  readonly log?: (line: string) => void;
}

/** A running local cloud on 127.0.0.1. */
export interface Cloud {
  /** Variables that point SDKs and the tool here, with throw-away credentials. */
  readonly env: { readonly [name: string]: string };
  /** Service name to base URL. */
  readonly services: { readonly [name: string]: string };
  readonly control: string;
  readonly clock: KernelClock;
  close(): Promise<void>;
}

/** Starts a local cloud with a state of its own. Throws a TypeError for an unknown service. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const clock = emulatorClock(options.clockRate ?? 1);
  const all = servicesOf(clock);
  const wanted = options.services ?? all.map(({ name }) => name);
  for (const name of wanted) {
    if (all.some((service) => service.name === name)) continue;
    throw new TypeError(`unknown service "${name}"; known: ${all.map((service) => service.name).join(', ')}`);
  }
  const chosen = all.filter(({ name }) => wanted.includes(name));
  const started = await startServices(chosen, clock, options.log);
  return { ...started, env: environmentOf(started.services, clock) };
}

function servicesOf(clock: EmulatorClock): readonly Service[] {
  const storage = storageService(clock);
  return [storage, s3Service(clock), stsService(clock)];
}
