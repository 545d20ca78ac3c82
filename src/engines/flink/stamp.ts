import { RolloutError } from '../../model/error.js';
import type { Stamp } from '../../model/stamp.js';
import { fromOf, stampOf } from '../../platforms/flink/marks.js';
import type { JobConfig, JobOverview } from '../../platforms/flink/shapes.js';
import { hasEnded } from '../../platforms/flink/states.js';
import type { Kit } from './kit.js';

/** What a job's configuration tells of it for life. */
export interface Told {
  readonly stamp: Stamp | null;
  /** The configuration itself carries the stamp; null: not known yet. */
  readonly carried: boolean | null;
  /** Parallelism of the launch; null: not told. */
  readonly parallelism: number | null;
}

const known = new WeakMap<object, Map<string, Told>>();

/**
 * Reads the stamp of a job, once. Until its tasks are made (and then for as long as answers about one job are kept) Flink shows an empty
 * configuration in its place, with a parallelism of 1: as long as that may be, nothing is concluded. Throws `flink-unavailable` (transient) then,
 * unless it is known from elsewhere.
 */
export async function readStamp(kit: Pick<Kit, 'api' | 'memory'>, job: JobOverview): Promise<Told> {
  const cache = known.get(kit.memory) ?? new Map<string, Told>();
  known.set(kit.memory, cache);
  const before = cache.get(job.jid);
  if (before !== undefined) return before;
  const own = kit.memory.stamps.get(job.jid) ?? null;
  const first = await configOf(kit, job.jid);
  // All answers about one job are from one copy, which only grows newer: a configuration read after its tasks were seen is the real one.
  const config = isPlaceholder(first) && (await hasTasks(kit, job.jid)) ? await configOf(kit, job.jid) : first;
  if (config === null || (config === first && isPlaceholder(config))) {
    if (hasEnded(job) || own !== null) return { stamp: own, carried: null, parallelism: null };
    throw new RolloutError(
      'flink-unavailable',
      `Run ${job.jid} is ${job.state}: what it was started with does not show yet.`,
      {
        class: 'transient',
      },
    );
  }
  const parallelism = config['job-parallelism'];
  const carried = stampOf(config['user-config']);
  const from = fromOf(config['user-config']);
  if (from !== null && !kit.memory.from.has(job.jid)) kit.memory.from.set(job.jid, from);
  const told: Told = {
    stamp: carried ?? own,
    carried: carried !== null,
    parallelism: typeof parallelism === 'number' && parallelism > 0 ? parallelism : null,
  };
  cache.set(job.jid, told);
  return told;
}

type Config = NonNullable<JobConfig['execution-config']>;

async function configOf({ api }: Pick<Kit, 'api'>, id: string): Promise<Config | null> {
  return (await api.config(id))?.['execution-config'] ?? null;
}

/** What Flink shows of a job without tasks; a job of parallelism 1 without parameters looks the same. */
function isPlaceholder(config: Config | null): boolean {
  return config?.['job-parallelism'] === 1 && Object.keys(config['user-config'] ?? {}).length === 0;
}

async function hasTasks({ api }: Pick<Kit, 'api'>, id: string): Promise<boolean> {
  return ((await api.job(id))?.vertices ?? []).length > 0;
}
