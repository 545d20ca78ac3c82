import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { isAllowed, refused } from './api/access.js';
import type { Address } from './api/address.js';
import { StatusError } from './api/errors.js';
import { services } from './api/kinds.js';
import type { Store } from './api/store.js';
import type { Clusters } from './operator/cluster.js';
import type { FlinkOperatorSettings } from './settings.js';

interface Surroundings {
  readonly store: Store;
  readonly clusters: Clusters;
  readonly settings: FlinkOperatorSettings;
  readonly now: number;
}

/** Leads a call to the REST API of the Flink behind a FlinkDeployment, through the server's proxy or as an ingress does. */
export function proxied(
  address: Extract<Address, { to: 'proxy' | 'jobmanager' }>,
  request: EmulatedRequest,
  { store, clusters, settings, now }: Surroundings,
): Promise<EmulatedResponse> | EmulatedResponse {
  const { namespace, rest } = address;
  const isProxy = address.to === 'proxy';
  const [service = '', port = ''] = isProxy
    ? address.service.replace(/^https?:/, '').split(':')
    : [`${address.name}-rest`];
  if (isProxy) {
    const access = { verb: verbs[request.method] ?? 'get', group: '', resource: 'services/proxy', namespace };
    if (!isAllowed(access, settings)) throw refused(access, services, service);
    if (store.get(services, namespace, service) === null) throw noEndpoints(service);
  }
  const cluster = clusters.get(`${namespace}/${service.replace(/-rest$/, '')}`);
  if (cluster === null || cluster.trouble !== null || now < cluster.readyAt) {
    if (!isProxy)
      return {
        status: 503,
        headers: { 'content-type': 'text/html' },
        body: '<h1>503 Service Temporarily Unavailable</h1>',
      };
    throw noEndpoints(service);
  }
  const unknownPort = isProxy && !['', 'rest', '8081'].includes(port);
  if (unknownPort) {
    const message = `no service port "${port}" found for service "${service}"`;
    throw new StatusError(503, 'ServiceUnavailable', message);
  }
  return cluster.flink.handle({ ...request, path: rest });
}

function noEndpoints(service: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', `no endpoints available for service "${service}"`);
}

/** The right that a proxied call needs. */
const verbs: { readonly [method: string]: string } = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
