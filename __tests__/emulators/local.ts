import { emulatorClock } from '../../emulators/kernel/clock.js';
import { startServices } from '../../emulators/kernel/start.js';
import type { EmulatorClock, Service } from '../../emulators/service.js';

/** Services on loopback for one test; `make` gets the clock. Errors inside a service are kept, so that a test can see that there were none. */
export async function startLocal<T extends readonly Service[]>(make: (clock: EmulatorClock) => T) {
  // Nearly at a standstill: only `advance` moves time, however slow the machine is.
  const clock = emulatorClock(1e-6);
  const errors: string[] = [];
  const services = make(clock);
  const started = await startServices(services, clock, (line) => errors.push(line));
  return { ...started, parts: services, errors, advance: (seconds: number) => clock.advance(seconds) };
}

export const credentials = { accessKeyId: 'CANARY', secretAccessKey: 'canary-secret' };
