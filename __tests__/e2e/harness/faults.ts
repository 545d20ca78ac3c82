import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.js';
import type { Files } from './repo.js';
import type { Done, PushOptions, Stage } from './stage.js';

/** What goes wrong with one call, in a table's words. */
export const kinds = {
  '429 that says how long to wait': { when: 'before', effect: 'status', status: 429, retryAfterSeconds: 90, times: 3 },
  '429 that says how long the client waits': {
    ...{ when: 'before', effect: 'status', status: 429, times: 1 },
    ...{ retryAfterSeconds: 3 },
  },
  '429 without a time': { when: 'before', effect: 'status', status: 429, times: 2 },
  '503 before the effect': { when: 'before', effect: 'status', status: 503 },
  '503 after the effect': { when: 'after', effect: 'status', status: 503 },
  '502 page of a proxy': { when: 'before', effect: 'status', status: 502, html: true },
  'connection cut before the effect': { when: 'before', effect: 'reset' },
  'connection cut after the effect': { when: 'after', effect: 'reset' },
  'no answer, no effect': { when: 'before', effect: 'hang' },
  'no answer, with effect': { when: 'after', effect: 'hang' },
  'token refused twice': { when: 'before', effect: 'status', status: 401, times: 2 },
} as const satisfies { readonly [name: string]: JsonObject };
export type Kind = keyof typeof kinds;

export interface At {
  readonly service: string;
  readonly operation: string;
  readonly nth?: number;
}

/** Sets a fault, pushes, and makes sure that the fault was met. */
export async function pushInto(
  stage: Stage,
  at: At,
  fault: JsonObject,
  files: Files,
  options: PushOptions = {},
): Promise<Done> {
  await stage.cloud.clearFaults();
  await stage.cloud.fault({ service: at.service, operation: at.operation, nth: at.nth ?? 1, ...fault });
  const done = await stage.push(files, options);
  const [met] = await stage.cloud.faults();
  if (met === undefined || met.fired === 0) throw new Error(`${at.operation} was not asked: ${JSON.stringify(met)}`);
  return done;
}

/** Between a refusal that names a time and the next try at least that time went by, by the cloud's clock. */
export function expectWaits(done: Done, { service, operation }: At, seconds: number): void {
  const calls = done.requests.filter((call) => call.service === service && call.operation === operation);
  const waits = calls.flatMap((call, i) => {
    const next = calls[i + 1];
    return call.status >= 400 && next !== undefined ? [(Date.parse(next.at) - Date.parse(call.at)) / 1000] : [];
  });
  expect(waits.length).toBeGreaterThan(0);
  // A timer may fire a millisecond early, which is half a second here.
  for (const wait of waits) expect(wait).toBeGreaterThan(seconds - 2);
}
