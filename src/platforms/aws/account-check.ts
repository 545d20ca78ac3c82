import { type Code, codes } from '../../model/codes/index.js';
import type { Finding } from '../../model/finding.js';
import type { JsonObject } from '../../model/json.js';
import type { Beside } from './beside.js';

/** A finding of a check that only reads, with the next step that its code has. */
export function finding(code: Code, level: Finding['level'], message: string): Finding {
  return { code, level, message, next: codes[code].next };
}

/** Whether the credentials are those of the account that the target names. */
export async function accountFindings(
  { account }: Pick<Beside, 'account'>,
  target: JsonObject,
  code: Code,
): Promise<readonly Finding[]> {
  const wanted = target['account'];
  if (typeof wanted !== 'string') return [];
  const actual = await account();
  if (actual === wanted) return [];
  return [finding(code, 'error', `The credentials belong to account ${actual}, target.account is ${wanted}.`)];
}
