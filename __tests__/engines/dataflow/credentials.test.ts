import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openApi } from '../../../src/engines/dataflow/api.js';
import { endpointOf } from '../../../src/engines/dataflow/credentials.js';
import { dataflow } from '../../../src/engines/dataflow/index.js';
import type { Ambient } from '../../../src/engines/engine.js';
import { subject, target } from './world.js';

interface Seen {
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const servers: http.Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers with what `answer` gives (`httpStatus` where it is not 200), or never for null. */
async function serve(answer: (seen: Seen) => object | null): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const one = { url: request.url ?? '', headers: request.headers, body };
      seen.push(one);
      const found = answer(one);
      if (found === null) return;
      const { httpStatus = 200 } = found as { readonly httpStatus?: number };
      response.writeHead(httpStatus, { 'content-type': 'application/json' }).end(JSON.stringify(found));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const ambient = (env: Ambient['env']): Ambient => ({
  env,
  clock: { now: () => 0, sleep: async () => undefined },
  userAgent: 'stream-rollout/1.2.3',
  signal: new AbortController().signal,
  secret: (name) => name,
  log: () => undefined,
});

describe('an endpoint override', () => {
  const name = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW';

  it.each([
    ['http://127.0.0.1:8080/', { protocol: 'http', host: '127.0.0.1', port: 8080, loopback: true }],
    ['https://dataflow.example/', { protocol: 'https', host: 'dataflow.example', port: 443, loopback: false }],
  ])('%s is taken', (url, expected) => {
    expect(endpointOf(url, name)).toMatchObject(expected);
  });

  it.each(['http://dataflow.example/', 'http://127.0.0.1.example/', 'nonsense', 'ftp://127.0.0.1/'])(
    '%s is refused: tokens must not travel in clear text',
    (url) => {
      expect(() => endpointOf(url, name)).toThrow(expect.objectContaining({ code: 'dataflow-endpoint-refused' }));
    },
  );

  it('is absent where the variable is', () => {
    expect(endpointOf(undefined, name)).toBeNull();
    expect(endpointOf('', name)).toBeNull();
  });
});

describe('a session', () => {
  it('says who it is, and sends no credentials to this machine', async () => {
    const api = await serve(() => ({}));
    const env = { CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: `${api.url}/` };
    const session = await dataflow.connect(dataflow.place(target, { env }), target, ambient(env));
    await session.observe([subject]);
    expect(api.seen).toHaveLength(1);
    expect(api.seen[0]?.headers['user-agent']).toContain('stream-rollout/1.2.3');
    expect(api.seen[0]?.headers.authorization).toBeUndefined();
    expect(api.seen[0]?.url).toContain('/v1b3/projects/acme-prod/locations/europe-west1/jobs?filter=3');
    await session.close?.();
  });

  it('acts as the service account of `impersonate`', async () => {
    const api = await serve(() => ({}));
    const iam = await serve(() => ({ accessToken: 'canary-token', expireTime: '2099-01-01T00:00:00Z' }));
    const env = {
      CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: api.url,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS: iam.url,
    };
    const acting = { ...target, impersonate: 'rollout@acme-prod.iam.gserviceaccount.com' };
    const session = await dataflow.connect(dataflow.place(acting, { env }), acting, ambient(env));
    await session.observe([subject]);
    await session.observe([subject]);
    expect(iam.seen.map(({ url }) => url)).toEqual([
      '/v1/projects/-/serviceAccounts/rollout@acme-prod.iam.gserviceaccount.com:generateAccessToken',
    ]);
    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer canary-token',
      'Bearer canary-token',
    ]);
    await session.close?.();
  });

  it.each(['listJobs', 'launch'])(
    'takes a new token where the API refuses the one it has, in a %s too',
    async (what) => {
      let tokens = 0;
      const expired = {
        httpStatus: 401,
        error: { code: 401, message: 'Invalid credentials.', status: 'UNAUTHENTICATED' },
      };
      const api = await serve(({ headers }) =>
        headers.authorization === 'Bearer canary-1' ? expired : { job: { id: 'new' } },
      );
      const iam = await serve(() => {
        tokens += 1;
        return { accessToken: `canary-${tokens}`, expireTime: '2099-01-01T00:00:00Z' };
      });
      const env = {
        CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: api.url,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS: iam.url,
      };
      const reach = {
        project: 'acme-prod',
        region: 'europe-west1',
        impersonate: 'rollout@acme-prod.iam.gserviceaccount.com',
      };
      const calls = await openApi(reach, ambient(env));
      await (what === 'launch' ? calls.launchFlex({ jobName: 'orders' }) : calls.jobs({ filter: 'ACTIVE' }));
      // Refused without an effect, so a launch may be sent once more.
      expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer canary-1', 'Bearer canary-2']);
      expect(tokens).toBe(2);
      await calls.close();
    },
  );

  it('says that credentials are missing before it calls anything', async () => {
    const env = { GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent/canary.json' };
    await expect(dataflow.connect(dataflow.place(target, { env }), target, ambient(env))).rejects.toMatchObject({
      code: 'dataflow-not-authenticated',
    });
  });

  it('does not wait for ever for an answer, and sends a launch that hangs once', async () => {
    const api = await serve(({ url }) => (url.includes('launch') ? null : {}));
    const env = { CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: api.url };
    const reach = { project: 'p', region: 'r', impersonate: undefined, timeoutMilliseconds: 200 };
    const client = await openApi(reach, ambient(env));
    await expect(client.launchFlex({ jobName: 'orders' })).rejects.toThrow();
    expect(api.seen).toHaveLength(1);
    await client.close();
  });
});
