import { cloudwatchService } from './cloudwatch/index.js';
import { dataflowService } from './dataflow/index.js';
import { environmentOf } from './env.js';
import { flinkService } from './flink/index.js';
import { flinkOperatorService } from './flink-operator/index.js';
import { type GithubOptions, githubService } from './github/index.js';
import { glueService } from './glue/index.js';
import { emulatorClock, type KernelClock } from './kernel/clock.js';
import { startServices } from './kernel/start.js';
import { managedFlinkService } from './managed-flink/index.js';
import { monitoringService } from './monitoring/index.js';
import { s3Service } from './s3/index.js';
import type { EmulatorClock, Service } from './service.js';
import { storageService } from './storage/index.js';
import { identities, stsService } from './sts/index.js';

export interface CloudOptions {
  /** How many times as fast as the real clock the cloud's clock runs; default 1. */
  readonly clockRate?: number;
  /** Names of the services to start; default: all. */
  readonly services?: readonly string[];
  /** Repositories of the emulated GitHub and whether its traffic is validated; default: any repository, without git. */
  readonly github?: GithubOptions;
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
  const all = servicesOf(clock, options.github ?? { repositories: { '*': null } });
  const wanted = options.services ?? all.map(({ name }) => name);
  for (const name of wanted) {
    if (all.some((service) => service.name === name)) continue;
    throw new TypeError(`unknown service "${name}"; known: ${all.map((service) => service.name).join(', ')}`);
  }
  const chosen = all.filter(({ name }) => wanted.includes(name));
  const started = await startServices(chosen, clock, options.log);
  return { ...started, env: environmentOf(started.services, clock) };
}

function servicesOf(clock: EmulatorClock, github: GithubOptions): readonly Service[] {
  const known = identities();
  const storage = storageService(clock);
  const s3 = s3Service(clock, { autoCreate: true, identities: known });
  const dataflow = dataflowService(clock, storage);
  const glue = glueService(clock, { s3: s3.store, identities: known });
  const managedFlink = managedFlinkService(clock, { s3: s3.store, identities: known });
  return [
    dataflow,
    storage,
    monitoringService(clock, dataflow),
    glue,
    s3,
    cloudwatchService(clock, { glue, managedFlink }, { identities: known }),
    stsService(clock, known),
    managedFlink,
    flinkService(clock, { object: (uri, bytes) => s3.store.place(uri, bytes) }),
    flinkOperatorService(clock, { object: (uri, bytes) => s3.store.place(uri, bytes) }),
    githubService(clock, github),
  ];
}
