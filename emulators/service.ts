import type { JsonObject } from '../src/model/json.js';

/** The local cloud's clock: runs `rate` times as fast as the real one and can be moved forward. Milliseconds since the epoch. */
export interface EmulatorClock {
  now(): number;
  advance(seconds: number): void;
  readonly rate: number;
}

export interface EmulatedRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Buffer;
  /** Scheme and authority under which the client reached the service. */
  readonly origin: string;
}

/** An object body is sent as JSON. */
export interface EmulatedResponse {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Buffer | string | JsonObject | readonly JsonObject[];
  /** Sent piece by piece, instead of a body, until it ends or the client goes away; an empty piece is a sign of life that is not sent. */
  readonly stream?: AsyncIterable<string>;
}

/** A run as the control endpoint shows it, in the engine's own words. */
export interface EmulatedRun {
  readonly service: string;
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly [key: string]: unknown;
}

/** One emulated service: a state machine over the clock. It never learns what a test expects. */
export interface Service {
  readonly name: string;
  /** Operation name for faults and the request log, whether it changes state, and what it names where its path does not tell. */
  identify(request: EmulatedRequest): { readonly operation: string; readonly write: boolean; readonly about?: string };
  handle(request: EmulatedRequest): Promise<EmulatedResponse>;
  /** An error in the service's own wire format, for injected faults. */
  failure(status: number, request: EmulatedRequest): EmulatedResponse;
  /** Runs, for `GET /runs`. */
  runs?(): readonly EmulatedRun[];
  /** Plants a run as somebody else would have started it, for `POST /runs`; also changes a planted or launched run's fate. */
  plant?(spec: JsonObject): EmulatedRun;
  /** What the service keeps, for `GET /state`. */
  state?(): JsonObject;
  /** Changes settings such as `listLagSeconds`, for `POST /settings`; returns all of them. Throws a ControlError for an unknown or malformed one. */
  configure?(settings: JsonObject): JsonObject;
  /** The local cloud ends: what the service keeps outside of memory is removed. */
  close?(): void;
}
