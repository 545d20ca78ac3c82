import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse, EmulatedRun, EmulatorClock, Service } from '../service.js';
import { authenticated, review } from './api/access.js';
import { type Address, addressOf } from './api/address.js';
import { discovered } from './api/discovery.js';
import { errorAnswer, faultAnswer, StatusError } from './api/errors.js';
import { kinds, kindsOf, namespaces } from './api/kinds.js';
import { served } from './api/server.js';
import { Store } from './api/store.js';
import { carriedOut } from './control.js';
import { admission } from './operator/admission.js';
import { Clusters } from './operator/cluster.js';
import { Loop } from './operator/loop.js';
import type { FlinkOperatorOptions } from './options.js';
import { proxied } from './proxy.js';
import { runsOf } from './runs.js';
import { changedSettings } from './settings.js';

/** An API server with the Flink Kubernetes operator behind it. See README.md for what is emulated. */
export function flinkOperatorService(clock: EmulatorClock, options: FlinkOperatorOptions = {}): Service {
  let settings = changedSettings(options.settings ?? {}, {});
  const programs = new Map(Object.entries(options.programs ?? {}));
  const store = new Store();
  const clusters = new Clusters(clock, () => settings, programs, options.object ?? null);
  const loop = new Loop(store, clusters, () => settings);
  const settled = () => {
    const now = clock.now();
    loop.settle(now);
    return now;
  };
  const makeNamespaces = () => {
    for (const name of settings.namespaces) {
      if (store.get(namespaces, '', name) !== null) continue;
      const labels = { 'kubernetes.io/metadata.name': name };
      const object = { metadata: { name, labels }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
      store.put(namespaces, object, clock.now());
    }
  };
  makeNamespaces();
  const addressIn = (request: EmulatedRequest) => addressOf(request, kindsOf(settings.operatorVersion));

  async function answer(request: EmulatedRequest): Promise<EmulatedResponse> {
    const now = settled();
    const refused = authenticated(request, settings);
    if (refused !== null) return errorAnswer(refused);
    const address = addressIn(request);
    if (address.to === 'discovery')
      return discovered(address.operation, request, kindsOf(settings.operatorVersion), settings.kubernetesVersion);
    if (address.to === 'review') return review(JSON.parse(request.body.toString('utf8')) as JsonObject, settings);
    if (address.to === 'proxy' || address.to === 'jobmanager')
      return proxied(address, request, { store, clusters, settings, now });
    if (address.to === 'nowhere')
      return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
    const admit = admission(settings);
    return served({ request, address, store, settings, now, admit, settled });
  }

  return {
    name: 'flink-operator',
    identify(request) {
      const address = addressIn(request);
      return identified(address, request, clusters);
    },
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof StatusError) return errorAnswer(error);
        throw error;
      }
    },
    failure: (status) => faultAnswer(status),
    runs(): readonly EmulatedRun[] {
      return runsOf(store, clusters, settled());
    },
    plant(spec) {
      const now = settled();
      return carriedOut(spec, { store, clusters, loop, programs, settings, now });
    },
    configure(change) {
      settled();
      settings = changedSettings(settings, change);
      makeNamespaces();
      return settings as unknown as JsonObject;
    },
    state() {
      settled();
      const shown = kinds.map((kind) => [kind.plural, store.list(kind)] as const);
      return Object.fromEntries(shown.filter(([, objects]) => objects.length > 0));
    },
    close: () => clusters.disk.close(),
  };
}

function identified(address: Address, request: EmulatedRequest, clusters: Clusters): ReturnType<Service['identify']> {
  if (address.to === 'discovery') return { operation: `discovery.${address.operation}`, write: false };
  if (address.to === 'review') return { operation: 'create.selfsubjectaccessreviews', write: false };
  if (address.to === 'nowhere') return { operation: 'unknown', write: request.method !== 'GET' };
  if (address.to === 'objects') {
    const { verb, kind, subresource, namespace, name } = address;
    const dry = request.query.getAll('dryRun').includes('All');
    const operation = [
      ...(dry ? ['dry-run'] : []),
      verb,
      kind.plural,
      ...(subresource === '' ? [] : [subresource]),
    ].join('.');
    const write = !dry && !['get', 'list', 'watch'].includes(verb);
    return { operation, write, ...(name !== '' && { about: namespace === '' ? name : `${namespace}/${name}` }) };
  }
  const name = address.to === 'proxy' ? address.service.replace(/-rest(:.*)?$/, '') : address.name;
  const about = `${address.namespace}/${name}`;
  const cluster = clusters.get(about);
  const inner = cluster?.flink.identify({ ...request, path: address.rest });
  return {
    operation: `proxy.${inner?.operation ?? 'unknown'}`,
    write: inner?.write ?? request.method !== 'GET',
    about,
  };
}
