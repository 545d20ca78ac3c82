import type { AuthClient } from 'google-auth-library';
import { RolloutError } from '../../model/error.js';
import type { Ambient } from '../engine.js';
import { notAuthenticated } from './fault.js';

/** Longest time of one call, by the real clock. The client enforces no deadline of its own in REST mode. */
export const callTimeoutMilliseconds = 30_000;

/** A token that the API refuses although it should still hold (revoked, or a clock that is wrong) is renewed and the call made once more: 401 means no effect. */
const renewing = { forceRefreshOnFailure: true };

const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

/** Where an API is reached. */
export interface Endpoint {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly loopback: boolean;
}

/** Endpoint of an API from an override URL; null: the public one. Plain http is taken on this machine only. */
export function endpointOf(override: string | undefined, variable: string): Endpoint | null {
  if (!override) return null;
  const url = URL.canParse(override) ? new URL(override) : null;
  const loopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))) {
    throw new RolloutError('dataflow-endpoint-refused', `${variable} is neither an https URL nor a loopback address.`, {
      class: 'input',
      next: `Correct or unset ${variable}.`,
    });
  }
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? (protocol === 'https' ? 443 : 80) : Number(url.port);
  return { protocol, host: url.hostname, port, url: url.origin, loopback };
}

/**
 * Credentials of a session: the ambient ones (a file named by GOOGLE_APPLICATION_CREDENTIALS, else the well-known places), acting as
 * `impersonate` if it is given; none at all for an endpoint on this machine.
 */
export async function credentials(
  endpoint: Endpoint | null,
  project: string,
  impersonate: string | undefined,
  env: Ambient['env'],
  timeout = callTimeoutMilliseconds,
): Promise<AuthClient> {
  const { GoogleAuth, Impersonated, PassThroughClient } = await import('./sdk-auth.js');
  const transporterOptions = { timeout };
  const variable = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS';
  const iam = endpointOf(env[variable], variable);
  if (endpoint?.loopback && (!impersonate || !iam?.loopback)) return new PassThroughClient({ transporterOptions });
  const source = endpoint?.loopback ? new PassThroughClient({ transporterOptions }) : await ambientClient();
  if (!impersonate) return source;
  return new Impersonated({
    sourceClient: source,
    targetPrincipal: impersonate,
    targetScopes: scopes,
    lifetime: 3600,
    delegates: [],
    transporterOptions,
    ...renewing,
    ...(iam && { endpoint: iam.url }),
  });

  async function ambientClient(): Promise<AuthClient> {
    const file = env['GOOGLE_APPLICATION_CREDENTIALS'];
    try {
      // The project is always given: without it the library asks the Resource Manager and fails where that is not reachable.
      const auth = new GoogleAuth({
        scopes,
        projectId: project,
        clientOptions: { transporterOptions, ...renewing },
        ...(file && { keyFilename: file }),
      });
      return await auth.getClient();
    } catch (cause) {
      throw notAuthenticated(textOf(cause), cause);
    }
  }
}

/** Makes sure that a valid token is at hand, so that a call that fails afterwards failed at the API and not before it. */
export async function authorize(client: AuthClient): Promise<void> {
  try {
    await client.getAccessToken();
  } catch (cause) {
    throw notAuthenticated(textOf(cause), cause);
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
