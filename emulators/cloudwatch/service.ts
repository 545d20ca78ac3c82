import { isObject, type JsonObject } from '../../src/model/json.js';
import type { GlueService } from '../glue/index.js';
import type { ManagedFlinkService } from '../managed-flink/index.js';
import type { EmulatedRequest, EmulatorClock, Service } from '../service.js';
import { type Identities, identities } from '../sts/identities.js';
import { Sources } from '../workload/index.js';
import { getMetricData } from './data.js';
import { answer, CloudwatchError, errorAnswer, faultAnswer } from './errors.js';
import { glueMetrics } from './glue.js';
import { listMetrics } from './list.js';
import { managedFlinkMetrics } from './managed-flink.js';
import type { Metric, Moment } from './metric.js';
import { type CloudwatchSettings, changeSettings, defaultSettings } from './settings.js';

type Operation = (input: JsonObject, all: readonly Metric[], settings: CloudwatchSettings, now: number) => object;

const operations: { readonly [name: string]: Operation } = {
  GetMetricData: getMetricData,
  ListMetrics: listMetrics,
};

/** Whose metrics it has. */
export interface Publishers {
  readonly glue?: Pick<GlueService, 'jobRuns'>;
  readonly managedFlink?: Pick<ManagedFlinkService, 'applicationJobs'>;
}

/** Emulated CloudWatch over JSON 1.0: the metrics of emulated services. See README.md for what is emulated. */
export function cloudwatchService(
  clock: EmulatorClock,
  { glue, managedFlink }: Publishers,
  options: { readonly identities?: Identities; readonly region?: string } = {},
): Service {
  const known = options.identities ?? identities();
  const settings = defaultSettings();
  const sources = new Sources();
  let missingSince = 0;

  function metricsFor(request: EmulatedRequest, now: number): readonly Metric[] {
    const { account } = known.of(request);
    const region = known.regionOf(request) ?? options.region ?? 'eu-west-1';
    const moment: Moment = { now, missingSince };
    const runs = (glue?.jobRuns() ?? [])
      .filter(({ place }) => place.account === account && place.region === region)
      .map(({ run }) => run);
    const applications = (managedFlink?.applicationJobs() ?? []).filter(
      (one) => one.account === account && one.region === region,
    );
    return [
      ...glueMetrics(runs, sources, settings, moment),
      ...managedFlinkMetrics(applications, sources, settings, moment),
    ];
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
