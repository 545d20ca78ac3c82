import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import pLimit from 'p-limit';
import type { Ambient } from '../../engines/engine.js';
import { withSecrets } from '../../engines/engine.js';
import type { JsonObject } from '../../model/json.js';
import { type Dialect, errorOf, type ReadError } from './errors.js';
import { assumedRole } from './role.js';

/**
 * Longest time of one request, in seconds. Together with what AWS may do with a request after the client gave up, this is `T` of an
 * engine (`times.callSeconds`).
 */
const requestSeconds = 20;
const connectSeconds = 5;

/** What every AWS client of a session shares: region, identity, time-outs, user agent. */
export type ClientSettings = ReturnType<typeof clientSettings>;

export function clientSettings(region: string, target: JsonObject, ambient: Ambient) {
  const role = assumedRole(withSecrets(target, ambient.secret));
  const [product, version] = ambient.userAgent.split('/') as [string, string | undefined];
  return {
    region,
    customUserAgent: [version === undefined ? [product] : [product, version]] as [string, string?][],
    requestHandler: {
      requestTimeout: requestSeconds * 1000,
      throwOnRequestTimeout: true,
      connectionTimeout: connectSeconds * 1000,
    },
    ...(role === null
      ? {}
      : {
          credentials: fromTemporaryCredentials({
            params: {
              RoleArn: role.arn,
              RoleSessionName: 'stream-rollout',
              ...(role.externalId === null ? {} : { ExternalId: role.externalId }),
            },
            clientConfig: { region },
          }),
        }),
  };
}

/** Attempts of the SDK. A read may be repeated; what became of a change whose answer was lost is for the engine to find out. */
export const attempts = { read: 5, write: 1 } as const;

/** Makes one read: null where there is no such thing. Throws a RolloutError. */
export type Read = <T>(what: string, call: () => Promise<T>) => Promise<T | null>;

/** Reads of one session, so many at a time at most: AWS throttles by account. */
export function readsOf(most: number, failureOf: ReadError, { unavailable }: Pick<Dialect, 'unavailable'>): Read {
  const limit = pLimit(most);
  return (what, call) =>
    limit(async () => {
      try {
        return await call();
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === 'missing') return null;
        throw errorOf(failure.kind === 'unknown' ? { ...failure, code: unavailable } : failure, what);
      }
    });
}
