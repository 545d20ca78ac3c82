import { openStores } from '../../../src/artifacts/index.js';
import type { Ambient, Engine } from '../../../src/engines/engine.js';
import type { Clock } from '../../../src/model/clock.js';
import type { JsonObject } from '../../../src/model/json.js';
import { clockOrigin, clockRate } from '../../../src/modes/clock-rate.js';
import { secretsFrom } from '../../../src/modes/secrets.js';
import { clockOf } from '../../../src/rollout/clock.js';
import { openSessions } from '../../../src/rollout/sessions.js';

/** The value of `${secret.TOKEN}`: it must show nowhere but where a secret may stand. */
export const canary = 'canary-7d1f-secret';

/** The real clock; a local cloud's where the account is a rehearsal on one (docs/adding-an-engine.md). */
export function accountClock(): Clock {
  return clockOf(clockRate(process.env), clockOrigin(process.env));
}

/** What an entry point would hand to the engine, and a session opened as a rollout opens it. */
export async function connected(engine: Engine, target: JsonObject, clock: Clock, env: Ambient['env']) {
  const cancel = new AbortController();
  const lines: string[] = [];
  const secrets = secretsFrom({ TOKEN: canary }, () => undefined);
  const plain = {
    env,
    clock,
    userAgent: 'stream-rollout/0.0.0',
    signal: cancel.signal,
    secret: secrets.read,
    log: (line: string) => void lines.push(line),
  };
  const stores = openStores(plain);
  const ambient: Ambient = { ...plain, read: stores.get };
  const sessions = openSessions(ambient, secrets.mask);
  async function close(): Promise<void> {
    await sessions.close();
    stores.close();
  }
  return { ambient, cancel, lines, session: await sessions.get(engine, target), close };
}
