import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import { broken } from './errors.js';
import type { Annotation } from './state.js';

const resource = 'CheckRun';
const longestText = 65_535;
const longestMessage = 64 * 1024;
const conclusions = ['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'];
const levels = ['notice', 'warning', 'failure'];

/** Rules of the Checks API that hold whatever the schema says (REST documentation, "Check runs"). Throws a 422. */
export function checkRules(body: JsonObject, create: boolean): void {
  const { name, status, conclusion, output } = body;
  if (create && !name) throw broken(resource, 'name', "wasn't supplied.");
  if (status !== undefined && !['queued', 'in_progress', 'completed'].includes(String(status)))
    throw broken(resource, 'status', `${status} can only be set by GitHub Actions.`);
  if (status === 'completed' && conclusion === undefined)
    throw broken(resource, 'conclusion', 'is required for a completed check run.');
  if (conclusion !== undefined && !conclusions.includes(String(conclusion)))
    throw broken(resource, 'conclusion', `${conclusion} is not one that can be set.`);
  if (body['details_url'] !== undefined && !/^https?:\/\//.test(String(body['details_url'])))
    throw broken(resource, 'details_url', 'must use http or https scheme.');
  if (output !== undefined) checkOutput(output, create);
}

function checkOutput(output: Json, create: boolean): void {
  if (!isObject(output)) throw broken(resource, 'output', 'is not an object.');
  const { title, summary, text, annotations = [] } = output;
  if (create && title === undefined) throw broken(resource, 'output.title', "wasn't supplied.");
  if (summary === undefined) throw broken(resource, 'output.summary', "wasn't supplied.");
  for (const [field, value] of Object.entries({ summary, text }))
    if (String(value ?? '').length > longestText)
      throw broken(resource, `output.${field}`, `is too long (maximum is ${longestText} characters).`);
  if (!Array.isArray(annotations)) throw broken(resource, 'output.annotations', 'is not a list.');
  if (annotations.length > 50) throw broken(resource, 'output.annotations', 'has more than 50 items.');
  for (const [index, annotation] of annotations.entries()) checkAnnotation(annotation, `output.annotations[${index}]`);
}

function checkAnnotation(annotation: Json, field: string): asserts annotation is Annotation & JsonObject {
  if (!isObject(annotation)) throw broken(resource, field, 'is not an object.');
  const {
    path,
    start_line: start,
    end_line: end,
    annotation_level: level,
    message,
    title,
    raw_details: raw,
  } = annotation;
  if (!path || String(path).startsWith('/'))
    throw broken(resource, `${field}.path`, 'is not relative to the repository.');
  if (!(Number(start) >= 1)) throw broken(resource, `${field}.start_line`, 'must be at least 1.');
  if (!(Number(end) >= Number(start))) throw broken(resource, `${field}.end_line`, 'is before start_line.');
  if (!levels.includes(String(level))) throw broken(resource, `${field}.annotation_level`, `${level} is not a level.`);
  if (!message) throw broken(resource, `${field}.message`, "wasn't supplied.");
  for (const [name, value] of Object.entries({ message, raw_details: raw }))
    if (Buffer.byteLength(String(value ?? '')) > longestMessage)
      throw broken(resource, `${field}.${name}`, 'is longer than 64 KB.');
  if (String(title ?? '').length > 255)
    throw broken(resource, `${field}.title`, 'is too long (maximum is 255 characters).');
  if (start !== end && (annotation['start_column'] !== undefined || annotation['end_column'] !== undefined))
    throw broken(resource, `${field}.start_column`, 'is only allowed on one line.');
}
