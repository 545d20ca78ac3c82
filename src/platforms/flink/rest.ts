import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type Ambient, withSecrets } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import { isObject, type JsonObject } from '../../model/json.js';

/** Longest time of one request, in seconds. A submission runs the program's main method in the JobManager. */
const usualSeconds = 20;
const slowSeconds = 50;

/** One answer of the JobManager, or of what stands before it. `body`: parsed JSON, else the text. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** No answer came. `sent`: the request may have arrived. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly sent: boolean;

  constructor(what: string, cause: Error & { code?: string | number }) {
    super(`${what}: ${typeof cause.code === 'string' ? cause.code : cause.message}`, { cause });
    this.sent = !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(String(cause.code));
  }
}

/** The REST API over HTTP. Every call is sent once; only a read is sent again where the server had closed an idle connection. */
export interface Rest {
  readonly url: string;
  get(path: string): Promise<Answer>;
  /** `slow`: the call waits for the program's main method. */
  send(method: 'POST' | 'PATCH' | 'PUT', path: string, body?: JsonObject, slow?: boolean): Promise<Answer>;
  /** Uploads a file as the one part of a form. */
  upload(path: string, name: string, bytes: Uint8Array): Promise<Answer>;
  close(): void;
}

/** How the API is reached: headers by name and PEM files, both with secrets as references. */
export interface Access {
  readonly headers?: JsonObject;
  readonly tls?: JsonObject;
}

/** Opens the connection of a session to `base`, a URL without a slash at the end. Reads PEM files; makes no call yet. */
export function openRest(base: string, access: Access, ambient: Ambient): Rest {
  const { origin, pathname } = new URL(base);
  const prefix = pathname.replace(/\/$/, '');
  const filled = withSecrets({ headers: access.headers ?? {}, tls: access.tls ?? {} }, ambient.secret);
  const own = filled.headers as { readonly [name: string]: string };
  const secure = origin.startsWith('https:');
  const agent = secure
    ? new https.Agent({ keepAlive: true, ...certificates(filled.tls) })
    : new http.Agent({ keepAlive: true });

  function once(method: string, path: string, headers: object, body: Buffer | null, seconds: number): Promise<Answer> {
    const what = `${method} ${base}${path.split('?')[0]}`;
    return new Promise((resolve, reject) => {
      let reused = false;
      const fail = (error: Error) => reject(Object.assign(new NoAnswer(what, error), { reused }));
      const options = {
        method,
        agent,
        path: `${prefix}${path}`,
        signal: AbortSignal.timeout(seconds * 1000),
        headers: { accept: 'application/json', 'user-agent': ambient.userAgent, ...own, ...headers },
      };
      const request = (secure ? https : http).request(origin, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', fail);
        response.on('end', () =>
          response.complete
            ? resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString('utf8')) })
            : fail(new Error('the answer was cut off')),
        );
      });
      request.on('error', (error) => {
        reused = request.reusedSocket;
        fail(error);
      });
      request.end(body ?? undefined);
    });
  }

  return {
    url: base,
    async get(path) {
      try {
        return await once('GET', path, {}, null, usualSeconds);
      } catch (error) {
        if (!(error as { reused?: boolean }).reused) throw error;
        return await once('GET', path, {}, null, usualSeconds);
      }
    },
    send(method, path, body = {}, slow = false) {
      const bytes = Buffer.from(JSON.stringify(body));
      const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
      return once(method, path, headers, bytes, slow ? slowSeconds : usualSeconds);
    },
    upload(path, name, bytes) {
      const { type, body } = form(name, bytes);
      return once('POST', path, { 'content-type': type, 'content-length': body.length }, body, secondsFor(body.length));
    },
    close: () => agent.destroy(),
  };
}

/** A minute, and what a line of 256 KiB a second takes. */
function secondsFor(bytes: number): number {
  return 60 + Math.ceil(bytes / (256 * 1024));
}

/** Flink takes exactly one file; it goes by the name's ending and the part's type. */
function form(name: string, bytes: Uint8Array): { readonly type: string; readonly body: Buffer } {
  const boundary = `stream-rollout-${name.replace(/[^A-Za-z0-9]/g, '').slice(-32)}`;
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="jarfile"; filename="${name}"`,
    'Content-Type: application/x-java-archive',
    '\r\n',
  ].join('\r\n');
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function certificates(tls: unknown): { ca?: string; cert?: string; key?: string } {
  if (!isObject(tls)) return {};
  const given = Object.entries(tls).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(given.map(([name, value]) => [name, pem(name, value)]));
}

/** A PEM text as it is, else the content of the file of that name. */
function pem(name: string, value: string): string {
  if (value.includes('-----BEGIN')) return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (cause) {
    throw new RolloutError('flink-tls-file-unreadable', `target.tls.${name}: ${value} cannot be read.`, {
      class: 'input',
      next: 'Correct the path, or give the text itself by `${secret.NAME}`.',
      cause,
    });
  }
}
