import type { Place } from '../../engines/engine.js';
import type { Code } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import { assumedRole, declaredAccount } from './role.js';

/** What is said of a job of an engine without a region. */
export interface NoRegion {
  readonly code: Code;
  readonly engine: string;
  readonly message: string;
}

/** Region of the target. Throws the engine's own error (class input). */
export function regionOf(target: JsonObject, { code, engine, message }: NoRegion): string {
  const region = target['region'];
  if (typeof region === 'string' && region !== '') return region;
  throw new RolloutError(code, message, {
    class: 'input',
    next: `Give target.region, for example eu-west-1, in the job or in defaults.${engine}.target.`,
  });
}

/** Account and region say where a run lives; the assumed role says with whose rights it is looked at. */
export function placeIn(region: string, target: JsonObject): Place {
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

/** The AWS console of a region. */
export function consoleOf(region: string): string {
  return `https://${region}.${consoles[partitionOf(region)]}`;
}
