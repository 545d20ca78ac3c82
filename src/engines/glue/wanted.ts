import type { JobUpdate } from '@aws-sdk/client-glue';
import { RolloutError } from '../../model/error.js';
import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { artifactArguments, type GlueDefinition } from './target.js';

/** Arguments as Glue takes them. */
export type Arguments = { readonly [argument: string]: string };

/** A launch's target in Glue's words: what is laid over the definition, and what a run is given. */
export interface Wanted {
  /** URI of the script. */
  readonly script: string;
  /** Arguments of the manifest and of the libraries, without the script and without marks. */
  readonly arguments: Arguments;
  /** Members of JobUpdate that the manifest gives, without Command.ScriptLocation and DefaultArguments. */
  readonly members: Partial<Omit<JobUpdate, 'DefaultArguments'>>;
}

/** Reads a complete target (URIs and build results filled in, secrets resolved). Throws `glue-target-incomplete` (class bug). */
export function wantedOf(target: JsonObject): Wanted {
  const script = uri(target, 'script', target['script']);
  return { script, arguments: { ...argumentsOf(target), ...libraries(target) }, members: membersOf(target) };
}

/** Arguments that the manifest gives, without the libraries: also of a target that is not complete. */
export function argumentsOf(target: JsonObject): Arguments {
  const definition = isObject(target['definition']) ? target['definition'] : {};
  return { ...texts(definition['DefaultArguments']), ...texts(target['arguments']) };
}

/** Members of JobUpdate that the manifest gives: also of a target that is not complete. */
export function membersOf(target: JsonObject): Wanted['members'] {
  const given: GlueDefinition = isObject(target['definition']) ? (target['definition'] as GlueDefinition) : {};
  const { DefaultArguments: _, NonOverridableArguments: fixed, ...rest } = given;
  const set = { ...rest, ...(fixed === undefined ? {} : { NonOverridableArguments: texts(fixed) }), ...fields(target) };
  return set as Wanted['members'];
}

/** Names the launch of the target on Glue. */
export function nameOf(target: JsonObject, fallback: string): string {
  return typeof target['name'] === 'string' ? target['name'] : fallback;
}

/** Arguments with their values as text, which is all that Glue knows. */
export function texts(values: unknown): Arguments {
  if (!isObject(values)) return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function fields(target: JsonObject): Partial<Omit<JobUpdate, 'DefaultArguments'>> {
  const connections = target['connections'];
  const plain = {
    Role: target['role'],
    WorkerType: target['worker-type'],
    NumberOfWorkers: target['workers'],
    Timeout: target['timeout'],
    ExecutionClass: target['execution-class'],
    SecurityConfiguration: target['security-configuration'],
    Connections: Array.isArray(connections) ? { Connections: connections as string[] } : undefined,
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}

function libraries(target: JsonObject): Arguments {
  const { script: _, ...lists } = artifactArguments;
  const found: [string, string][] = [];
  for (const [field, argument] of Object.entries(lists)) {
    const list = target[field];
    if (!Array.isArray(list) || list.length === 0) continue;
    found.push([argument, (list as Json[]).map((item) => uri(target, field, item)).join(',')]);
  }
  return Object.fromEntries(found);
}

function uri(target: JsonObject, field: string, value: Json | undefined): string {
  if (typeof value === 'string' && !value.includes('${')) return value;
  throw new RolloutError('glue-target-incomplete', `${nameOf(target, 'the job')}: target.${field} is not a URI yet.`, {
    class: 'bug',
  });
}
