import type { EmulatedResponse } from '../service.js';
import { type XmlChildren, xmlDocument } from './xml.js';

/** Code -> status and text, as Amazon S3 documents them (API reference, "Error responses"). */
const table = {
  AccessDenied: [403, 'Access Denied'],
  BadDigest: [400, 'The checksum you specified did not match the calculated checksum.'],
  BucketAlreadyOwnedByYou: [409, 'Your previous request to create the named bucket succeeded and you already own it.'],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty'],
  ConditionalRequestConflict: [
    409,
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  ],
  EntityTooLarge: [413, 'Your proposed upload exceeds the maximum allowed size'],
  IncompleteBody: [400, 'The request body terminated unexpectedly'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  MalformedXML: [400, 'The XML you provided was not well-formed or did not validate against our published schema'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchVersion: [404, 'The specified version does not exist.'],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
  RequestTimeout: [
    400,
    'Your socket connection to the server was not read from or written to within the timeout period.',
  ],
  ServiceUnavailable: [503, 'Service is unable to handle request.'],
  SlowDown: [503, 'Please reduce your request rate.'],
} as const;

export type S3Code = keyof typeof table;

/** A refusal in the words of S3; `details` become elements of the error document. */
export class S3Error extends Error {
  readonly code: S3Code;
  readonly details: XmlChildren;

  constructor(code: S3Code, details: XmlChildren = {}, message?: string) {
    super(message ?? table[code][1]);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return table[this.code][0];
  }
}

/** Which error an injected status stands for. 409 is what S3 answers when another conditional write is under way. */
const codeByStatus: { readonly [status: number]: S3Code } = {
  400: 'RequestTimeout',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  409: 'ConditionalRequestConflict',
  412: 'PreconditionFailed',
  413: 'EntityTooLarge',
  500: 'InternalError',
  501: 'NotImplemented',
  503: 'SlowDown',
};

export function errorForStatus(status: number): S3Error {
  return new S3Error(codeByStatus[status] ?? (status < 500 ? 'InvalidArgument' : 'ServiceUnavailable'));
}

/** The XML error document. `status` overrides the code's own one, for injected faults. */
export function errorResponse(
  error: S3Error,
  resource: string,
  requestId: string,
  status = error.status,
): EmulatedResponse {
  const body = xmlDocument('Error', {
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: resource,
    RequestId: requestId,
  });
  return { status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId }, body };
}
