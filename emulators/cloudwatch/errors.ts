import { randomUUID } from 'node:crypto';
import type { EmulatedResponse } from '../service.js';

/** A refusal in the words of CloudWatch; `status` on the wire. */
export class CloudwatchError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function invalid(message: string): CloudwatchError {
  return new CloudwatchError('InvalidParameterValueException', message);
}

/** JSON 1.0; the second header is for clients of the old query protocol's names. */
export function errorAnswer({ code, status, message }: CloudwatchError): EmulatedResponse {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    status,
    headers: { ...headers(), 'x-amzn-query-error': `${code.replace(/Exception$/, '')};${fault}` },
    body: JSON.stringify({ __type: `com.amazonaws.cloudwatch.v2010_08_01#${code}`, message }),
  };
}

export function answer(body: object): EmulatedResponse {
  return { status: 200, headers: headers(), body: JSON.stringify(body) };
}

function headers() {
  return { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() };
}

/** What an injected status stands for. */
const faults: { readonly [status: number]: readonly [code: string, message: string] } = {
  400: ['ThrottlingException', 'Rate exceeded'],
  401: ['ExpiredTokenException', 'The security token included in the request is expired'],
  403: ['AccessDenied', 'User is not authorized to perform this operation'],
  429: ['ThrottlingException', 'Rate exceeded'],
};

export function faultAnswer(status: number): EmulatedResponse {
  const [code, message] = faults[status] ?? ['InternalServiceFault', 'Internal service error.'];
  return errorAnswer(new CloudwatchError(code, message, status === 429 ? 400 : status));
}
