import type http from 'node:http';
import type { EmulatedRequest, EmulatedResponse, Service } from '../service.js';
import { BodyTooLarge, readBody } from './body.js';
import type { KernelClock } from './clock.js';
import type { Fault, Faults } from './faults.js';
import { type Listening, listen } from './listen.js';
import type { RequestLog } from './requests.js';

/** What all services of a local cloud share. */
export interface Kernel {
  readonly clock: KernelClock;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** One line for each error inside a service. */
  log(line: string): void;
  /** Aborted when the cloud closes: injected delays end. */
  readonly signal: AbortSignal;
}

/** Serves one service over HTTP: reads the request, applies faults, logs, answers. An error in the service is a 500 in its own format. */
export function serve(service: Service, kernel: Kernel): Promise<Listening> {
  return listen((incoming, outgoing) => {
    answer(service, kernel, incoming, outgoing).catch((error: unknown) => {
      kernel.log(`${service.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      outgoing.destroy();
    });
  });
}

async function answer(
  service: Service,
  kernel: Kernel,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  const at = new Date(kernel.clock.now()).toISOString();
  let read: { request: EmulatedRequest; tooLarge: boolean };
  try {
    read = await readRequest(incoming);
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return; // the client went away before its request was whole
    throw error;
  }
  const { request, tooLarge } = read;
  const { operation, write, about } = service.identify(request);
  const { method, path } = request;
  const close = kernel.requests.open({
    at,
    service: service.name,
    operation,
    method,
    path,
    write,
    ...(about === undefined ? {} : { about }),
  });
  const faults = kernel.faults.hit(service.name, operation, write);

  for (const fault of faults.filter(({ when }) => when === 'before')) {
    if (fault.effect === 'delay') await kernel.clock.sleep(fault.seconds ?? 0, kernel.signal);
    if (fault.effect === 'hang') return await gone(incoming, kernel.signal);
    if (fault.effect === 'reset') return void incoming.socket.destroy();
    if (fault.effect === 'status') return send(outgoing, request, faulty(service, request, fault), close);
  }
  const response = tooLarge ? service.failure(413, request) : await handle(service, kernel, request);
  for (const fault of faults.filter(({ when }) => when === 'after')) {
    if (fault.effect === 'delay') await kernel.clock.sleep(fault.seconds ?? 0, kernel.signal);
    if (fault.effect === 'hang') return await gone(incoming, kernel.signal);
    if (fault.effect === 'reset') return void incoming.socket.destroy();
    if (fault.effect === 'status') return send(outgoing, request, faulty(service, request, fault), close);
  }
  if (response.stream !== undefined) return await pour(outgoing, response, response.stream, kernel.signal, close);
  send(outgoing, request, response, close);
}

/** Sends a stream until it ends, the client goes away or the cloud closes. */
async function pour(
  outgoing: http.ServerResponse,
  { status, headers }: EmulatedResponse,
  stream: AsyncIterable<string>,
  signal: AbortSignal,
  close: (status: number) => void,
): Promise<void> {
  close(status);
  outgoing.writeHead(status, headers);
  outgoing.flushHeaders();
  for await (const piece of stream) {
    if (signal.aborted || outgoing.destroyed) return;
    if (piece !== '') outgoing.write(piece);
  }
  outgoing.end();
}

/** Waits until the client has given up, or the cloud closes: the request is never answered. */
function gone(incoming: http.IncomingMessage, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => incoming.socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    incoming.socket.once('close', () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
  });
}

async function handle(service: Service, kernel: Kernel, request: EmulatedRequest): Promise<EmulatedResponse> {
  try {
    return await service.handle(request);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    kernel.log(`${service.name}: ${request.method} ${request.path}: ${text}`);
    return service.failure(500, request);
  }
}

async function readRequest(incoming: http.IncomingMessage): Promise<{ request: EmulatedRequest; tooLarge: boolean }> {
  const origin = `http://${incoming.headers.host ?? '127.0.0.1'}`;
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const headers: { [name: string]: string | undefined } = {};
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const base = {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    origin,
  };
  try {
    return { request: { ...base, body: await readBody(incoming) }, tooLarge: false };
  } catch (error) {
    if (error instanceof BodyTooLarge) return { request: { ...base, body: Buffer.alloc(0) }, tooLarge: true };
    throw error;
  }
}

function faulty(service: Service, request: EmulatedRequest, fault: Fault): EmulatedResponse {
  const status = fault.status ?? 503;
  const answer = fault.html ? htmlPage(status) : service.failure(status, request);
  if (fault.retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfterSeconds) } };
}

/** What a proxy in front of a service answers. */
function htmlPage(status: number): EmulatedResponse {
  const page = `<html><head><title>${status}</title></head><body><h1>Error: Server Error</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: page };
}

function send(
  outgoing: http.ServerResponse,
  request: EmulatedRequest,
  response: EmulatedResponse,
  close: (status: number) => void,
): void {
  close(response.status);
  const { body } = response;
  const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = raw ? Buffer.from(body ?? '') : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> = raw ? {} : { 'content-type': 'application/json; charset=UTF-8' };
  for (const [name, value] of Object.entries(response.headers ?? {})) headers[name.toLowerCase()] = value;
  if (response.status !== 204 && response.status !== 304) headers['content-length'] ??= String(bytes.length);
  outgoing.writeHead(response.status, headers);
  outgoing.end(request.method === 'HEAD' || response.status === 204 ? undefined : bytes);
}
