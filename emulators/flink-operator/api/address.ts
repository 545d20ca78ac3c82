import type { EmulatedRequest } from '../../service.js';
import type { Kind } from './kinds.js';
import { apiVersionOf } from './kinds.js';

/** What a request asks for. */
export type Address =
  | { readonly to: 'discovery'; readonly operation: string }
  | { readonly to: 'review' }
  | { readonly to: 'jobmanager'; readonly namespace: string; readonly name: string; readonly rest: string }
  | {
      readonly to: 'proxy';
      readonly namespace: string;
      readonly service: string;
      readonly rest: string;
    }
  | {
      readonly to: 'objects';
      readonly verb: Verb;
      readonly kind: Kind;
      /** Empty: all namespaces, or a kind without. */
      readonly namespace: string;
      /** Empty: the collection. */
      readonly name: string;
      readonly subresource: '' | 'status';
    }
  | { readonly to: 'nowhere' };

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'deletecollection';

const single: { readonly [method: string]: Verb } = {
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const several: { readonly [method: string]: Verb } = {
  GET: 'list',
  HEAD: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
};

export function addressOf(request: EmulatedRequest, kinds: readonly Kind[]): Address {
  const { method, path } = request;
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  if (parts[0] === 'jobmanagers' && parts.length >= 3) {
    const rest = `/${path.split('/').slice(4).join('/')}`;
    return { to: 'jobmanager', namespace: parts[1] ?? '', name: parts[2] ?? '', rest };
  }
  const proxied = /^\/api\/v1\/namespaces\/([^/]+)\/services\/([^/]+)\/proxy(\/.*)?$/.exec(path);
  if (proxied !== null) {
    const [, namespace = '', service = '', rest = '/'] = proxied;
    return { to: 'proxy', namespace, service: decodeURIComponent(service), rest };
  }
  if (path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' && method === 'POST') return { to: 'review' };
  const found = objectsIn(parts, kinds);
  if (found !== null) {
    const verb = (found.name === '' ? several : single)[method];
    if (verb === undefined) return { to: 'nowhere' };
    return { ...found, verb: exact(verb, request) };
  }
  const operation = discoveryOf(parts, kinds);
  return operation === null ? { to: 'nowhere' } : { to: 'discovery', operation };
}

function exact(verb: Verb, { query, headers }: EmulatedRequest): Verb {
  if (verb === 'list' && ['true', '1'].includes(query.get('watch') ?? '')) return 'watch';
  return verb === 'patch' && (headers['content-type'] ?? '').startsWith('application/apply-patch') ? 'apply' : verb;
}

function objectsIn(parts: readonly string[], kinds: readonly Kind[]) {
  const [root, ...below] = parts;
  const isCore = root === 'api';
  if (!isCore && root !== 'apis') return null;
  const apiVersion = isCore ? below[0] : `${below[0]}/${below[1]}`;
  const rest = below.slice(isCore ? 1 : 2);
  const spaced = rest[0] === 'namespaces' && rest.length >= 3 && rest[2] !== 'status';
  const [plural, name = '', subresource = '', ...more] = spaced ? rest.slice(2) : rest;
  const kind = kinds.find((one) => one.plural === plural && apiVersionOf(one) === apiVersion);
  if (kind === undefined || more.length > 0 || (name !== '' && kind.namespaced && !spaced)) return null;
  if (subresource !== '' && !(subresource === 'status' && kind.status)) return null;
  const namespace = spaced ? (rest[1] ?? '') : '';
  return { to: 'objects' as const, kind, namespace, name, subresource: subresource as '' | 'status' };
}

function discoveryOf(parts: readonly string[], kinds: readonly Kind[]): string | null {
  const path = parts.join('/');
  const fixed: { readonly [path: string]: string } = {
    version: 'version',
    healthz: 'health',
    readyz: 'health',
    livez: 'health',
    api: 'core',
    apis: 'groups',
    'openapi/v3': 'openapi',
  };
  if (fixed[path] !== undefined) return fixed[path];
  const versions = new Set(kinds.map(apiVersionOf));
  const [root = '', ...rest] = parts;
  if (root === 'openapi' && rest[0] === 'v3') return versions.has(rest.slice(2).join('/')) ? 'openapi-of' : null;
  if (root === 'api' || root === 'apis') return versions.has(rest.join('/')) ? 'resources' : null;
  return null;
}
