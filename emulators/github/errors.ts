import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedResponse } from '../service.js';

const documentation = 'https://docs.github.com/rest';

/** An answer of GitHub that says no. `violation`: the request broke a rule of the API, which a client should never do. */
export class Refusal extends Error {
  readonly status: number;
  readonly violation: boolean;
  readonly more: JsonObject;

  constructor(status: number, message: string, more: { violation?: boolean; errors?: readonly JsonObject[] } = {}) {
    super(message);
    this.status = status;
    this.violation = more.violation ?? false;
    this.more = more.errors ? { errors: more.errors } : {};
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

/** 422 for a rule that stands in the documentation's prose or in the description's schema. */
export function broken(resource: string, field: string, message: string): Refusal {
  return new Refusal(422, `Invalid request.\n\n${field} ${message}`, {
    violation: true,
    errors: [{ resource, field, code: 'invalid', message: `${field} ${message}` }],
  });
}

export function refused(status: number, message: string, more: JsonObject = {}): EmulatedResponse {
  return { status, body: { message, ...more, documentation_url: documentation, status: String(status) } };
}

/** What an injected status stands for. A secondary limit names the seconds to wait. */
const faults: { readonly [status: number]: readonly [message: string, headers?: { readonly [name: string]: string }] } =
  {
    401: ['Bad credentials'],
    403: ['Resource not accessible by integration'],
    404: ['Not Found'],
    409: ['Conflict'],
    413: ['Payload too large'],
    422: ['Validation Failed'],
    429: [
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      { 'retry-after': '1' },
    ],
  };

export function faultAnswer(status: number): EmulatedResponse {
  const [message, headers] = faults[status] ?? ['Server Error'];
  return { ...refused(status, message), ...(headers ? { headers } : {}) };
}
