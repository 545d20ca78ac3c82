import type { Engine } from '../engines/engine.js';
import { RolloutError } from '../model/error.js';

type Env = { readonly [name: string]: string | undefined };

/** Variables whose values are endpoints of cloud services; all of them must be loopback before the clock may run faster. */
const endpoint =
  /^(AWS_ENDPOINT_URL(_|$)|CLOUDSDK_API_ENDPOINT_OVERRIDES_|STORAGE_EMULATOR_HOST$|GITHUB_API_URL$|STREAM_ROLLOUT_FLINK_URL$)/;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The local cloud's clock rate. It counts only while every endpoint is loopback, so that it can never shorten a wait on a real cloud. */
export function clockRate(env: Env): number {
  const rate = Number(env['STREAM_ROLLOUT_CLOCK_RATE'] ?? '1');
  if (!Number.isFinite(rate) || rate <= 1) return 1;
  const urls = Object.entries(env).filter(([name, value]) => endpoint.test(name) && value);
  if (urls.length === 0) return 1;
  return urls.every(([, value]) => isLoopback(value ?? '')) ? Math.min(rate, 10_000) : 1;
}

function isLoopback(url: string): boolean {
  try {
    return loopback.has(new URL(url.includes('://') ? url : `http://${url}`).hostname);
  } catch {
    return false;
  }
}

/** Services of the ledger's stores, by the scheme of its address. */
const stores: { readonly [scheme: string]: readonly (readonly string[])[] } = {
  s3: [['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']],
  gs: [['STORAGE_EMULATOR_HOST']],
};

/**
 * Refuses a fast clock for an engine of which one service is not on this machine: one loopback endpoint says nothing about the others.
 * An engine that does not say what it calls is refused, too. Throws `clock-rate-refused`.
 */
export function admitEngine(env: Env, engine: Pick<Engine, 'id' | 'endpoints'>): void {
  admit(env, `the engine \`${engine.id}\``, engine.endpoints ?? null);
}

/** The same for the store of a ledger's address. */
export function admitLedger(env: Env, address: string): void {
  const scheme = address.split(':')[0] ?? '';
  admit(env, `the ledger ${address}`, stores[scheme] ?? []);
}

function admit(env: Env, what: string, services: readonly (readonly string[])[] | null): void {
  if (clockRate(env) === 1) return;
  const elsewhere = services?.find((names) => !isLoopback(names.map((name) => env[name]).find(Boolean) ?? ''));
  if (services !== null && elsewhere === undefined) return;
  const why = elsewhere === undefined ? 'it does not say which services it calls' : `${elsewhere[0]} is not set to one`;
  throw new RolloutError(
    'clock-rate-refused',
    `STREAM_ROLLOUT_CLOCK_RATE is ${env['STREAM_ROLLOUT_CLOCK_RATE']}, but ${what} is not on a local cloud: ${why}.`,
    {
      class: 'input',
      next: 'Unset STREAM_ROLLOUT_CLOCK_RATE, or take all variables that `emulate` prints.',
    },
  );
}

/** When the local cloud's clock was started, in milliseconds of real time; undefined where it is not told. */
export function clockOrigin(env: Env): number | undefined {
  const origin = Number(env['STREAM_ROLLOUT_CLOCK_ORIGIN']);
  return Number.isFinite(origin) && origin > 0 && origin <= Date.now() ? origin : undefined;
}
