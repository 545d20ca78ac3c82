import picomatch from 'picomatch';
import { suggestion } from '../manifest/nearest.js';
import { commandOf } from '../model/command.js';
import { RolloutError } from '../model/error.js';
import type { Manifest } from '../model/job.js';

/**
 * Keys that the input `jobs` selects: keys, names of a `for-each` (all its instances) and globs over the keys.
 * Throws `unknown-job` for an entry that fits nothing, so that a typo never means "nothing to do".
 */
export function selected(
  manifest: Manifest,
  orphaned: readonly string[],
  jobs: readonly string[] | null,
): ReadonlySet<string> {
  const keys = [...manifest.jobs.map((job) => job.key), ...orphaned];
  if (jobs === null) return new Set(keys);
  const chosen = new Set<string>();
  for (const entry of jobs) {
    const fits = keysOf(entry, manifest, keys);
    if (fits.length === 0) throw unknown(entry, manifest, keys);
    for (const key of fits) chosen.add(key);
  }
  return chosen;
}

function keysOf(entry: string, manifest: Manifest, keys: readonly string[]): readonly string[] {
  if (keys.includes(entry)) return [entry];
  const instances = manifest.jobs.filter((job) => job.instance?.of === entry);
  if (instances.length > 0) return instances.map((job) => job.key);
  const { isGlob } = picomatch.scan(entry);
  if (!isGlob) return [];
  const matches = picomatch(entry);
  return keys.filter((key) => matches(key));
}

function unknown(entry: string, manifest: Manifest, keys: readonly string[]): RolloutError {
  const known = [...new Set([...keys, ...manifest.jobs.flatMap((job) => job.instance?.of ?? [])])];
  return new RolloutError(
    'unknown-job',
    `jobs: \`${entry}\` fits no job of ${manifest.file}${suggestion(entry, known)}`,
    {
      class: 'input',
      next: `this lists all jobs: ${commandOf('plan', { environment: manifest.environment })}`,
    },
  );
}
