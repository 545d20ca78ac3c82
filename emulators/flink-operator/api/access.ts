import type { JsonObject } from '../../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../../service.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { forbidden, type StatusError, unauthorized } from './errors.js';
import type { Kind } from './kinds.js';
import { objectAt, textAt } from './value.js';

/** The one identity that there is. */
const user = 'ci';

export interface Access {
  readonly verb: string;
  readonly group: string;
  /** Plural, with the subresource behind a slash. */
  readonly resource: string;
  readonly namespace: string;
}

/** What keeps a request out before it is looked at: a wrong token. */
export function authenticated({ headers }: EmulatedRequest, { token }: FlinkOperatorSettings): StatusError | null {
  return token === null || headers['authorization'] === `Bearer ${token}` ? null : unauthorized();
}

export function isAllowed({ verb, resource, namespace }: Access, { denied }: FlinkOperatorSettings): boolean {
  const has = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
  return !denied.some(
    (rule) => has(rule.verbs, verb) && has(rule.resources, resource) && has(rule.namespaces, namespace),
  );
}

/** Server-side apply needs the right to patch. */
export function refused(access: Access, kind: Kind, name: string): StatusError {
  const { verb, group, resource, namespace } = access;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return forbidden(kind, name === '' ? null : name, what);
}

/** `SelfSubjectAccessReview`: what `kubectl auth can-i` asks. */
export function review(body: JsonObject, settings: FlinkOperatorSettings): EmulatedResponse {
  const asked = objectAt(body, 'spec', 'resourceAttributes');
  const text = (name: string) => textAt(asked, name);
  const resource = text('subresource') === '' ? text('resource') : `${text('resource')}/${text('subresource')}`;
  const access = { verb: text('verb'), group: text('group'), resource, namespace: text('namespace') };
  const allowed = isAllowed(access, settings);
  const answer = { ...body, status: { allowed, ...(!allowed && { reason: 'no RBAC policy matched' }) } };
  return { status: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
}
