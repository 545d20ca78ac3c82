import type { BuildResult } from '../../model/artifact.js';
import { RolloutError } from '../../model/error.js';
import { decodeBuilds, encodeBuilds } from '../body.js';
import { buildsRef } from './refs.js';
import type { Reading, Store } from './store.js';
import type { Writer } from './writer.js';

const file = 'builds.json';
/** Results that are kept of a job; the ledger's goods name far fewer. */
const kept = 100;
/** Several environments may build at once; each round one of them lands. */
const rounds = 20;

export type Builds = readonly BuildResult[];

/** How build results are read from a commit. */
export const buildsReading: Reading<Builds> = {
  objects: (oid) => [`${oid}:${file}`],
  value: ([text], where) => (text === undefined ? [] : decodeBuilds(text, where)),
};

/** Keeps a result if there is none yet for its code; answers with the one that stands. */
export async function keepBuild(
  store: Store<Builds>,
  writer: Writer,
  job: string,
  result: BuildResult,
): Promise<BuildResult> {
  const ref = buildsRef(job);
  for (let round = 0; round < rounds; round += 1) {
    const found = (await store.read([ref])).get(ref);
    const stands = found?.value.find((build) => build.code === result.code);
    if (stands) return stands;
    const builds = [...(found?.value ?? []), result].slice(-kept);
    const message = `${job}: build ${result.code.slice(0, 12)}`;
    const oid = await writer.write({
      ref,
      expected: found?.oid ?? null,
      message,
      files: { [file]: encodeBuilds(builds) },
    });
    if (oid === null) continue;
    store.note(ref, { oid, value: builds });
    return result;
  }
  throw new RolloutError(
    'ledger-write-unknown',
    `The build result of ${job} was not written: others wrote to ${ref} all the time.`,
    { class: 'transient' },
  );
}
