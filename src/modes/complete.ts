import type { Inputs } from '../inputs/inputs.js';
import { repeatInputs } from '../inputs/repeat.js';
import { RolloutError } from '../model/error.js';

/** A document whose next commands say what this call was given: what is printed can be run as it is. */
export function complete<T>(document: T, inputs: Inputs): T {
  return walk(document, inputs) as T;
}

/** The same for what was thrown. */
export function completeError(error: unknown, inputs: Inputs): unknown {
  if (!(error instanceof RolloutError) || error.next === null) return error;
  const next = repeatInputs(error.next, inputs);
  if (next === error.next) return error;
  const { code, message, class: kind, at, cause } = error;
  return new RolloutError(code, message, { class: kind, next, cause, ...(at === null ? {} : { at }) });
}

function walk(value: unknown, inputs: Inputs): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, inputs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'next' && typeof item === 'string' ? repeatInputs(item, inputs) : walk(item, inputs),
    ]),
  );
}
