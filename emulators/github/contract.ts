import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest } from '../service.js';
import { adapted, type Description, followed, type Operation, schemaIn, unknownMembers } from './description.js';

/** Checks requests and answers against GitHub's OpenAPI description. An empty list means that all is well. */
export interface Contract {
  /** `values` are those of the path. */
  request(
    method: string,
    template: string,
    request: EmulatedRequest,
    values: { readonly [name: string]: string },
    body: Json | undefined,
  ): string[];
  response(method: string, template: string, status: number, body: Json | undefined): string[];
}

let shared: Contract | null = null;

/** The contract of the description beside this file; compiled once a process. */
export function githubContract(): Contract {
  shared ??= contractOf(readDescription());
  return shared;
}

/** Reads the subset of the description that lies beside this file. Throws if it is not there: the bundled program has none. */
export function readDescription(): Description {
  return JSON.parse(readFileSync(new URL('./openapi/subset.json', import.meta.url), 'utf8')) as Description;
}

export function contractOf(description: Description): Contract {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'gh', components: adapted(description.components) as object });
  const compiled = new Map<string, ValidateFunction>();
  const problemsOf = (key: string, schema: JsonObject, value: Json | undefined): string[] => {
    const validate = compiled.get(key) ?? ajv.compile(adapted(schema) as object);
    compiled.set(key, validate);
    const shape = validate(value)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath || 'body'} ${error.message}`);
    return [...shape, ...unknownMembers(description, schema, value, 'body')];
  };

  return {
    request(method, template, request, values, body) {
      const operation = description.paths[template]?.[method.toLowerCase()];
      if (!operation) return [`${method} ${template} is not in the description`];
      const schema = schemaIn(description, operation.requestBody);
      const parameters = parameterProblems(description, operation, request, values);
      if (!schema) return [...parameters, ...(body === undefined ? [] : ['body: none expected'])];
      return [...parameters, ...problemsOf(`${method} ${template}`, schema, body)];
    },
    response(method, template, status, body) {
      const responses = description.paths[template]?.[method.toLowerCase()]?.responses ?? {};
      const answer = responses[String(status)];
      // Refusals that the description does not list for an operation (401, 403, 422, …) exist all the same.
      if (!answer) return status >= 400 ? [] : [`${method} ${template} does not answer ${status}`];
      const schema = schemaIn(description, answer);
      if (!schema) return body === undefined || status >= 400 ? [] : ['body: none expected'];
      return problemsOf(`${method} ${template} ${status}`, schema, body);
    },
  };
}

function parameterProblems(
  description: Description,
  operation: Operation,
  request: EmulatedRequest,
  values: { readonly [name: string]: string },
): string[] {
  const parameters = (operation.parameters ?? []).map((parameter) => followed(description, parameter));
  const named = (place: string) => parameters.filter((parameter) => parameter['in'] === place);
  const known = new Set(named('query').map((parameter) => parameter['name']));
  const unknown = [...request.query.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `query ${name} is not known`);
  const sent = [
    ...named('path').map((parameter) => [parameter, values[String(parameter['name'])]] as const),
    ...named('query').map(
      (parameter) => [parameter, request.query.get(String(parameter['name'])) ?? undefined] as const,
    ),
  ];
  return [
    ...unknown,
    ...sent.flatMap(([parameter, value]) => (value === undefined ? [] : valueProblem(parameter, value))),
  ];
}

const textOf: { readonly [type: string]: RegExp } = { integer: /^\d+$/, boolean: /^(?:true|false)$/ };

function valueProblem(parameter: JsonObject, value: string): string[] {
  const schema = isObject(parameter['schema']) ? parameter['schema'] : {};
  const pattern = textOf[String(schema['type'])];
  if (pattern && !pattern.test(value)) return [`${parameter['name']} ${value} is no ${schema['type']}`];
  const allowed = schema['enum'];
  return Array.isArray(allowed) && !allowed.includes(value)
    ? [`${parameter['name']} ${value} is not one of ${allowed.join(', ')}`]
    : [];
}
