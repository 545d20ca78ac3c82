import { isObject, type JsonObject } from '../../model/json.js';

/** The role to assume for calls; `externalId` may still be a reference to a secret. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId: string | null;
}

export function assumedRole(target: JsonObject): AssumedRole | null {
  const role = target['assume-role'];
  if (typeof role === 'string') return { arn: role, externalId: null };
  if (!isObject(role) || typeof role['arn'] !== 'string') return null;
  return { arn: role['arn'], externalId: typeof role['external-id'] === 'string' ? role['external-id'] : null };
}

/** The account that the target names, by itself or by the role's ARN; null where only the credentials know it. */
export function declaredAccount(target: JsonObject): string | null {
  if (typeof target['account'] === 'string') return target['account'];
  const role = assumedRole(target);
  return role?.arn.match(/^arn:[^:]+:iam::(\d{12}):/)?.[1] ?? null;
}
