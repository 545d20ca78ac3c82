import type { Run } from '../../model/run.js';
import type { Metric, Vertex } from './shapes.js';
import type { Sight } from './sight.js';

/** Characters that Flink would take for its own in the list of names. */
const unsafe = /[,]/;

/** Which metric of the sources, by the end of its name, and how its subtasks add up. `per`: divisor into the signal's unit. */
interface Wanted {
  readonly ends: string;
  readonly of: 'sum' | 'max';
  readonly per?: number;
}

/** A metric of the job as a whole. Values are texts, and a name that is not there is left out. */
export async function jobMetric(sight: Sight, run: Run, name: string): Promise<number | null> {
  const [found] = await sight.api.jobMetrics(run.id, [name]);
  const value = Number(found?.value);
  return found?.value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * A metric of all sources. Names are asked for first, since Flink gives nothing where one of several is missing. Undefined: no source has
 * it. Metrics come in one after another, some with the first record: of a young run what is not there is not known yet, null.
 */
export async function sourceMetric(
  sight: Sight,
  run: Run,
  { ends, of, per = 1 }: Wanted,
): Promise<number | null | undefined> {
  const vertices = await verticesOf(sight, run);
  let any = false;
  const values: number[] = [];
  for (const vertex of vertices.filter(({ name }) => name.startsWith('Source'))) {
    const names = await namesOf(sight, run, vertex);
    any ||= names.some((name) => name.startsWith('Source__'));
    const own = names.filter((name) => name.startsWith('Source__') && name.endsWith(`.${ends}`));
    if (own.length === 0) continue;
    const read = await sight.api.vertexMetrics(run.id, vertex.id, own);
    values.push(...read.flatMap((metric) => metric[of] ?? []).filter(Number.isFinite));
  }
  if (values.length === 0) return any && !isYoung(sight, run) ? undefined : null;
  return (of === 'sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values)) / per;
}

/** The largest value of a task metric over all vertices. Null: none is there yet. */
export async function taskMetric(
  sight: Sight,
  run: Run,
  { name, per }: { readonly name: string; readonly per: number },
): Promise<number | null> {
  const vertices = await verticesOf(sight, run);
  const read = await Promise.all(vertices.map(({ id }) => sight.api.vertexMetrics(run.id, id, [name])));
  const values = read.flat().flatMap(({ max }) => (max !== undefined && Number.isFinite(max) ? [max] : []));
  return values.length === 0 ? null : Math.max(...values) / per;
}

/** Flink reads metrics every 10 s (`metrics.fetcher.update-interval`). */
const youthSeconds = 60;

function isYoung({ ambient }: Sight, { startedAt }: Run): boolean {
  return startedAt === null || ambient.clock.now() - Date.parse(startedAt) < youthSeconds * 1000;
}

async function verticesOf(sight: Sight, run: Run): Promise<readonly Vertex[]> {
  return (await sight.api.job(run.id))?.vertices ?? [];
}

async function namesOf(sight: Sight, run: Run, vertex: Vertex): Promise<readonly string[]> {
  const listed: readonly Metric[] = await sight.api.vertexMetrics(run.id, vertex.id, []);
  return listed.map(({ id }) => id).filter((name) => !unsafe.test(name));
}
