import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import { DataflowError } from './error.js';

interface Violation {
  readonly parameter: string;
  readonly description: string;
}

/** Checks a launch's parameters against the template's metadata, all at once. Throws 400 with `parameterViolations`. Templates without metadata take anything. */
export function checkParameters(metadata: JsonObject | null, parameters: { readonly [name: string]: string }): void {
  const declared = metadata?.['parameters'];
  if (!Array.isArray(declared)) return;
  const known = (declared as readonly Json[]).filter(isObject);
  const violations = [
    ...known.flatMap((parameter) => violationsOf(parameter, parameters)),
    ...unknown(known, parameters),
  ];
  if (violations.length === 0) return;
  const details = violations.map(({ parameter, description }) => `${parameter}: ${description}`).join('\n');
  throw new DataflowError(400, `The template parameters are invalid. Details: \n${details}`, {
    details: [
      {
        '@type': 'type.googleapis.com/google.dataflow.v1beta3.InvalidTemplateParameters',
        parameterViolations: violations as unknown as Json,
      },
    ],
  });
}

function violationsOf(declared: JsonObject, parameters: { readonly [name: string]: string }): Violation[] {
  const parameter = String(declared['name'] ?? '');
  const value = parameters[parameter];
  if (value === undefined)
    return declared['isOptional'] === true ? [] : [{ parameter, description: 'Missing required parameter' }];
  const patterns: readonly Json[] = Array.isArray(declared['regexes']) ? declared['regexes'] : [];
  return patterns
    .filter((pattern) => !matches(String(pattern), value))
    .map((pattern) => ({ parameter, description: `Parameter didn't match regex '${String(pattern)}'` }));
}

/** A pattern that is no regular expression matches nothing. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function unknown(known: readonly JsonObject[], parameters: { readonly [name: string]: string }): Violation[] {
  const names = new Set(known.map((parameter) => parameter['name']));
  return Object.keys(parameters)
    .filter((name) => !names.has(name))
    .map((parameter) => ({ parameter, description: 'Unrecognized parameter' }));
}
