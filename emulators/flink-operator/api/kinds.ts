import { blueGreenSchema, deploymentSchema, sessionJobSchema, snapshotSchema } from './crds.js';
import type { Schema } from './schema.js';
import { atLeast } from './version.js';

/** A kind of object that the server keeps. `group`: empty for the core group. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Objects of it have a status of their own endpoint. */
  readonly status: boolean;
  /** A custom resource: validated against this; others take any content. */
  readonly schema: Schema | null;
  /** Operator version from which on the CRD exists. */
  readonly since: string;
}

type Given = Pick<Kind, 'kind' | 'plural'> & Partial<Kind>;

function kindOf(group: string, version: string, given: Given): Kind {
  const singular = given.kind.toLowerCase();
  const usual = { shortNames: [], namespaced: true, status: false, schema: null, since: '1.7.0' };
  return { group, version, singular, ...usual, ...given };
}

const flink = (given: Given) => kindOf('flink.apache.org', 'v1beta1', { status: true, ...given });

export const flinkDeployments = flink({
  kind: 'FlinkDeployment',
  plural: 'flinkdeployments',
  shortNames: ['flinkdep'],
  schema: deploymentSchema,
});
export const flinkSessionJobs = flink({
  kind: 'FlinkSessionJob',
  plural: 'flinksessionjobs',
  shortNames: ['sessionjob'],
  schema: sessionJobSchema,
});
export const flinkStateSnapshots = flink({
  kind: 'FlinkStateSnapshot',
  plural: 'flinkstatesnapshots',
  shortNames: ['flinksnp'],
  schema: snapshotSchema,
  since: '1.10.0',
});
export const flinkBlueGreenDeployments = flink({
  kind: 'FlinkBlueGreenDeployment',
  plural: 'flinkbluegreendeployments',
  shortNames: ['flinkbgdep'],
  schema: blueGreenSchema,
  since: '1.14.0',
});
export const namespaces = kindOf('', 'v1', {
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
});
export const services = kindOf('', 'v1', { kind: 'Service', plural: 'services', shortNames: ['svc'] });
export const configMaps = kindOf('', 'v1', { kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] });
export const events = kindOf('', 'v1', { kind: 'Event', plural: 'events', shortNames: ['ev'] });
export const deployments = kindOf('apps', 'v1', {
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  status: true,
});
export const definitions = kindOf('apiextensions.k8s.io', 'v1', {
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  namespaced: false,
  status: true,
});

export const kinds: readonly Kind[] = [
  namespaces,
  services,
  configMaps,
  events,
  deployments,
  definitions,
  flinkDeployments,
  flinkSessionJobs,
  flinkStateSnapshots,
  flinkBlueGreenDeployments,
];

/** `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The kinds that a cluster with an operator of a version knows. */
export function kindsOf(operatorVersion: string): readonly Kind[] {
  return kinds.filter(({ since }) => atLeast(operatorVersion, since));
}
