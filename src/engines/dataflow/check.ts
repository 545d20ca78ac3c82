import type { Code } from '../../model/codes/index.js';
import type { Finding } from '../../model/finding.js';
import type { Job } from '../../model/job.js';
import type { Position } from '../../model/position.js';
import { foreignFields } from './environment.js';
import { reservedAmong } from './experiments.js';
import { labelPattern, labelValuePattern, stampPrefix } from './labels.js';
import { nameOf, readTarget, type Target } from './target.js';

/** Names of Dataflow jobs (google.dataflow.v1beta3 Job.name). */
export const namePattern = /^[a-z]([-a-z0-9]{0,1022}[a-z0-9])?$/;

/** What a wrong setting is, and the field below the job at which it stands. */
interface Fault {
  readonly code: Code;
  readonly field: string;
  readonly message: string;
}

/** Settings that the schema accepts and Dataflow would not, or would take in another sense. */
export function check(job: Job): readonly Finding[] {
  const target = readTarget(job.target);
  const faults = [...names(job), ...template(target), ...workers(target), ...environment(target), ...labels(target)];
  return faults.map(({ code, field, message }) => {
    const at = positionOf(job, field);
    return { code, level: 'error', message: `${job.key}: ${message}`, file: at.file, line: at.line };
  });
}

function names(job: Job): readonly Fault[] {
  const own = nameOf(job.target, job.key);
  const slots = job.parallel.slots.map((slot) => nameOf(slot, own));
  const all = [
    { name: own, field: 'target.name' },
    ...slots.map((name, i) => ({ name, field: `parallel.slots.${i}.name` })),
  ];
  const invalid: Fault[] = all
    .filter(({ name }) => !name.includes('${') && !namePattern.test(name))
    .map(({ name, field }) => ({
      code: 'dataflow-name-invalid',
      field,
      message: `“${name}” is not a Dataflow job name (lower-case letters, digits and hyphens; first a letter, last no hyphen)`,
    }));
  if (new Set(slots).size === slots.length) return invalid;
  const message = `two slots are named “${slots.find((name, i) => slots.indexOf(name) !== i)}”; each needs a name of its own`;
  return [...invalid, { code: 'dataflow-slot-name', field: 'parallel.slots', message }];
}

function template({ template: given }: Target): readonly Fault[] {
  const uri = typeof given === 'string' ? given : given['upload-to'];
  if (/^gs:\/\/[^/]+\/.+/.test(uri) || uri.startsWith('${')) return [];
  const field = typeof given === 'string' ? 'target.template' : 'target.template.upload-to';
  return [{ code: 'dataflow-template-invalid', field, message: `“${uri}” is not of the form gs://bucket/object` }];
}

function workers({ workers: bounds = {}, environment: given = {} }: Target): readonly Fault[] {
  const code = 'dataflow-workers-invalid';
  const faults: Fault[] = [];
  if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max) {
    faults.push({
      code,
      field: 'target.workers.min',
      message: `workers.min ${bounds.min} is above workers.max ${bounds.max}`,
    });
  }
  if (given.enableStreamingEngine === false && (bounds.min ?? bounds['utilization-hint']) !== undefined) {
    faults.push({
      code: 'dataflow-streaming-engine-needed',
      field: 'target.workers',
      message: 'workers.min and workers.utilization-hint are set on the running job, which needs Streaming Engine',
    });
  }
  if (bounds.max !== undefined && given.maxWorkers !== undefined) {
    const field = 'target.environment.maxWorkers';
    faults.push({
      code,
      field,
      message: 'workers.max and environment.maxWorkers are the same setting; keep workers.max',
    });
  }
  return faults;
}

function environment(target: Target): readonly Fault[] {
  const given = target.environment ?? {};
  const type = target['template-type'] ?? 'flex';
  const foreign = foreignFields(given, type).map(
    (name): Fault => ({
      code: 'dataflow-environment-field',
      field: `target.environment.${name}`,
      message: `a ${type} template has no environment field “${name}”`,
    }),
  );
  const reserved = reservedAmong(given.additionalExperiments ?? []).map(
    (text): Fault => ({
      code: 'dataflow-experiment-reserved',
      field: 'target.environment.additionalExperiments',
      message: `the experiment “${text}” is set by the plan; choose with “strategy”`,
    }),
  );
  return [...foreign, ...reserved];
}

/** Dataflow allows 64 labels; the stamp takes seven. */
const mostLabels = 57;

function labels({ environment: given = {} }: Target): readonly Fault[] {
  const own = given.additionalUserLabels ?? {};
  const code = 'dataflow-label-invalid';
  const field = 'target.environment.additionalUserLabels';
  const faults: Fault[] = [];
  for (const [key, value] of Object.entries(own)) {
    const at = `${field}.${key}`;
    if (key.startsWith(stampPrefix))
      faults.push({ code, field: at, message: `the label “${key}” belongs to the stamp` });
    else if (!labelPattern.test(key)) faults.push({ code, field: at, message: `“${key}” is not a label key` });
    else if (!value.includes('${') && !labelValuePattern.test(value))
      faults.push({ code, field: at, message: `“${value}” is not a label value` });
  }
  if (Object.keys(own).length > mostLabels)
    faults.push({ code, field, message: `at most ${mostLabels} labels are left beside the stamp` });
  return faults;
}

/** Position of a field, or of the nearest parent that has one. */
function positionOf(job: Job, field: string): Position {
  const parts = field.split('.');
  for (let length = parts.length; length > 0; length--) {
    const at = job.positions[parts.slice(0, length).join('.')];
    if (at) return at;
  }
  return job.at;
}
