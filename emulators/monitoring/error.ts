import type { EmulatedResponse } from '../service.js';

const statuses: { readonly [http: number]: string } = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const texts: { readonly [http: number]: string } = {
  401: 'Request had invalid authentication credentials.',
  403: 'Permission monitoring.timeSeries.list denied (or the resource may not exist).',
  429: "Quota exceeded for quota metric 'Time series queries' and limit 'Time series queries per minute'.",
  503: 'The service is currently unavailable.',
};

/** A refusal in the words of the API. */
export class MonitoringError extends Error {
  readonly code: number;

  constructor(code: number, message = texts[code] ?? 'Request failed.') {
    super(message);
    this.code = code;
  }
}

export function errorResponse({ code, message }: MonitoringError): EmulatedResponse {
  const status = statuses[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  return { status: code, body: { error: { code, message, status } } };
}
