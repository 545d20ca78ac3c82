import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedResponse } from '../service.js';

const statuses: { readonly [http: number]: string } = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** A refusal in the words of the API. `status` is the canonical name where the HTTP code does not tell it (FAILED_PRECONDITION is 400). */
export class DataflowError extends Error {
  readonly code: number;
  readonly status: string;
  readonly details: readonly JsonObject[];

  constructor(code: number, message: string, more: { status?: string; details?: readonly JsonObject[] } = {}) {
    super(message);
    this.code = code;
    this.status = more.status ?? statuses[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
    this.details = more.details ?? [];
  }
}

/** 400 with status FAILED_PRECONDITION: right request, wrong moment. */
export function wrongMoment(message: string): DataflowError {
  return new DataflowError(400, message, { status: 'FAILED_PRECONDITION' });
}

export function errorResponse({ code, message, status, details }: DataflowError): EmulatedResponse {
  const error = { code, message, status };
  return { status: code, body: { error: details.length > 0 ? { ...error, details } : error } };
}

let causes = 0x5d1c_0000_0000_0000n;

/** The service's wrapping of a refusal: ids in brackets that differ each time. */
export function causedBy(text: string): string {
  causes += 0x9e37_79b9_7f4a_7c15n;
  const id = (offset: bigint) =>
    BigInt.asUintN(64, causes + offset)
      .toString(16)
      .padStart(16, '0');
  return `(${id(0n)}): The workflow could not be created. Causes: (${id(1n)}): ${text}`;
}
