import type { Sight } from './sight.js';

/** Longest interval between two checkpoints that is one, in milliseconds: where only savepoints are taken, Flink shows the largest number. */
const longestIntervalMs = 365 * 86_400_000;

/** False for a job without checkpoints of its own. */
export async function takesCheckpoints({ api }: Pick<Sight, 'api'>, id: string): Promise<boolean> {
  const config = await api.checkpointConfig(id);
  return config !== null && (config.interval ?? 0) <= longestIntervalMs;
}
