import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request. `drop-after`: git has done it, but the answer never arrives. `hang`: nothing ever arrives. */
export type Fate = 'pass' | 'forbid' | 'drop-before' | 'drop-after' | 'unavailable' | 'hang';

/** A git host over HTTP on loopback: git's own backend, with fates decided by the test. */
export interface HttpHost {
  readonly url: string;
  /** Requests seen, as `fetch` or `push`, with `?` for the first half of a conversation. */
  readonly requests: readonly string[];
  fate: (request: string) => Fate;
  /** Authorization header that requests must carry, or null. */
  authorization: string | null;
  end(): Promise<void>;
}

/** Serves a bare repository. */
export async function serve(repository: string): Promise<HttpHost> {
  execFileSync('git', ['config', 'http.receivepack', 'true'], { cwd: repository });
  const requests: string[] = [];
  const server: Server = createServer((request, response) => void answer(request, response));
  const host = {
    url: '',
    requests,
    fate: (): Fate => 'pass',
    authorization: null as string | null,
    end: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  } as { -readonly [key in keyof HttpHost]: HttpHost[key] };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://host');
    const kind = `${url.pathname}${url.search}`.includes('git-receive-pack') ? 'push' : 'fetch';
    const name = request.method === 'GET' ? `${kind}?` : kind;
    requests.push(name);
    if (host.authorization !== null && request.headers.authorization !== host.authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const fate = host.fate(name);
    if (fate === 'hang') return;
    if (fate === 'forbid') return void response.writeHead(403).end();
    if (fate === 'unavailable') return void response.writeHead(503).end();
    if (fate === 'drop-before') return void request.socket.destroy();
    const { head, body } = await backend(request, url, repository);
    if (fate === 'drop-after') return void request.socket.destroy();
    response.writeHead(head.status, head.headers).end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/repository`;
  return host;
}

/** Runs the CGI program that comes with git. */
function backend(
  request: IncomingMessage,
  url: URL,
  repository: string,
): Promise<{ head: { status: number; headers: Record<string, string> }; body: Buffer }> {
  const env = {
    ...process.env,
    GIT_PROJECT_ROOT: repository,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: url.pathname.replace('/repository', ''),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    REMOTE_USER: 'test',
  };
  return new Promise((resolve) => {
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const out: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stdin.on('error', () => undefined);
    request.pipe(child.stdin);
    child.once('close', () => {
      const all = Buffer.concat(out);
      const end = all.indexOf('\r\n\r\n');
      const lines = all.subarray(0, end).toString('latin1').split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const { status, ...rest } = headers;
      resolve({ head: { status: Number(status?.split(' ')[0] ?? 200), headers: rest }, body: all.subarray(end + 4) });
    });
  });
}
