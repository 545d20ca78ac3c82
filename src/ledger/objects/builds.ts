import type { BuildResult } from '../../model/artifact.js';
import { broken, decodeBuilds, encodeBuilds } from '../body.js';
import type { Bucket } from './bucket.js';
import { createOnce } from './create.js';
import type { Keys } from './keys.js';
import { unknown } from './swap.js';

type Bounded = <Answer>(read: () => Promise<Answer>) => Promise<Answer>;

/** Build results of one job, oldest first. */
export async function builds(
  bucket: Bucket,
  keys: Keys,
  job: string,
  bounded: Bounded,
): Promise<readonly BuildResult[]> {
  const folder = keys.builds(job);
  const { names } = await bucket.list(folder);
  const all = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => bounded(() => readBuild(bucket, folder + name))),
  );
  return all.flatMap((build) => build ?? []).sort((a, b) => a.builtAt.localeCompare(b.builtAt));
}

/** Creates the result if there is none yet for its code; answers with the one that stands, also after a lost answer. */
export async function keepBuild(bucket: Bucket, keys: Keys, job: string, result: BuildResult): Promise<BuildResult> {
  const key = keys.build(job, result.code);
  if (await createOnce(bucket, key, encodeBuilds([result]))) return result;
  const stands = await readBuild(bucket, key);
  if (stands) return stands;
  throw unknown(`${bucket.url}/${key}`, new Error('it was deleted just now'));
}

async function readBuild(bucket: Bucket, key: string): Promise<BuildResult | null> {
  const found = await bucket.get(key);
  if (found === null) return null;
  const where = `${bucket.url}/${key}`;
  const [build] = decodeBuilds(found.text, where);
  if (build) return build;
  throw broken(where, 'it holds no build');
}
