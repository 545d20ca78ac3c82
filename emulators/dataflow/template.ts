import * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import type { Storage } from '../storage/index.js';
import { DataflowError } from './error.js';
import { type Fate, fateOfArtifact } from './fate.js';

/** A template as the service reads it from Cloud Storage. */
export interface Template {
  readonly kind: 'flex' | 'classic';
  readonly uri: string;
  /** Container image of a flex template. */
  readonly image: string | null;
  readonly metadata: JsonObject | null;
  readonly streaming: boolean;
  /** Whether jobs use Streaming Engine where the launch says nothing. */
  readonly streamingEngine: boolean;
  /** Environment that the launch's own overrides. */
  readonly environment: JsonObject;
  readonly fate: Fate;
}

/** Reads a flex template's spec file. Throws 404 where the object is missing, 400 where it is no spec. */
export function flexTemplate(storage: Storage, uri: string): Template {
  return flexTemplateOf(jsonAt(storage, uri), uri);
}

/** A spec given in the launch request itself (`containerSpec`) or read from storage. */
export function flexTemplateOf(spec: JsonObject, uri: string): Template {
  const image = spec['image'];
  if (typeof image !== 'string' || image === '')
    throw new DataflowError(400, `No container image in the template spec ${uri}.`);
  const metadata = isObject(spec['metadata']) ? spec['metadata'] : null;
  const environment = isObject(spec['defaultEnvironment']) ? spec['defaultEnvironment'] : {};
  const fate = fateAt(spec, uri);
  const sdk = isObject(spec['sdkInfo']) ? String(spec['sdkInfo']['language'] ?? '') : '';
  return {
    kind: 'flex',
    uri,
    image,
    metadata,
    streaming: metadata?.['streaming'] !== false && fate.behaviour !== 'batch',
    // Python and Go pipelines use it by themselves, Java ones only where asked for.
    streamingEngine: environment['enableStreamingEngine'] === true || sdk === 'PYTHON' || sdk === 'GO',
    environment,
    fate,
  };
}

/** Reads a classic template: a job graph, and its parameters in `<path>_metadata`. Throws 404 and 400 as `flexTemplate`. */
export function classicTemplate(storage: Storage, uri: string): Template {
  const graph = jsonAt(storage, uri);
  const described = storage.read(`${uri}_metadata`);
  const metadata = described ? parse(described.content, `${uri}_metadata`) : null;
  const environment = isObject(graph['environment']) ? graph['environment'] : {};
  const fate = fateAt(graph, uri);
  const steps = stepNames(graph);
  const experiments = Array.isArray(environment['experiments']) ? environment['experiments'] : [];
  return {
    kind: 'classic',
    uri,
    image: null,
    metadata,
    streaming: graph['type'] !== 'JOB_TYPE_BATCH' && fate.behaviour !== 'batch',
    streamingEngine: experiments.includes('enable_streaming_engine'),
    environment,
    fate: fate.steps || steps.length === 0 ? fate : { ...fate, steps },
  };
}

/** The template at a path, flex if it names an image. */
export function templateAt(storage: Storage, uri: string): Template {
  const content = jsonAt(storage, uri);
  return 'image' in content ? flexTemplateOf(content, uri) : classicTemplate(storage, uri);
}

function stepNames(graph: JsonObject): string[] {
  const steps: readonly Json[] = Array.isArray(graph['steps']) ? graph['steps'] : [];
  return steps.filter(isObject).map((step) => {
    const properties = isObject(step['properties']) ? step['properties'] : {};
    return String(properties['user_name'] ?? step['name'] ?? '');
  });
}

function fateAt(artifact: JsonObject, uri: string): Fate {
  try {
    return fateOfArtifact(artifact);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new DataflowError(400, `The x-emulator block of ${uri} is malformed: ${z.prettifyError(error)}`);
  }
}

function jsonAt(storage: Storage, uri: string): JsonObject {
  if (!/^gs:\/\/[^/]+\/.+/.test(uri))
    throw new DataflowError(400, `The template path "${uri}" is not a Cloud Storage path.`);
  const object = storage.read(uri);
  if (!object) throw new DataflowError(404, `Unable to open template file: '${uri}'. The object does not exist.`);
  return parse(object.content, uri);
}

function parse(content: Buffer, uri: string): JsonObject {
  try {
    const value: unknown = JSON.parse(content.toString());
    if (isObject(value)) return value;
  } catch {
    // falls through to the refusal below
  }
  throw new DataflowError(400, `Unable to parse template file '${uri}'.`);
}
