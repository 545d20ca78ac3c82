import { causedBy, DataflowError } from './error.js';

const namePattern = /^[a-z]([-a-z0-9]{0,1022}[a-z0-9])?$/;
const keyPattern = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const valuePattern = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Throws 400 for a job name that the service does not take. */
export function checkName(name: string): void {
  if (namePattern.test(name)) return;
  const rule =
    'the name must consist of only the characters [-a-z0-9], starting with a letter and ending with a letter or number';
  throw new DataflowError(400, causedBy(`Invalid job name (${name}); ${rule}`));
}

/** Throws 400 for labels that the service does not take: more than 64, or a key or value of another form. */
export function checkLabels(labels: { readonly [key: string]: string }): void {
  const entries = Object.entries(labels);
  if (entries.length > 64)
    throw new DataflowError(400, causedBy(`Too many labels: ${entries.length}, at most 64 are allowed.`));
  for (const [key, value] of entries) {
    if (!keyPattern.test(key) || Buffer.byteLength(key) > 128) throw malformed('key', key, keyPattern);
    if (!valuePattern.test(value) || Buffer.byteLength(value) > 128) throw malformed('value', value, valuePattern);
  }
}

function malformed(part: string, text: string, pattern: RegExp): DataflowError {
  return new DataflowError(
    400,
    causedBy(`Invalid label ${part} "${text}": it must match ${pattern.source} and have at most 128 bytes.`),
  );
}
