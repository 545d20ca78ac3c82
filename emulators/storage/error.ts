import type { EmulatedResponse } from '../service.js';

/** A refusal in the words of the Cloud Storage JSON API. */
export class StorageError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly location: string | null;

  constructor(status: number, reason: string, message: string, location: string | null = null) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.location = location;
  }
}

/** The JSON error body; media requests get plain text, as the service answers them. */
export function errorResponse(error: StorageError, media: boolean): EmulatedResponse {
  if (error.status === 304) return { status: 304 };
  if (media)
    return { status: error.status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: error.message };
  const item = { message: error.message, domain: 'global', reason: error.reason };
  const located = error.location ? { ...item, locationType: 'header', location: error.location } : item;
  return { status: error.status, body: { error: { code: error.status, message: error.message, errors: [located] } } };
}
