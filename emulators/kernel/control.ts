import type http from 'node:http';
import * as z from 'zod';
import { isObject, type JsonObject } from '../../src/model/json.js';
import { clockEnvironment } from '../env.js';
import type { Service } from '../service.js';
import { readBody } from './body.js';
import { ControlError } from './control-error.js';
import { type Listening, listen } from './listen.js';
import type { Kernel } from './serve.js';

const advanceSchema = z.strictObject({
  advanceSeconds: z
    .number()
    .min(0)
    .max(366 * 86_400),
});

/** The tool is another process: it reads its clock's rate and origin once, when it starts. */
const followable =
  'A stream-rollout process that runs already keeps its own time; start the next one with the variables of `env` in place of those that `emulate` printed.';
const notFollowable =
  'stream-rollout runs by the real clock beside a cloud of rate 1 and does not follow; start `emulate` with a --clock-rate above 1 for that.';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Route = (body: unknown, query: URLSearchParams) => Answer;

/** The control endpoint of a local cloud (its README lists the calls). A bad request is a 400 with `{error}`; nothing else fails. */
export function control(kernel: Kernel, services: readonly Service[]): Promise<Listening> {
  const routes = routesOf(kernel, services);
  return listen((incoming, outgoing) => {
    reply(routes, incoming)
      .catch((error: unknown) => ({ status: statusOf(error), body: { error: textOf(error) } }))
      .then(({ status, body }) => {
        outgoing.writeHead(status, { 'content-type': 'application/json' });
        outgoing.end(`${JSON.stringify(body)}\n`);
      });
  });
}

function routesOf(kernel: Kernel, services: readonly Service[]): { readonly [call: string]: Route } {
  const { clock, faults, requests } = kernel;
  const time = () => ({
    now: new Date(clock.now()).toISOString(),
    rate: clock.rate,
    env: clock.rate > 1 ? clockEnvironment(clock) : {},
  });
  const named = (body: JsonObject): Service => {
    const service = services.find(({ name }) => name === body['service']);
    if (!service) throw new ControlError(`service: expected one of ${services.map(({ name }) => name).join(', ')}`);
    return service;
  };
  return {
    'GET /requests': (_, query) => ok(requests.list().filter(({ service }) => matches(query, service))),
    'DELETE /requests': () => ok(requests.clear()),
    'GET /faults': () => ok(faults.list()),
    'POST /faults': (body) => ok(faults.add(body)),
    'DELETE /faults': () => ok(faults.clear()),
    'GET /clock': () => ok(time()),
    'POST /clock': (body) => {
      clock.advance(advanceSchema.parse(body).advanceSeconds);
      return ok({ ...time(), note: clock.rate > 1 ? followable : notFollowable });
    },
    'GET /runs': (_, query) =>
      ok(services.filter(({ name }) => matches(query, name)).flatMap((service) => service.runs?.() ?? [])),
    'POST /runs': (body) => {
      const { service: name, ...spec } = objectOf(body);
      const service = named({ service: name ?? null });
      if (!service.plant) throw new ControlError(`${service.name} has no runs`);
      return ok(service.plant(spec));
    },
    'GET /state': (_, query) =>
      ok(
        Object.fromEntries(
          services.filter(({ name }) => matches(query, name)).map((service) => [service.name, service.state?.() ?? {}]),
        ),
      ),
    'POST /settings': (body) => {
      const { service: name, ...settings } = objectOf(body);
      const service = named({ service: name ?? null });
      if (!service.configure) throw new ControlError(`${service.name} has no settings`);
      return ok(service.configure(settings));
    },
  };
}

async function reply(routes: { readonly [call: string]: Route }, incoming: http.IncomingMessage): Promise<Answer> {
  const url = new URL(incoming.url ?? '/', 'http://control');
  const route = routes[`${incoming.method} ${url.pathname}`];
  const bytes = await readBody(incoming, 16 * 1024 * 1024);
  if (!route) return { status: 404, body: { error: `no such call; known: ${Object.keys(routes).join(', ')}` } };
  return route(bytes.length > 0 ? (JSON.parse(bytes.toString()) as unknown) : {}, url.searchParams);
}

function ok(body: unknown): Answer {
  return { status: 200, body: body ?? {} };
}

function matches(query: URLSearchParams, service: string): boolean {
  return !query.has('service') || query.get('service') === service;
}

function objectOf(body: unknown): JsonObject {
  if (!isObject(body)) throw new ControlError('expected a JSON object');
  return body;
}

function statusOf(error: unknown): number {
  const theirs = [ControlError, z.ZodError, SyntaxError, RangeError].some((type) => error instanceof type);
  return theirs ? 400 : 500;
}

function textOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
