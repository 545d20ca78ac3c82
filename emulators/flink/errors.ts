import type { EmulatedResponse } from '../service.js';

/** A call that fails; `lines` as Flink has them in `errors`. */
export class FlinkError extends Error {
  readonly status: number;
  readonly lines: readonly string[];

  constructor(status: number, ...lines: readonly string[]) {
    super(lines.join('\n'));
    this.status = status;
    this.lines = lines;
  }
}

/** What a handler of Flink's answers when it throws by itself: the trace of the exception as one text. */
export function restError(status: number, message: string, ...causes: readonly string[]): FlinkError {
  const frame =
    '\tat org.apache.flink.runtime.rest.handler.AbstractRestHandler.respondToRequest(AbstractRestHandler.java:85)';
  const trace = [
    `org.apache.flink.runtime.rest.handler.RestHandlerException: ${message}`,
    frame,
    ...causes.flatMap((cause) => [`Caused by: ${cause}`, '\t... 12 more']),
  ];
  return new FlinkError(status, trace.join('\n'));
}

/** What is thrown where no handler expects it: 500 with two texts. */
export function serverError(...trace: readonly string[]): FlinkError {
  const [first = '', ...causes] = trace;
  const text = [
    '<Exception on server side:',
    first,
    ...causes.map((cause) => `Caused by: ${cause}`),
    'End of exception on server side>',
  ];
  return new FlinkError(500, 'Internal server error.', text.join('\n'));
}

export function missingJob(id: string): FlinkError {
  return new FlinkError(
    404,
    `org.apache.flink.runtime.rest.NotFoundException: Job ${id} not found\nCaused by: org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (${id})`,
  );
}

export function errorAnswer({ status, lines }: FlinkError): EmulatedResponse {
  return { status, body: { errors: [...lines] } };
}

const usual: { readonly [status: number]: string } = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'org.apache.flink.runtime.rest.NotFoundException: Not found',
  413: 'The request is larger than rest.server.max-content-length. Try to raise [rest.server.max-content-length]',
  503: 'Service temporarily unavailable due to an ongoing leader election. Please refresh.',
};

/** An injected fault in Flink's own form. */
export function faultAnswer(status: number): EmulatedResponse {
  return { status, body: { errors: [usual[status] ?? 'Internal server error.'] } };
}
