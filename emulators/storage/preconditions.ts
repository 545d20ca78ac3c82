import { StorageError } from './error.js';

/** Conditions on the live version; generation 0 stands for "there is none". */
export interface Preconditions {
  readonly generation: number | null;
  readonly notGeneration: number | null;
  readonly metageneration: number | null;
  readonly notMetageneration: number | null;
}

export const unconditional: Preconditions = {
  generation: null,
  notGeneration: null,
  metageneration: null,
  notMetageneration: null,
};

/** Reads `ifGenerationMatch` and its kin, with an optional name part (`ifSourceGenerationMatch`). Throws 400 for a value that is no number. */
export function preconditionsOf(query: URLSearchParams, part = ''): Preconditions {
  const read = (name: string) => {
    const text = query.get(name);
    if (text === null || text === '') return null;
    if (!/^\d{1,16}$/.test(text))
      throw new StorageError(400, 'invalidParameter', `Invalid value for ${name}: '${text}'`);
    return Number(text);
  };
  return {
    generation: read(`if${part}GenerationMatch`),
    notGeneration: read(`if${part}GenerationNotMatch`),
    metageneration: read(`if${part}MetagenerationMatch`),
    notMetageneration: read(`if${part}MetagenerationNotMatch`),
  };
}

/** Throws 412 if a condition does not hold; for reads a `not` condition that fails is 304. */
export function check(
  conditions: Preconditions,
  object: { readonly generation: number; readonly metageneration: number } | undefined,
  reading = false,
): void {
  const { generation, notGeneration, metageneration, notMetageneration } = conditions;
  const actual = object?.generation ?? 0;
  const match = (wanted: number | null, found: number | null) => wanted === null || wanted === found;
  if (!match(generation, actual) || !match(metageneration, object?.metageneration ?? null))
    throw failed(412, 'If-Match');
  const same = notGeneration === actual || (notMetageneration !== null && notMetageneration === object?.metageneration);
  if (same) throw failed(reading ? 304 : 412, 'If-None-Match');
}

function failed(status: number, location: string): StorageError {
  return new StorageError(
    status,
    'conditionNotMet',
    'At least one of the pre-conditions you specified did not hold.',
    location,
  );
}
