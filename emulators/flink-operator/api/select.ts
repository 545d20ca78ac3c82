import type { JsonObject } from '../../../src/model/json.js';
import { badRequest } from './errors.js';
import { objectAt, textAt } from './value.js';

export type Selects = (object: JsonObject) => boolean;

/** What `labelSelector` and `fieldSelector` of a list or a watch let through. Throws where they can't be read. */
export function selection(query: URLSearchParams): Selects {
  const labels = requirementsIn(query.get('labelSelector') ?? '').map(labelRequirement);
  const fields = (query.get('fieldSelector') ?? '').split(',').filter(Boolean).map(fieldRequirement);
  return (object) => labels.every((one) => one(object)) && fields.every((one) => one(object));
}

/** Commas inside of `in (a,b)` don't separate. */
function requirementsIn(selector: string): readonly string[] {
  return [...selector.matchAll(/(?:[^,(]|\([^)]*\))+/g)].map(([text]) => text.trim()).filter(Boolean);
}

function labelRequirement(text: string): Selects {
  const labelOf = (object: JsonObject, name: string) => objectAt(object, 'metadata', 'labels')[name];
  const [, among, not, listed] = /^(\S+)\s+(not)?in\s*\(([^)]*)\)$/.exec(text) ?? [];
  if (among !== undefined) {
    const values = (listed ?? '').split(',').map((value) => value.trim());
    return (object) => values.includes(String(labelOf(object, among) ?? '')) !== (not === 'not');
  }
  const [, name = '', operator, value = ''] = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(text) ?? [];
  if (operator === '!=') return (object) => labelOf(object, name) !== value;
  if (operator !== undefined) return (object) => labelOf(object, name) === value;
  if (/^!\S+$/.test(text)) return (object) => labelOf(object, text.slice(1)) === undefined;
  if (/^\S+$/.test(text)) return (object) => labelOf(object, text) !== undefined;
  throw badRequest(`unable to parse requirement: found '${text}', expected: in, notin, =, ==, !=`);
}

function fieldRequirement(text: string): Selects {
  const [, path = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(text) ?? [];
  if (operator === '') throw badRequest(`invalid field selector ${text}`);
  const parts = path.split('.');
  return (object) => (textAt(object, ...parts) === value) !== (operator === '!=');
}
