import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import type { Repository } from './state.js';

/** A request that has a route, a right and a body of the right shape. */
export interface Call {
  readonly request: EmulatedRequest;
  readonly repository: Repository;
  /** Values of the path template, decoded. */
  readonly path: { readonly [name: string]: string };
  readonly body: JsonObject;
  /** Milliseconds. */
  readonly now: number;
  /** Base of links to this API, for example `http://127.0.0.1:1234/repos/acme/streams`. */
  readonly api: string;
  /** Base of links for people, for example `https://github.com/acme/streams`. */
  readonly html: string;
  readonly limits: { readonly treeEntries: number };
  nextId(): number;
}

export type Answer = EmulatedResponse | Promise<EmulatedResponse>;

export function ok(
  body: JsonObject | readonly JsonObject[],
  headers?: { readonly [name: string]: string },
): EmulatedResponse {
  return { status: 200, body, ...(headers ? { headers } : {}) };
}

export function created(body: JsonObject): EmulatedResponse {
  return { status: 201, body };
}
