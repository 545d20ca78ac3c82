import type { JsonObject } from '../../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../../service.js';
import { apiVersionOf, type Kind } from './kinds.js';
import { openApiOf } from './schema.js';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const statusVerbs = ['get', 'patch', 'update'];

/** Answers of `/version`, `/api`, `/apis`, `/apis/GROUP/VERSION` and `/openapi/v3`, by the name of the operation. */
export function discovered(
  operation: string,
  request: EmulatedRequest,
  kinds: readonly Kind[],
  version: string,
): EmulatedResponse {
  const parts = request.path.split('/').filter(Boolean);
  if (operation === 'health')
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };
  if (operation === 'version') return json(versionInfo(version));
  if (operation === 'openapi') return json(openApiIndex(kinds));
  if (operation === 'openapi-of') return json(openApi(parts.slice(3).join('/'), kinds));
  if (operation === 'resources') return json(resources(parts.slice(1).join('/'), kinds));
  const isCore = operation === 'core';
  const own = kinds.filter(({ group }) => (group === '') === isCore);
  if ((request.headers['accept'] ?? '').includes('as=APIGroupDiscoveryList')) {
    const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    return { status: 200, headers: { 'content-type': type }, body: JSON.stringify(aggregated(own)) };
  }
  if (isCore) return json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(own).map(groupOf) });
}

function json(body: JsonObject): EmulatedResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function versionInfo(gitVersion: string): JsonObject {
  const [, major = '1', minor = '32'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

function groupsOf(kinds: readonly Kind[]): readonly (readonly [string, readonly Kind[]])[] {
  const names = [...new Set(kinds.map(({ group }) => group))];
  return names.map((name) => [name, kinds.filter(({ group }) => group === name)] as const);
}

function groupOf([name, [first]]: readonly [string, readonly Kind[]]): JsonObject {
  const version = { groupVersion: `${name}/${first?.version}`, version: first?.version ?? '' };
  return { name, versions: [version], preferredVersion: version };
}

function resources(groupVersion: string, kinds: readonly Kind[]): JsonObject {
  const own = kinds.filter((kind) => apiVersionOf(kind) === groupVersion);
  const list = own.flatMap((one): JsonObject[] => {
    const { plural: name, singular: singularName, shortNames, namespaced, kind } = one;
    const status = { name: `${name}/status`, singularName: '', namespaced, kind, verbs: statusVerbs };
    return [{ name, singularName, namespaced, kind, verbs, shortNames }, ...(one.status ? [status] : [])];
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: list };
}

function aggregated(kinds: readonly Kind[]): JsonObject {
  const items = groupsOf(kinds).map(([name, own]) => ({
    metadata: { name, creationTimestamp: null },
    versions: [{ version: own[0]?.version ?? '', freshness: 'Current', resources: own.map(resourceOf) }],
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function resourceOf({ group, version, kind, plural, singular, shortNames, namespaced, status }: Kind): JsonObject {
  const responseKind = { group, version, kind };
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    shortNames,
    ...(status && { subresources: [{ subresource: 'status', responseKind, verbs: statusVerbs }] }),
  };
}

const rootOf = (apiVersion: string) => (apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`);

function openApiIndex(kinds: readonly Kind[]): JsonObject {
  const versions = [...new Set(kinds.map(apiVersionOf))].map(rootOf);
  return {
    paths: Object.fromEntries(versions.map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}?hash=1` }])),
  };
}

/** As much as kubectl looks for: that a write takes `fieldValidation` and `dryRun`, and what its kinds are. */
function openApi(apiVersion: string, kinds: readonly Kind[]): JsonObject {
  const own = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
  const paths = own.map(({ group, version, kind, plural, namespaced }) => {
    const place = namespaced ? 'namespaces/{namespace}/' : '';
    const one = { 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {}, parameters };
    const media = { schema: { type: 'object' } };
    const patch = {
      ...one,
      'x-kubernetes-action': 'patch',
      requestBody: { content: { 'application/apply-patch+yaml': media, 'application/merge-patch+json': media } },
    };
    const put = { ...one, 'x-kubernetes-action': 'put' };
    return [`/${rootOf(apiVersion)}/${place}${plural}/{name}`, { patch, put }] as const;
  });
  const schemas = own.map((kind) => {
    const { group, version, kind: name, schema } = kind;
    const content =
      schema === null ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } : openApiOf(schema);
    return [nameOf(kind), { ...content, 'x-kubernetes-group-version-kind': [{ group, version, kind: name }] }] as const;
  });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(schemas) },
  };
}

const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
}));

function nameOf({ group, version, kind }: Kind): string {
  const domain = group === '' ? 'io.k8s.api.core' : group.split('.').reverse().join('.');
  return `${domain}.${version}.${kind}`;
}
