import type { BuildResult, Good } from '../model/artifact.js';
import { RolloutError } from '../model/error.js';
import { isObject, type Json, type JsonObject } from '../model/json.js';
import type { JobRecord } from '../model/record.js';

/** The format that this version writes; older ones are read, newer ones are refused. */
export const format = 1;

/** A record as text, one field a line, so that the history reads well as a diff. */
export function encode(body: object): string {
  return `${JSON.stringify(body, null, 2)}\n`;
}

/** A record from its text. `where` names the ref or file in errors. */
export function decodeRecord(text: string, where: string): JobRecord {
  const body = decode(text, where);
  const missing = ['counter', 'environment', 'job', 'n', 'rollout', 'revision'].filter(
    (field) => body[field] === undefined,
  );
  if (missing.length > 0) throw broken(where, `it has no ${missing.join(', ')}`);
  return body as unknown as JobRecord;
}

/** What is deployed, as `deployed.json` holds it. */
export function decodeGood(text: string, where: string): Good {
  return parse(text, where) as unknown as Good;
}

export function encodeBuilds(builds: readonly BuildResult[]): string {
  return encode({ format, builds });
}

export function decodeBuilds(text: string, where: string): readonly BuildResult[] {
  const builds = decode(text, where)['builds'];
  if (!Array.isArray(builds)) throw broken(where, 'it has no list of builds');
  return builds as unknown as readonly BuildResult[];
}

export function decode(text: string, where: string): JsonObject {
  const body = parse(text, where);
  const found = body['format'];
  if (typeof found !== 'number' || found < 1) throw broken(where, 'it has no format number');
  if (found > format) {
    throw new RolloutError(
      'ledger-format-newer',
      `${where} has format ${found}; this version reads formats up to ${format}.`,
      {
        next: 'Use the newer version of the tool for all workflows of this repository.',
      },
    );
  }
  return body;
}

function parse(text: string, where: string): JsonObject {
  let body: Json;
  try {
    body = JSON.parse(text) as Json;
  } catch (cause) {
    throw broken(where, 'it is not JSON', cause);
  }
  if (!isObject(body)) throw broken(where, 'it is not a JSON object');
  return body;
}

export function broken(where: string, why: string, cause?: unknown): RolloutError {
  return new RolloutError('ledger-record-broken', `${where} cannot be read: ${why}.`, {
    next: 'Look at its history, and set it back to the last state that this tool wrote.',
    ...(cause === undefined ? {} : { cause }),
  });
}
