import type { Service } from '../service.js';
import type { KernelClock } from './clock.js';
import { control } from './control.js';
import { Faults } from './faults.js';
import type { Listening } from './listen.js';
import { RequestLog } from './requests.js';
import { type Kernel, serve } from './serve.js';

/** Services that listen, each on its own port, and their control endpoint. */
export interface Started {
  /** Service name to base URL, without a slash at the end. */
  readonly services: { readonly [name: string]: string };
  readonly control: string;
  readonly clock: KernelClock;
  /** Ends open connections and frees the ports. */
  close(): Promise<void>;
}

/** Starts services on 127.0.0.1 with one clock, one request log and one set of faults. `log` gets a line for each error inside a service. */
export async function startServices(
  services: readonly Service[],
  clock: KernelClock,
  log: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<Started> {
  const ending = new AbortController();
  const kernel: Kernel = { clock, log, faults: new Faults(), requests: new RequestLog(), signal: ending.signal };
  const open: Listening[] = [];
  const close = async () => {
    ending.abort();
    await Promise.all(open.splice(0).map((server) => server.close()));
    for (const service of services) service.close?.();
  };
  try {
    const urls: { [name: string]: string } = {};
    for (const service of services) {
      const server = await serve(service, kernel);
      open.push(server);
      urls[service.name] = server.url;
    }
    const endpoint = await control(kernel, services);
    open.push(endpoint);
    return { services: urls, control: endpoint.url, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
}
