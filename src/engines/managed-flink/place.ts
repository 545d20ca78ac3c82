import { RolloutError } from '../../model/error.js';
import { isObject, type JsonObject } from '../../model/json.js';
import type { Place } from '../engine.js';

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

/** Region of the target. Throws `managed-flink-region-missing` (class input). */
export function regionOf(target: JsonObject): string {
  const region = target['region'];
  if (typeof region === 'string' && region !== '') return region;
  throw new RolloutError('managed-flink-region-missing', 'A managed Flink job needs target.region.', {
    class: 'input',
    next: 'Give target.region, for example eu-west-1, in the job or in defaults.managed-flink.target.',
  });
}

/** Account and region say where a run lives; the assumed role says with whose rights it is looked at. */
export function placeOf(target: JsonObject): Place {
  const region = regionOf(target);
  const account = declaredAccount(target);
  const role = assumedRole(target);
  const key = account === null ? region : `${account}/${region}`;
  return { key, session: role === null ? key : `${key} as ${role.arn} ${role.externalId ?? ''}`.trimEnd() };
}

/** ARN partition of a region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}

const consoles: { readonly [partition: string]: string } = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Page of an application in the AWS console. */
export function consoleUrl(region: string, name: string): string {
  const host = `${region}.${consoles[partitionOf(region)]}`;
  return `https://${host}/flink/home?region=${region}#/applications/${encodeURIComponent(name)}/details`;
}
