import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import type { EmulatedResponse } from '../../service.js';
import type { Kind } from './kinds.js';
import type { Violation } from './schema.js';

/** A call that is refused, as a `Status` object. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | null;

  constructor(code: number, reason: string, message: string, details: JsonObject | null = null) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

export function statusOf({ code, reason, message, details }: StatusError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details !== null && { details }),
    code,
  };
}

export function errorAnswer(error: StatusError): EmulatedResponse {
  return { status: error.code, headers: { 'content-type': 'application/json' }, body: JSON.stringify(statusOf(error)) };
}

/** `flinkdeployments.flink.apache.org`. */
export function qualified({ plural, group }: Kind): string {
  return group === '' ? plural : `${plural}.${group}`;
}

const detailsOf = (kind: Kind, name: string, more: JsonObject = {}): JsonObject => ({
  name,
  ...(kind.group !== '' && { group: kind.group }),
  kind: kind.plural,
  ...more,
});

export function notFound(kind: Kind, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(kind)} "${name}" not found`, detailsOf(kind, name));
}

export function alreadyExists(kind: Kind, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(kind)} "${name}" already exists`, detailsOf(kind, name));
}

export function conflict(kind: Kind, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(kind)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(kind, name));
}

/** A precondition of a deletion does not hold. */
export function mismatch(kind: Kind, name: string, why: string): StatusError {
  const type = `${kind.kind}.${kind.group}`.replace(/\.$/, '');
  const message = `Operation cannot be fulfilled on ${type} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf({ ...kind, plural: kind.kind }, name));
}

export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** Strict decoding found what the schema does not have. */
export function unknownField({ version, kind }: Kind, fields: readonly string[]): StatusError {
  const told = fields.map((field) => `unknown field "${field}"`).join(', ');
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${told}`);
}

/** Strict decoding of what a patch made of an object; the whole of it stands in the message. */
export function unknownInPatch(object: JsonObject, fields: readonly string[]): StatusError {
  const told = fields.map((field) => `unknown field "${field}"`).join(', ');
  const whole = JSON.stringify(sorted(object));
  const message = `Invalid value: ${JSON.stringify(whole)}: strict decoding error: ${told}`;
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'patch' }];
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes });
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => sorted(one));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

export function invalid(kind: Kind, name: string, found: readonly Violation[]): StatusError {
  const texts = found.map(({ field, message }) => `${field}: ${message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const type = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const details = {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.kind,
    causes: found.map(({ reason, message, field }) => ({ reason, message, field })),
  };
  return new StatusError(422, 'Invalid', `${type} "${name}" is invalid: ${list}`, details);
}

export function forbidden(kind: Kind, name: string | null, message: string): StatusError {
  const subject = name === null ? qualified(kind) : `${qualified(kind)} "${name}"`;
  const details = {
    ...(name !== null && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.plural,
  };
  return new StatusError(403, 'Forbidden', `${subject} is forbidden: ${message}`, details);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function unsupportedMedia(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

const faults: { readonly [status: number]: readonly [reason: string, message: string] } = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden: User "ci" cannot do this'],
  404: ['NotFound', 'the server could not find the requested resource'],
  409: ['Conflict', `Operation cannot be fulfilled: ${modified}`],
  410: ['Expired', 'The resourceVersion for the provided watch is too old.'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'apiserver not ready'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
};

/** An injected fault in the server's own form. */
export function faultAnswer(status: number): EmulatedResponse {
  const [reason, message] = faults[status] ?? ['InternalError', 'Internal error occurred'];
  return errorAnswer(new StatusError(status, reason, message));
}
