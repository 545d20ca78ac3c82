import type { EmulatedRequest, EmulatedResponse, Service } from '../../../emulators/service.js';
import type { Breakage, Heard, Verb } from '../ground.js';

/** What a ground knows of its service. */
export interface Dialect {
  /** The operation that carries a verb out, by the names of the request log. */
  readonly operations: { readonly [verb in Verb]?: string };
  /** Operations whose body may hold a secret. */
  readonly secretive: readonly string[];
  /** A definite no with this text, in the service's own format. */
  no(text: string): EmulatedResponse;
}

/** Ears at services: what arrives is kept whole, and a definite no can be made to quote the request. */
export function ears(dialect: Dialect) {
  const heard: Heard[] = [];
  const quoting: string[] = [];

  function wrapped(service: Service): Service {
    return new Proxy(service, {
      get(target, key) {
        if (key === 'identify') {
          return (request: EmulatedRequest) => {
            const found = target.identify(request);
            heard.push({ ...found, ...partsOf(request, dialect.secretive.includes(found.operation)) });
            return found;
          };
        }
        if (key === 'handle') {
          return async (request: EmulatedRequest) => {
            const at = quoting.indexOf(target.identify(request).operation);
            if (at < 0) return target.handle(request);
            quoting.splice(at, 1);
            return dialect.no(`cannot be accepted: ${request.body.toString()}`);
          };
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  return { heard, quoting, wrapped };
}

/** A request as text. Signatures and tokens of the transport are not the engine's doing. */
function partsOf(request: EmulatedRequest, secretive: boolean): Pick<Heard, 'text' | 'secretField'> {
  const { authorization: _, ...headers } = request.headers;
  const line = `${request.method} ${decodeURIComponent(request.path)}?${decodeURIComponent(request.query.toString())}`;
  const head = `${line}\n${JSON.stringify(headers)}`;
  const body = request.body.toString();
  return secretive ? { text: head, secretField: body } : { text: `${head}\n${body}`, secretField: '' };
}

/** The body of `POST /faults` for a breakage; `quoted` is made by the ears instead. */
export function faultOf(service: string, operation: string, when: 'before' | 'after', how: Breakage, times: number) {
  const effect = how === 'cut' ? { effect: 'reset' } : { effect: 'status', status: 503 };
  return { service, operation, when, times, ...effect };
}

/** Calls the control endpoint of a local cloud. */
export async function control(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}
