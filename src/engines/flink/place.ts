import { createHash } from 'node:crypto';
import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import type { Ambient, Place } from '../engine.js';
import { verbsOf } from './verbs.js';

/** Points every Flink target at one cluster, as a local cloud needs it. */
export const urlVariable = 'STREAM_ROLLOUT_FLINK_URL';

/** Base URL of the REST API without a slash at the end. Throws `flink-url-missing` (class input). */
export function urlOf(target: JsonObject, { env }: Pick<Ambient, 'env'>): string {
  const given = env[urlVariable] || target['url'];
  if (typeof given === 'string' && URL.canParse(given)) {
    const { protocol, host, pathname } = new URL(given);
    if (protocol === 'http:' || protocol === 'https:') return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
  }
  throw new RolloutError('flink-url-missing', `A Flink job needs target.url; it is ${JSON.stringify(given ?? null)}.`, {
    class: 'input',
    next: 'Give target.url, for example http://flink.internal:8081, in the job or in defaults.flink.target.',
  });
}

/** The cluster says where a run lives; headers, client certificate and verbs make the session. Secrets stand as references. */
export function placeOf(target: JsonObject, ambient: Pick<Ambient, 'env'>): Place {
  const key = urlOf(target, ambient);
  const identity = JSON.stringify([target['headers'] ?? null, target['tls'] ?? null]);
  const mark = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  return { key, session: `${key} as ${mark} for ${verbsOf(target).join(',')}` };
}
