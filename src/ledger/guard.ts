import { RolloutError } from '../model/error.js';
import type { Json } from '../model/json.js';

/** Tells whether a text contains the value of a secret. */
export type IsSecret = (text: string) => boolean;

/** Refuses a body in which any text or key contains a secret's value; names the field, never the value. */
export function refuseSecrets(what: string, body: Json, isSecret: IsSecret): void {
  const field = find(body, isSecret, []);
  if (field === null) return;
  throw new RolloutError(
    'ledger-secret',
    `${what} holds the value of a secret${field === '' ? '' : ` at ${field}`} and was not written.`,
    {
      class: 'refusal',
      next: 'Name the secret by reference (${secret.NAME}) in the manifest, and keep it out of build results.',
    },
  );
}

function find(value: Json, isSecret: IsSecret, path: readonly string[]): string | null {
  if (typeof value === 'string') return isSecret(value) ? path.join('.') : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, item] of Object.entries(value)) {
    if (isSecret(key)) return [...path, '(a key)'].join('.');
    const found = find(item as Json, isSecret, [...path, key]);
    if (found !== null) return found;
  }
  return null;
}
