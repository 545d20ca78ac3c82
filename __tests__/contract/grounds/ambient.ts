import type { Ambient } from '../../../src/engines/engine.js';
import type { Clock } from '../../../src/model/clock.js';
import { RolloutError } from '../../../src/model/error.js';

/** The value of `${secret.TOKEN}`: it must show nowhere but where a secret may stand. */
export const canary = 'canary-7d1f-secret';

/** What an entry point would hand to the engine. */
export function ambientOf(clock: Clock, env: Ambient['env']) {
  const cancel = new AbortController();
  const lines: string[] = [];
  const ambient: Ambient = {
    env,
    clock,
    userAgent: 'stream-rollout/0.0.0',
    signal: cancel.signal,
    secret(name) {
      if (name === 'TOKEN') return canary;
      throw new RolloutError('secret-missing', `no secret ${name}`);
    },
    log: (line) => void lines.push(line),
  };
  return { ambient, cancel, lines };
}
