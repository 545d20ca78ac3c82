import type { Sight } from './sight.js';

/** Longest interval between two checkpoints that is one, in milliseconds: where only savepoints are taken, Flink shows the largest number. */
const longestIntervalMs = 365 * 86_400_000;

/**
 * False for a job without checkpoints of its own; null: not known yet. Flink has no such configuration (404) of a job without checkpoints,
 * of one that it does not know, and of one whose tasks are not made yet.
 */
export async function takesCheckpoints({ api }: Pick<Sight, 'api'>, id: string): Promise<boolean | null> {
  const first = await api.checkpointConfig(id);
  if (first === null && !((await api.job(id))?.vertices.length ?? 0)) return null;
  // What was asked for first may have been the answer of before the tasks were made.
  const config = first ?? (await api.checkpointConfig(id));
  return config !== null && (config.interval ?? 0) <= longestIntervalMs;
}
