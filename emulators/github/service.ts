import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import type { EmulatedRequest, EmulatedResponse, EmulatorClock, Service } from '../service.js';
import type { Call } from './call.js';
import type { Contract } from './contract.js';
import { broken, faultAnswer, notFound, Refusal, refused } from './errors.js';
import { emulatedRun, plant } from './plant.js';
import { RateLimit } from './rate.js';
import { Repositories, snapshotOf } from './repositories.js';
import { type Route, routeOf } from './routes.js';
import { changedSettings, type GithubSettings } from './settings.js';
import { authorize } from './tokens.js';

export interface GithubOptions extends Partial<GithubSettings> {
  /** Every request and answer is checked against GitHub's OpenAPI description; true: the one beside this module. */
  readonly validate?: boolean | Contract;
}

/** Something that the real API would not have taken, or that we would not have got from it. */
export interface Violation {
  readonly side: 'request' | 'response';
  readonly operation: string;
  readonly problems: readonly string[];
}

export interface GithubService extends Service {
  readonly violations: readonly Violation[];
  /** Check runs with their annotations, deployments, statuses and comments, by repository. */
  snapshot(): JsonObject;
}

/** GitHub's REST API as a workflow uses it. See README.md for what is emulated. */
export function githubService(clock: EmulatorClock, options: GithubOptions = {}): GithubService {
  const { validate = false, ...initial } = options;
  let settings = changedSettings({}, initial as JsonObject);
  const repositories = new Repositories();
  const violations: Violation[] = [];
  const rate = new RateLimit(clock);
  let id = 1000;
  const violated = (side: Violation['side'], operation: string, problems: readonly string[]) =>
    void violations.push({ side, operation, problems });
  const snapshot = () =>
    Object.fromEntries(
      repositories.all(settings.repositories).map((repository) => [repository.name, snapshotOf(repository)]),
    );

  /** Performs a routed request; throws a Refusal. */
  const perform = async (route: Route, values: Call['path'], request: EmulatedRequest): Promise<EmulatedResponse> => {
    const body = bodyOf(request);
    const contract = validate === true ? (await import('./contract.js')).githubContract() : validate || null;
    const problems = contract?.request(route.method, route.template, request, values, body) ?? [];
    if (problems.length > 0) throw broken(route.operation, problems.join('; '), '');
    const name = `${values['owner']}/${values['repo']}`;
    const repository = repositories.of(name, settings.repositories);
    if (!repository) throw notFound();
    const answer = await route.perform({
      request,
      repository,
      path: values,
      body: isObject(body) ? body : {},
      now: clock.now(),
      api: `${request.origin}/repos/${name}`,
      html: `https://github.com/${name}`,
      limits: { treeEntries: settings.treeEntries },
      nextId: () => ++id,
    });
    const wrong =
      contract?.response(route.method, route.template, answer.status, answer.body as Json | undefined) ?? [];
    if (wrong.length === 0) return answer;
    violated('response', route.operation, wrong);
    return refused(500, `the emulator's answer is not GitHub's: ${wrong.join('; ')}`);
  };

  return {
    name: 'github',
    violations,
    identify: ({ method, path }) => ({
      operation: routeOf(method, path)?.route.operation ?? 'unknown',
      write: method !== 'GET' && method !== 'HEAD',
    }),
    async handle(request) {
      const found = routeOf(request.method, request.path);
      const operation = found?.route.operation ?? `${request.method} ${request.path}`;
      let limit: { readonly [name: string]: string } = {};
      try {
        const token = authorize(request, found?.route.permission ?? 'metadata', request.method !== 'GET');
        const taken = rate.take(token, settings.rateLimit);
        limit = taken.headers;
        if (taken.exceeded) throw new Refusal(403, 'API rate limit exceeded for installation.');
        if (!found) throw new Refusal(404, 'Not Found', { violation: true });
        const answer = await perform(found.route, found.values, request);
        const etag = etagOf(answer);
        if (request.method === 'GET' && answer.status === 200 && request.headers['if-none-match'] === etag)
          return { status: 304, headers: { etag, ...rate.giveBack(token, settings.rateLimit) } };
        return withHeaders(answer, { etag, ...limit });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.violation) violated('request', operation, [found ? error.message : 'not emulated']);
        return withHeaders(refused(error.status, error.message, error.more), limit);
      }
    },
    failure: (status) => faultAnswer(status),
    runs: () =>
      repositories
        .all(settings.repositories)
        .flatMap(({ name, runs }) => [...runs.values()].flat().map((run) => emulatedRun(name, run))),
    plant(spec) {
      const find = (name: string) => {
        const repository = repositories.of(name, settings.repositories);
        if (!repository) throw new ControlError(`no repository ${name}: add it to the settings first`);
        return repository;
      };
      return plant(spec, find, clock.now());
    },
    configure(change) {
      settings = changedSettings(settings, change);
      return settings as unknown as JsonObject;
    },
    snapshot,
    state: () => ({ repositories: snapshot(), violations: violations.map((violation) => ({ ...violation })) }),
  };
}

/** Undefined without a body. Throws 400 for one that is no JSON. */
function bodyOf(request: EmulatedRequest): Json | undefined {
  if (request.body.length === 0) return undefined;
  try {
    return JSON.parse(request.body.toString()) as Json;
  } catch {
    throw new Refusal(400, 'Problems parsing JSON', { violation: true });
  }
}

function etagOf(answer: EmulatedResponse): string {
  const digest = createHash('sha256').update(JSON.stringify(answer.body ?? ''));
  return `W/"${digest.digest('hex')}"`;
}

function withHeaders(answer: EmulatedResponse, headers: { readonly [name: string]: string }): EmulatedResponse {
  return { ...answer, headers: { 'x-github-media-type': 'github.v3; format=json', ...headers, ...answer.headers } };
}
