import type { Finding } from '../../model/finding.js';
import type { Job } from '../../model/job.js';
import { isObject, type JsonObject } from '../../model/json.js';
import { isMark } from './marks.js';
import { artifactArguments } from './target.js';

/** Members of `definition` that say the same as a field of the target. */
const twins = {
  Role: 'role',
  Connections: 'connections',
  WorkerType: 'worker-type',
  NumberOfWorkers: 'workers',
  Timeout: 'timeout',
  ExecutionClass: 'execution-class',
  SecurityConfiguration: 'security-configuration',
} as const;

const artifactNames: ReadonlySet<string> = new Set(Object.values(artifactArguments));

/** Rules of one job's target that the schema cannot express. */
export function checkJob(job: Job): readonly Finding[] {
  const targets = [job.target, ...job.parallel.slots.map((slot) => overlay(job.target, slot))];
  const found = [
    ...checkpointFindings(job),
    ...targets.flatMap(argumentFindings),
    ...targets.flatMap(capacityFindings),
    ...definitionFindings(job.target),
  ];
  const unique = new Map(found.map((finding) => [finding.message, finding]));
  return [...unique.values()].map(({ field, ...finding }) => place(job, field, finding));
}

/** The checkpoint location, which no two jobs may share; null where the target names none. */
export function checkpointOf(target: JsonObject): string | null {
  const name = target['checkpoint-argument'];
  const given = isObject(target['arguments']) ? target['arguments'] : {};
  const value = typeof name === 'string' ? given[name] : undefined;
  return typeof value === 'string' ? value.replace(/\/+$/, '') : null;
}

type Found = Finding & { readonly field: string };

function checkpointFindings(job: Job): Found[] {
  const name = job.target['checkpoint-argument'];
  if (typeof name !== 'string') return [];
  const slots = job.parallel.slots.map((slot) => overlay(job.target, slot));
  const found: Found[] = [];
  const without = (slots.length > 0 ? slots : [job.target]).some((target) => checkpointOf(target) === null);
  if (without) {
    found.push({
      code: 'glue-checkpoint-argument-missing',
      level: 'error',
      field: 'target.checkpoint-argument',
      message: `${job.key}: checkpoint-argument names ${name}, which is not among the arguments.`,
      next: `Give ${name} in target.arguments${slots.length > 0 ? ' or in every slot' : ''}.`,
    });
  }
  const locations = slots.map(checkpointOf).filter((location) => location !== null);
  if (new Set(locations).size < locations.length) {
    found.push({
      code: 'glue-slots-share-checkpoint',
      level: 'error',
      field: 'parallel.slots',
      message: `${job.key}: two slots share the checkpoint location of ${name}; two runs on one checkpoint damage it.`,
      next: `Give each slot its own ${name}.`,
    });
  }
  return found;
}

function argumentFindings(target: JsonObject): Found[] {
  const given = isObject(target['arguments']) ? target['arguments'] : {};
  const found: Found[] = [];
  for (const [name, value] of Object.entries(given)) {
    const field = `target.arguments.${name}`;
    if (isMark(name) || name === '--JOB_NAME' || artifactNames.has(name)) {
      const instead = Object.entries(artifactArguments).find(([, argument]) => argument === name)?.[0];
      found.push({
        code: 'glue-reserved-argument',
        level: 'error',
        field,
        message: `The argument ${name} is set by the tool or by Glue.`,
        next: instead ? `Use target.${instead}.` : 'Leave it out.',
      });
    }
    if (typeof value === 'string' && value.includes('${secret.')) {
      found.push({
        code: 'glue-secret-in-arguments',
        level: 'warning',
        field,
        message: `The argument ${name} holds a secret: Glue shows arguments in its console, its API and its logs.`,
        next: 'Let the script read it from AWS Secrets Manager or a Glue connection.',
      });
    }
  }
  return found;
}

function capacityFindings(target: JsonObject): Found[] {
  const definition = isObject(target['definition']) ? target['definition'] : {};
  const type = target['worker-type'] ?? definition['WorkerType'];
  const count = target['workers'] ?? definition['NumberOfWorkers'];
  const found: Found[] = [];
  if ((type === undefined) !== (count === undefined)) {
    found.push({
      code: 'glue-worker-fields',
      level: 'error',
      field: type === undefined ? 'target.workers' : 'target.worker-type',
      message: 'Glue takes worker-type and workers only together.',
      next: 'Give both, or neither.',
    });
  }
  if (definition['MaxCapacity'] !== undefined && (type ?? count) !== undefined) {
    found.push({
      code: 'glue-worker-fields',
      level: 'error',
      field: 'target.definition.MaxCapacity',
      message: 'Glue refuses MaxCapacity together with workers.',
      next: 'Give one kind of capacity.',
    });
  }
  return found;
}

function definitionFindings(target: JsonObject): Found[] {
  if (target['definition'] === 'leave') {
    if (target['tags'] === undefined) return [];
    return [
      {
        code: 'glue-leave-conflict',
        level: 'error',
        field: 'target.tags',
        message: '`definition: leave` never writes the Glue job, so its tags cannot be set.',
        next: 'Set the tags where the definition is kept.',
      },
    ];
  }
  const definition = isObject(target['definition']) ? target['definition'] : {};
  return Object.entries(twins)
    .filter(([member, field]) => definition[member] !== undefined && target[field] !== undefined)
    .map(([member, field]) => ({
      code: 'glue-field-twice' as const,
      level: 'error' as const,
      field: `target.definition.${member}`,
      message: `target.definition.${member} and target.${field} set the same member.`,
      next: `Keep target.${field}.`,
    }));
}

function overlay(target: JsonObject, slot: JsonObject): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...target };
  for (const [key, value] of Object.entries(slot)) {
    const below = target[key];
    merged[key] = isObject(below) && isObject(value) ? overlay(below, value) : value;
  }
  return merged;
}

function place(job: Job, field: string, finding: Finding): Finding {
  let path = field;
  while (path.includes('.') && job.positions[path] === undefined) path = path.slice(0, path.lastIndexOf('.'));
  const at = job.positions[path] ?? job.at;
  return { ...finding, file: at.file, line: at.line };
}
