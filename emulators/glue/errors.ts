import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedResponse } from '../service.js';

/** Exceptions that the emulator raises by itself or for an injected status. All are HTTP 400 but the internal ones. */
export type GlueCode =
  | 'AccessDeniedException'
  | 'AlreadyExistsException'
  | 'ConcurrentModificationException'
  | 'ConcurrentRunsExceededException'
  | 'EntityNotFoundException'
  | 'ExpiredTokenException'
  | 'IdempotentParameterMismatchException'
  | 'InternalServiceException'
  | 'InvalidInputException'
  | 'OperationTimeoutException'
  | 'ResourceNumberLimitExceededException'
  | 'SerializationException'
  | 'ThrottlingException'
  | 'UnknownOperationException';

/** A refusal in the words of Glue. */
export class GlueError extends Error {
  readonly code: GlueCode;

  constructor(code: GlueCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function invalid(message: string): GlueError {
  return new GlueError('InvalidInputException', message);
}

export function notFound(message: string): GlueError {
  return new GlueError('EntityNotFoundException', message);
}

/** Reads an operation's input; unknown members are ignored, as the service does. Throws a GlueError. */
export function readInput<T>(schema: z.ZodType<T>, input: JsonObject): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const wrongType = issue?.code === 'invalid_type' && !issue.message.includes('received undefined');
  throw new GlueError(
    wrongType ? 'SerializationException' : 'InvalidInputException',
    z.prettifyError(result.error).replaceAll('\n', ' '),
  );
}

export function errorAnswer(status: number, code: GlueCode, message: string): EmulatedResponse {
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-errortype': code,
      'x-amzn-requestid': randomUUID(),
    },
    body: JSON.stringify({ __type: code, Message: message }),
  };
}

/** What an injected status stands for: the wire status differs, since Glue answers its own refusals with 400. */
const faults: { readonly [status: number]: readonly [status: number, code: GlueCode, message: string] } = {
  400: [400, 'ThrottlingException', 'Rate exceeded'],
  401: [400, 'ExpiredTokenException', 'The security token included in the request is expired'],
  403: [400, 'AccessDeniedException', 'User is not authorized to perform this operation'],
  404: [400, 'EntityNotFoundException', 'Entity not found'],
  408: [400, 'OperationTimeoutException', 'The operation timed out'],
  409: [400, 'ConcurrentModificationException', 'Two processes are trying to modify a resource simultaneously'],
  413: [400, 'InvalidInputException', 'Request is too large'],
  429: [400, 'ThrottlingException', 'Rate exceeded'],
};

export function faultAnswer(status: number): EmulatedResponse {
  const [wire, code, message] = faults[status] ?? [
    status,
    'InternalServiceException',
    'An internal service error occurred.',
  ];
  return errorAnswer(wire, code, message);
}
