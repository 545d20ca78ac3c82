import * as z from 'zod';
import type { Engine } from '../engines/engine.js';
import { isObject, type Json, type JsonObject } from '../model/json.js';
import { defaultKeys, job, jobKeys } from './schema/job.js';
import { manifest } from './schema/manifest.js';

type Schema = { [key: string]: Json };

/** JSON schema (2020-12) of the manifest over the given engines, for editors and other tools. */
export function manifestSchema(engines: readonly Engine[]): JsonObject {
  const root = objectSchema(manifest);
  const properties = propertiesOf(root);
  const environments = properties['environments'] as JsonObject;
  const targets = engines.map((engine) => [targetName(engine), { ...targetSchema(engine), title: engine.title }]);
  return {
    ...root,
    title: 'Streaming jobs',
    description: 'The streaming jobs of a repository and how they are rolled out, per environment.',
    properties: {
      ...properties,
      environments: overlaid(environments),
      defaults: {
        description: describe(properties['defaults']),
        type: 'object',
        properties: Object.fromEntries(engines.map((engine) => [engine.id, defaultsSchema(engine)])),
        additionalProperties: false,
      },
      jobs: { ...(properties['jobs'] as JsonObject), additionalProperties: { $ref: '#/$defs/job' } },
    },
    $defs: {
      reference,
      job: jobSchema(engines),
      overlay: overlaySchema(),
      ...Object.fromEntries(targets),
    },
  };
}

const reference = {
  type: 'string',
  pattern: '\\$\\{[^{}]+\\}',
  description:
    'A value that is filled in: ${var.x}, ${secret.X}, ${build.x}, ${environment}, ${each.x}, ${each.key}. Alone, it keeps its type.',
};

function jobSchema(engines: readonly Engine[]): Schema {
  const properties = jobProperties();
  return {
    type: 'object',
    properties: {
      ...properties,
      engine: { description: describe(properties['engine']), enum: engines.map((engine) => engine.id) },
    },
    required: ['engine'],
    additionalProperties: false,
    allOf: engines.map((engine) => ({
      if: { properties: { engine: { const: engine.id } }, required: ['engine'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema
      then: { properties: { target: { $ref: `#/$defs/${targetName(engine)}` } } },
    })),
  };
}

/** What an environment changes. */
function overlaySchema(): Schema {
  return { type: 'object', properties: asInJob(jobKeys), additionalProperties: false };
}

function defaultsSchema(engine: Engine): Schema {
  return {
    type: 'object',
    properties: { ...asInJob(defaultKeys), target: { $ref: `#/$defs/${targetName(engine)}` } },
    additionalProperties: false,
  };
}

/** Which engine a job has is not known in an overlay, so its target is open there, as in the job's own properties. */
function asInJob(keys: readonly string[]): Schema {
  return Object.fromEntries(keys.map((key) => [key, { $ref: `#/$defs/job/properties/${key}` }]));
}

function targetName(engine: Engine): string {
  return `${engine.id}-target`;
}

/** Any of the fields may stand in defaults or in an overlay instead, so none is required here. */
function targetSchema(engine: Engine): Schema {
  return relaxed(objectSchema(engine.target)) as Schema;
}

/** Keys that are read as they are written, so that no reference can stand for them. */
const literal: readonly string[] = ['engine', 'for-each', 'build', 'target'];

function jobProperties(): Schema {
  const properties = Object.entries(propertiesOf(objectSchema(job)));
  return Object.fromEntries(
    properties.map(([key, schema]) => [key, literal.includes(key) ? schema : orReference(relaxed(schema))]),
  );
}

function overlaid(environments: JsonObject): Json {
  const forms = (environments['additionalProperties'] as { anyOf: readonly JsonObject[] }).anyOf;
  const withOverlays = forms.map((form) => {
    if (form['type'] !== 'object') return form;
    const properties = propertiesOf(form);
    const jobs = { ...(properties['jobs'] as JsonObject), additionalProperties: { $ref: '#/$defs/overlay' } };
    return { ...form, properties: { ...properties, jobs } };
  });
  return { ...environments, additionalProperties: { anyOf: withOverlays } };
}

function objectSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
}

function propertiesOf(schema: JsonObject): Schema {
  return { ...(schema['properties'] as Schema) };
}

function describe(schema: Json | undefined): string {
  return isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : '';
}

/**
 * A schema in which a value may be a reference and, but for what stands in a list, a part may be left to another layer:
 * a list replaces the one below it whole, so what its items need is needed there.
 */
function relaxed(schema: Json, inList = false): Json {
  if (!isObject(schema)) return schema;
  const { required, $schema: _, oneOf, ...kept } = schema;
  const result: Schema = { ...kept };
  if (inList && required !== undefined) result['required'] = required;
  if (oneOf !== undefined) result['anyOf'] = oneOf;
  const value = (inner: Json) => orReference(relaxed(inner, inList));
  if (isObject(result['properties'])) {
    const properties = Object.entries(result['properties']).map(([key, inner]) => [key, value(inner)]);
    result['properties'] = Object.fromEntries(properties);
  }
  if (isObject(result['additionalProperties'])) result['additionalProperties'] = value(result['additionalProperties']);
  if (isObject(result['items'])) result['items'] = orReference(relaxed(result['items'], true));
  for (const key of ['anyOf', 'allOf']) {
    const forms = result[key];
    if (Array.isArray(forms)) result[key] = forms.map((form) => relaxed(form, inList));
  }
  return result;
}

function orReference(schema: Json): Json {
  if (!isObject(schema) || takesAnyText(schema)) return schema;
  const { description, ...bare } = schema;
  const forms = Array.isArray(bare['anyOf']) && Object.keys(bare).length === 1 ? bare['anyOf'] : [bare];
  return {
    ...(description !== undefined && { description }),
    anyOf: [...forms, { $ref: '#/$defs/reference' }],
  };
}

function takesAnyText(schema: JsonObject): boolean {
  if (Array.isArray(schema['anyOf'])) return schema['anyOf'].some((form) => isObject(form) && takesAnyText(form));
  if (schema['$ref'] !== undefined || schema['const'] !== undefined || schema['enum'] !== undefined) return false;
  if (schema['type'] === undefined) return true;
  return schema['type'] === 'string' && schema['pattern'] === undefined && schema['format'] === undefined;
}
