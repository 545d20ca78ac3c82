import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { root } from './dist.js';

/** Kinds of the machine contract's documents: each has its schema in `schemas/`. */
const kinds = ['plan', 'report', 'status', 'log', 'validate', 'error', 'verify', 'evidence'] as const;

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
const schemas: ReadonlyMap<string, ValidateFunction> = new Map(
  kinds.map((kind) => [
    kind,
    ajv.compile(JSON.parse(readFileSync(join(root, 'schemas', `${kind}.schema.json`), 'utf8'))),
  ]),
);

/** Reads a document of the machine contract. Throws where it is not one JSON text that its published schema allows. */
export function documentIn<Document>(text: string): Document {
  const document = JSON.parse(text) as { readonly kind: string; readonly version: unknown };
  const validate = schemas.get(document.kind);
  if (validate === undefined) throw new Error(`there is no schema for ${JSON.stringify(document.kind)}`);
  const fits: boolean = validate(document);
  if (!fits) throw new Error(`not as schemas/${document.kind}.schema.json: ${ajv.errorsText(validate.errors)}`);
  return document as Document;
}
