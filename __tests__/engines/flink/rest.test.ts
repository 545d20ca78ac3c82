import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Ambient } from '../../../src/engines/engine.js';
import { urlOf } from '../../../src/engines/flink/place.js';
import type { JsonObject } from '../../../src/model/json.js';
import { openApi } from '../../../src/platforms/flink/api.js';
import { type Access, openRest } from '../../../src/platforms/flink/rest.js';
import { type Certified, selfSigned } from './certificate.js';

const open: (http.Server | https.Server)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening<S extends http.Server | https.Server>(server: S): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const ambient: Ambient = {
  env: {},
  clock: { now: () => 0, sleep: async () => {} },
  userAgent: 'stream-rollout/0.0.0',
  signal: new AbortController().signal,
  secret: (name) => `canary-${name}`,
  log: () => {},
};

function restOn(target: JsonObject) {
  const rest = openRest(urlOf(target, ambient), target as Access, ambient);
  return { api: openApi(rest), rest };
}

const config = { 'flink-version': '1.20.5', features: {} };

describe('the connection to a JobManager', () => {
  it('sends headers with secrets filled in, below the path prefix', async () => {
    const seen: unknown[] = [];
    const server = http.createServer((request, response) => {
      seen.push([request.url, request.headers['authorization'], request.headers['user-agent']]);
      response.end(JSON.stringify(config));
    });
    const url = `http://127.0.0.1:${await listening(server)}/flink/eu/`;
    const { api, rest } = restOn({ url, headers: { Authorization: 'Bearer ${secret.TOKEN}' } });
    expect(await api.version()).toEqual({ major: 1, minor: 20 });
    expect(seen).toEqual([['/flink/eu/config', 'Bearer canary-TOKEN', 'stream-rollout/0.0.0']]);
    rest.close();
  });

  describe('over TLS', () => {
    const [ours, theirs] = [selfSigned('client'), selfSigned('server')];

    async function secured(client: Certified | null): Promise<string> {
      const wanted = client === null ? {} : { requestCert: true, rejectUnauthorized: true, ca: client.cert };
      const server = https.createServer({ ...theirs, ...wanted }, (_, response) =>
        response.end(JSON.stringify(config)),
      );
      return `https://127.0.0.1:${await listening(server)}`;
    }

    it('trusts the given authority, by file or by text, and no other', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'flink-tls-'));
      const file = join(folder, 'ca.pem');
      writeFileSync(file, theirs.cert);
      const url = await secured(null);
      for (const ca of [file, theirs.cert]) {
        const { api, rest } = restOn({ url, tls: { ca } });
        expect(await api.version()).toEqual({ major: 1, minor: 20 });
        rest.close();
      }
      const { api, rest } = restOn({ url });
      await expect(api.version()).rejects.toMatchObject({ class: 'transient' });
      rest.close();
      rmSync(folder, { recursive: true });
    });

    it('shows its own certificate where the server wants one', async () => {
      const url = await secured(ours);
      const known = restOn({ url, tls: { ca: theirs.cert, ...ours } });
      expect(await known.api.version()).toEqual({ major: 1, minor: 20 });
      known.rest.close();
      const stranger = restOn({ url, tls: { ca: theirs.cert } });
      await expect(stranger.api.version()).rejects.toMatchObject({ class: 'transient' });
      stranger.rest.close();
    });

    it('names a file that is not there', () => {
      expect(() => restOn({ url: 'https://127.0.0.1:1', tls: { ca: '/none/ca.pem' } })).toThrow(
        expect.objectContaining({
          code: 'flink-tls-file-unreadable',
          message: 'target.tls.ca: /none/ca.pem cannot be read.',
        }),
      );
    });
  });

  const answers: { readonly [what: string]: readonly [status: number, body: string, code: string] } = {
    'a page of a proxy': [502, '<html><head><title>502 Bad Gateway</title></head></html>', 'flink-unavailable'],
    'a login page with 200': [200, '<html><title>Log in</title></html>', 'flink-unavailable'],
    'a refused token': [401, '{"errors":["Unauthorized"]}', 'flink-access-denied'],
    'a path that leads elsewhere': [404, '<html>nginx</html>', 'flink-unavailable'],
    'an election': [
      503,
      '{"errors":["Service temporarily unavailable due to an ongoing leader election."]}',
      'flink-unavailable',
    ],
  };
  it.each(Object.entries(answers))('tells %s from an empty answer', async (_, [status, body, code]) => {
    const server = http.createServer((_request, response) => response.writeHead(status).end(body));
    const { api, rest } = restOn({ url: `http://127.0.0.1:${await listening(server)}` });
    await expect(api.jobs()).rejects.toMatchObject({ code });
    rest.close();
  });

  it('tells a JobManager that is not there', async () => {
    const port = await listening(http.createServer());
    open.pop()?.close();
    const { api, rest } = restOn({ url: `http://127.0.0.1:${port}` });
    await expect(api.jobs()).rejects.toMatchObject({ code: 'flink-unavailable', class: 'transient' });
    rest.close();
  });

  it('reads again where the server had closed an idle connection', async () => {
    let calls = 0;
    const server = http.createServer((_, response) => {
      calls += 1;
      response.end(JSON.stringify({ jobs: [] }));
    });
    const { api, rest } = restOn({ url: `http://127.0.0.1:${await listening(server)}` });
    await api.jobs();
    server.closeAllConnections();
    expect(await api.jobs()).toEqual([]);
    expect(calls).toBe(2);
    rest.close();
  });
});
