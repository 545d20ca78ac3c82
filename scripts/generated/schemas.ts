import { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import { documents } from '../../src/report/contract.js';

/** JSON schema (2020-12) of a document of `--json`. Within a version documents may get new members, so readers must take unknown ones. */
export function documentSchema(kind: keyof typeof documents): JsonObject {
  const schema = z.toJSONSchema(documents[kind], { io: 'output' }) as unknown as JsonObject;
  return { ...(open(schema) as JsonObject), title: `stream-rollout ${kind}` };
}

function open(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => open(item));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => !(key === 'additionalProperties' && item === false));
  return Object.fromEntries(kept.map(([key, item]) => [key, open(item)]));
}

export const documentKinds = Object.keys(documents) as (keyof typeof documents)[];
