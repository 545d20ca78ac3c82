import { type XmlChildren, xmlDocument } from '../s3/xml.js';
import type { EmulatedRequest, EmulatedResponse, EmulatorClock, Service } from '../service.js';
import { type Identities, identities } from './identities.js';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const requestId = '00000000-0000-4000-8000-000000000000';

class StsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

type Operation = (
  parameters: URLSearchParams,
  request: EmulatedRequest,
  known: Identities,
  clock: EmulatorClock,
) => XmlChildren;

const operations: { readonly [name: string]: Operation } = {
  GetCallerIdentity(_, request, known) {
    const { account, arn, userId } = known.of(request);
    return { Arn: arn, UserId: userId, Account: account };
  },
  AssumeRole(parameters, request, known, clock) {
    const roleArn = required(parameters, 'RoleArn');
    const sessionName = required(parameters, 'RoleSessionName');
    const seconds = Number(parameters.get('DurationSeconds') ?? 3600);
    if (!/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) throw invalid(`${roleArn} is invalid`);
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
      throw invalid(`Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint`);
    if (!(seconds >= 900 && seconds <= 43_200))
      throw invalid(`Value '${seconds}' at 'durationSeconds' failed to satisfy constraint`);
    if (roleArn.endsWith('/denied')) {
      const text = `User: ${known.of(request).arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
      throw new StsError('AccessDenied', 403, text);
    }
    const { accessKeyId, secretAccessKey, sessionToken, identity } = known.assume(roleArn, sessionName);
    return {
      AssumedRoleUser: { Arn: identity.arn, AssumedRoleId: identity.userId },
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: new Date(clock.now() + seconds * 1000).toISOString(),
      },
    };
  },
};

/** STS over the query protocol: GetCallerIdentity and AssumeRole. See README.md. */
export function stsService(clock: EmulatorClock, known: Identities = identities()): Service {
  return {
    name: 'sts',
    identify: (request) => ({ operation: actionOf(request), write: false }),
    async handle(request) {
      const action = actionOf(request);
      try {
        const operation = operations[action];
        if (!operation)
          throw new StsError('InvalidAction', 400, `Could not find operation ${action} for version 2011-06-15`);
        const result = operation(parametersOf(request), request, known, clock);
        return xml(200, `${action}Response`, {
          [`${action}Result`]: result,
          ResponseMetadata: { RequestId: requestId },
        });
      } catch (error) {
        if (!(error instanceof StsError)) throw error;
        return failed(error.status, error.code, error.message);
      }
    },
    failure(status) {
      if (status === 403) return failed(status, 'AccessDenied', 'Access denied');
      if (status === 429 || status === 400) return failed(400, 'Throttling', 'Rate exceeded');
      return failed(status, 'InternalFailure', 'The request processing has failed because of an internal error');
    },
  };
}

function parametersOf(request: EmulatedRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString()) : request.query;
}

function actionOf(request: EmulatedRequest): string {
  return parametersOf(request).get('Action') ?? 'Unknown';
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (!value) throw invalid(`Value at '${name}' failed to satisfy constraint: Member must not be null`);
  return value;
}

function invalid(message: string): StsError {
  return new StsError('ValidationError', 400, message);
}

function failed(status: number, code: string, message: string): EmulatedResponse {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return xml(status, 'ErrorResponse', { Error: { Type: type, Code: code, Message: message }, RequestId: requestId });
}

function xml(status: number, root: string, children: XmlChildren): EmulatedResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: xmlDocument(root, children, namespace) };
}
