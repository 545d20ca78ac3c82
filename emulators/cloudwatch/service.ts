import { isObject, type JsonObject } from '../../src/model/json.js';
import type { GlueService } from '../glue/index.js';
import type { EmulatedRequest, EmulatorClock, Service } from '../service.js';
import { type Identities, identities } from '../sts/identities.js';
import { Sources } from '../workload/index.js';
import { getMetricData } from './data.js';
import { answer, CloudwatchError, errorAnswer, faultAnswer } from './errors.js';
import { listMetrics } from './list.js';
import { type Metric, metricsOf } from './metrics.js';
import { type CloudwatchSettings, changeSettings, defaultSettings } from './settings.js';

type Operation = (input: JsonObject, all: readonly Metric[], settings: CloudwatchSettings, now: number) => object;

const operations: { readonly [name: string]: Operation } = {
  GetMetricData: getMetricData,
  ListMetrics: listMetrics,
};

/** Emulated CloudWatch over JSON 1.0: the streaming metrics of the emulated Glue's runs. See README.md for what is emulated. */
export function cloudwatchService(
  clock: EmulatorClock,
  glue: Pick<GlueService, 'jobRuns'>,
  options: { readonly identities?: Identities; readonly region?: string } = {},
): Service {
  const known = options.identities ?? identities();
  const settings = defaultSettings();
  const sources = new Sources();
  let missingSince = 0;

  function metricsFor(request: EmulatedRequest, now: number): readonly Metric[] {
    const { account } = known.of(request);
    const region = known.regionOf(request) ?? options.region ?? 'eu-west-1';
    const own = glue.jobRuns().filter(({ place }) => place.account === account && place.region === region);
    const place = own[0]?.place;
    if (!place) return [];
    return metricsOf({ place, runs: own.map(({ run }) => run) }, sources, settings, { now, missingSince });
  }

  return {
    name: 'cloudwatch',
    identify: (request) => ({ operation: operationOf(request), write: false }),
    async handle(request) {
      try {
        const name = operationOf(request);
        const operation = operations[name];
        if (!operation) throw new CloudwatchError('UnknownOperationException', `Operation ${name} is not known.`);
        const { arn } = known.of(request);
        if (/\/no-metrics(\/|$)/.test(arn)) {
          const text = `User: ${arn} is not authorized to perform: cloudwatch:${name} because no identity-based policy allows the cloudwatch:${name} action`;
          throw new CloudwatchError('AccessDenied', text, 403);
        }
        const now = clock.now();
        return answer(operation(inputOf(request), metricsFor(request, now), settings, now));
      } catch (error) {
        if (error instanceof CloudwatchError) return errorAnswer(error);
        throw error;
      }
    },
    failure: (status) => faultAnswer(status),
    configure(change) {
      if ('missing' in change) missingSince = clock.now();
      sources.set(changeSettings(settings, change), clock.now());
      return { ...settings, workloads: sources.all() };
    },
  };
}

function operationOf(request: EmulatedRequest): string {
  return (request.headers['x-amz-target'] ?? '').replace(/^GraniteServiceVersion20100801\./, '') || 'Unknown';
}

function inputOf(request: EmulatedRequest): JsonObject {
  let input: unknown;
  try {
    input = JSON.parse(request.body.toString() || '{}');
  } catch {
    input = null; // answered below, as every body that is no object
  }
  if (isObject(input)) return input;
  throw new CloudwatchError('SerializationException', 'The request body is not a JSON object.');
}
