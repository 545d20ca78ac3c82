import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedResponse } from '../service.js';

/** Exceptions that the emulator raises by itself or for an injected status. All are HTTP 400 but the internal ones. */
export type FlinkCode =
  | 'AccessDeniedException'
  | 'ConcurrentModificationException'
  | 'ExpiredTokenException'
  | 'InternalServiceException'
  | 'InvalidArgumentException'
  | 'InvalidRequestException'
  | 'LimitExceededException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'ThrottlingException'
  | 'UnknownOperationException';

/** A refusal in the words of the service. */
export class FlinkError extends Error {
  readonly code: FlinkCode;

  constructor(code: FlinkCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function invalid(message: string): FlinkError {
  return new FlinkError('InvalidArgumentException', message);
}

export function notFound(message: string): FlinkError {
  return new FlinkError('ResourceNotFoundException', message);
}

/** Reads an operation's input; unknown members are ignored, as the service does. Throws a FlinkError. */
export function readInput<T>(schema: z.ZodType<T>, input: JsonObject): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(z.prettifyError(result.error).replaceAll('\n', ' '));
}

export function errorAnswer(status: number, code: FlinkCode, message: string): EmulatedResponse {
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-errortype': code,
      'x-amzn-requestid': randomUUID(),
    },
    body: JSON.stringify({ __type: code, message }),
  };
}

/** What an injected status stands for: the service answers its own refusals with 400. */
const faults: { readonly [status: number]: readonly [code: FlinkCode, message: string] } = {
  400: ['ThrottlingException', 'Rate exceeded'],
  401: ['ExpiredTokenException', 'The security token included in the request is expired'],
  403: ['AccessDeniedException', 'User is not authorized to perform this operation'],
  404: ['ResourceNotFoundException', 'Application not found'],
  409: ['ConcurrentModificationException', 'The application was modified at the same time'],
  429: ['ThrottlingException', 'Rate exceeded'],
};

export function faultAnswer(status: number): EmulatedResponse {
  const fault = faults[status];
  if (fault) return errorAnswer(400, ...fault);
  return errorAnswer(status, 'InternalServiceException', 'An internal service error occurred.');
}
