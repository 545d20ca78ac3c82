import type { EmulatedRequest } from '../service.js';
import { Refusal } from './errors.js';

/** Permissions of a token, as a workflow names them; `metadata` is always granted for reading. */
export type Permission =
  | 'metadata'
  | 'actions'
  | 'checks'
  | 'contents'
  | 'deployments'
  | 'issues'
  | 'pull-requests'
  | 'statuses';

/** Tokens with a meaning. Every other one may do everything. */
export const readOnlyToken = 'canary-read-only';
export const badToken = 'canary-bad';
/** `canary-without-checks`, `canary-without-checks,deployments`: no right at all to these. */
const withoutPrefix = 'canary-without-';

/** Refuses a caller without the right: 401 without a token or with a bad one, 403 as for a token without the permission. Returns the token. */
export function authorize(request: EmulatedRequest, permission: Permission, write: boolean): string {
  if (!request.headers['user-agent'])
    throw new Refusal(
      403,
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    );
  const [, token] = /^(?:token|bearer)\s+(\S+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
  if (!token) throw new Refusal(401, 'Requires authentication');
  if (token === badToken) throw new Refusal(401, 'Bad credentials');
  const missing = token.startsWith(withoutPrefix) ? token.slice(withoutPrefix.length).split(',') : [];
  if ((write && token === readOnlyToken) || missing.includes(permission))
    throw new Refusal(403, 'Resource not accessible by integration');
  return token;
}
