import type { Ambient } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import { isObject, type Json, valueAt } from '../../model/json.js';
import type { Point } from '../../model/verification.js';
import { type Asked, numberOf, pointAt, withRun } from './asked.js';
import { get } from './get.js';

/** One reading of an address: the number at a path of the JSON answer, or the status where no path is given. */
export async function http(asked: Asked, ambient: Ambient): Promise<readonly Point[]> {
  const source = asked.sourced.declared?.http;
  if (source === undefined) return [];
  const { status, text } = await get(withRun(source.url, asked.run, encodeURIComponent), source.headers, ambient);
  if (source.value === undefined) return [pointAt(asked, status)];
  const { name } = asked.sourced.signal;
  if (status < 200 || status > 299) throw unusable(`signal ${name}: the address answered ${status}`);
  return [pointAt(asked, numberOf(inside(text, source.value, name)))];
}

function inside(text: string, path: string, name: string): Json | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw unusable(`signal ${name}: the answer is no JSON`, cause);
  }
  const value = isObject(document) ? valueAt(document, path) : undefined;
  if (value === undefined) throw unusable(`signal ${name}: the answer has no \`${path}\``);
  return value;
}

function unusable(message: string, cause?: unknown): RolloutError {
  return new RolloutError('signal-unreadable', message, { class: 'transient', cause });
}
