import type { Job } from '../model/job.js';
import type { Declaration } from './declarations.js';
import type { Instance } from './for-each.js';
import { child, type LocatedMap, positionsOf } from './located.js';
import { suggestion } from './nearest.js';
import type { Problems } from './problems.js';

/** A job as far as what it needs is concerned. */
export type Needing = Pick<Job, 'key' | 'needs' | 'positions' | 'at' | 'instance'>;

/** What a job needs that has another fault: what it writes down at `needs`, if that is a list of names. */
export function needingOf({ key, at }: Declaration, instance: Instance, map: LocatedMap): Needing {
  const written = child(map, 'needs');
  const names =
    written?.kind === 'list' ? written.items.map((item) => (item.kind === 'scalar' ? item.value : null)) : [];
  const of = instance.key.slice(key.length + 1);
  return {
    key: instance.key,
    needs: names.filter((name) => typeof name === 'string'),
    positions: positionsOf(map),
    at,
    instance: instance.each === null ? null : { of: key, key: of, first: instance.first },
  };
}

/** Replaces the name of a `for-each` in `needs` by its instances. A name that is not declared is told where it stands. */
export function withNeeds<Some extends Needing>(
  jobs: readonly Some[],
  instances: ReadonlyMap<string, readonly string[]>,
  known: readonly string[],
  problems: Problems | null,
): readonly Some[] {
  const keys = new Set(jobs.map((job) => job.key));
  const declared = new Set(known);
  // Instances of a `for-each` share their mistakes; looking for the nearest name is the slow part.
  const messages = new Map<string, string>();
  return jobs.map((job) => {
    const needs = job.needs.flatMap((name, index) => {
      const all = instances.get(name);
      if (all !== undefined || keys.has(name)) return all ?? [name];
      if (!declared.has(name)) {
        const at = job.positions[`needs.${index}`] ?? job.at;
        const message = messages.get(name) ?? `there is no job \`${name}\`${suggestion(name, known)}`;
        messages.set(name, message);
        problems?.add({ code: 'manifest-needs', at, field: fieldOf(job, `needs.${index}`), message, job: job.key });
      }
      return [];
    });
    return { ...job, needs: [...new Set(needs)] };
  });
}

/** Tells every circle of `needs` once, however many instances it goes through. */
export function checkCycles(jobs: readonly Needing[], problems: Problems): void {
  const byKey = new Map(jobs.map((job) => [job.key, job]));
  const told = new Set<string>();
  const done = new Set<string>();
  for (const start of jobs) {
    // Depth first, by hand: a chain of thousands of jobs would be too deep for recursion.
    const path: { job: Needing; next: number }[] = [];
    const onPath = new Map<string, number>();
    const enter = (job: Needing): void => {
      onPath.set(job.key, path.length);
      path.push({ job, next: 0 });
    };
    if (!done.has(start.key)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = top.job.needs[top.next];
      top.next += 1;
      if (need === undefined) {
        done.add(top.job.key);
        onPath.delete(top.job.key);
        path.pop();
        continue;
      }
      const since = onPath.get(need);
      const job = byKey.get(need);
      if (since !== undefined)
        tellCycle(
          path.slice(since).map((step) => step.job),
          told,
          problems,
        );
      else if (job !== undefined && !done.has(need)) enter(job);
    }
  }
}

function tellCycle(cycle: readonly Needing[], told: Set<string>, problems: Problems): void {
  const [first] = cycle;
  const declared = [...new Set(cycle.map((job) => job.instance?.of ?? job.key))].sort().join('\n');
  if (first === undefined || told.has(declared)) return;
  told.add(declared);
  const circle = [...cycle, first].map((job) => job.key).join(' → ');
  const at = first.positions['needs'] ?? first.at;
  problems.add({
    code: 'manifest-cycle',
    at,
    field: fieldOf(first, 'needs'),
    message: `jobs need each other: ${circle}`,
  });
}

/** Path in the file of a field of a job: instances are written once, under the name of the `for-each`. */
export function fieldOf(job: Pick<Job, 'key' | 'instance'>, path: string): string {
  return `jobs.${job.instance?.of ?? job.key}.${path}`;
}
