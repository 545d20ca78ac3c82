import { MonitoringError } from './error.js';
import type { Series } from './series.js';

/** A filter as far as it is understood: equalities, all of which have to hold. */
export interface Filter {
  readonly metricType: string;
  readonly resourceType: string | null;
  readonly metricLabels: readonly (readonly [label: string, value: string])[];
  readonly resourceLabels: readonly (readonly [label: string, value: string])[];
}

const term =
  /^(?<field>metric\.type|resource\.type|(?:metric|resource)\.labels?\.(?:[A-Za-z_][\w-]*|"[^"]+"))\s*=\s*"(?<value>(?:[^"\\]|\\.)*)"/;

/** Reads `metric.type = "…" AND metric.labels.x = "…"`; AND may be left out. Throws 400. */
export function filterOf(text: string | null): Filter {
  const found = new Map<string, string>();
  let rest = (text ?? '').trim();
  while (rest !== '') {
    const groups = term.exec(rest)?.groups;
    if (!groups) throw new MonitoringError(400, `Could not parse filter "${text}"; near: ${rest.slice(0, 40)}`);
    const field = (groups['field'] ?? '').replace(/^(metric|resource)\.label\./, '$1.labels.').replaceAll('"', '');
    found.set(field, (groups['value'] ?? '').replace(/\\(.)/g, '$1'));
    rest = rest.slice(term.exec(rest)?.[0].length).replace(/^\s+(AND\s+)?/, '');
  }
  const metricType = found.get('metric.type');
  if (metricType === undefined) {
    throw new MonitoringError(400, 'Field filter had an invalid value: must specify a restriction on "metric.type".');
  }
  const labels = (prefix: string) =>
    [...found].flatMap(([field, value]) =>
      field.startsWith(prefix) ? [[field.slice(prefix.length), value] as const] : [],
    );
  return {
    metricType,
    resourceType: found.get('resource.type') ?? null,
    metricLabels: labels('metric.labels.'),
    resourceLabels: labels('resource.labels.'),
  };
}

export function fits(series: Omit<Series, 'points'>, filter: Filter, ignored: readonly string[]): boolean {
  const holds = (labels: { readonly [label: string]: string }, wanted: Filter['metricLabels']) =>
    wanted.every(([label, value]) => ignored.includes(label) || labels[label] === value);
  if (filter.resourceType !== null && filter.resourceType !== series.resource.type) return false;
  return holds(series.metricLabels, filter.metricLabels) && holds(series.resource.labels, filter.resourceLabels);
}
