/** A run id as Glue makes it: `jr_…`, then `_attempt_M` for a retry, then `_restart_N` for a maintenance restart. */
const shape = /^(?<base>.+?)(?:_attempt_(?<attempt>\d+))?(?:_restart_(?<restart>\d+))?$/;

interface Place {
  readonly base: string;
  readonly attempt: number;
  readonly restart: number;
}

function placeOf(id: string): Place {
  const groups = id.match(shape)?.groups;
  return {
    base: groups?.['base'] ?? id,
    attempt: Number(groups?.['attempt'] ?? 0),
    restart: Number(groups?.['restart'] ?? 0),
  };
}

function before(a: Place, b: Place): boolean {
  return a.base === b.base && (a.attempt < b.attempt || (a.attempt === b.attempt && a.restart < b.restart));
}

/**
 * The run that each run continues after a restart by Glue itself, and the run that took over from it. A link that is missing in `ids`
 * (its run fell out of Glue's history) is bridged to the nearest earlier one; without any, the id without its last ending is named.
 */
export function chain(ids: readonly string[]): {
  readonly continues: ReadonlyMap<string, string>;
  readonly replacedBy: ReadonlyMap<string, string>;
} {
  const families = new Map<string, { id: string; place: Place }[]>();
  for (const id of ids) {
    const place = placeOf(id);
    families.set(place.base, [...(families.get(place.base) ?? []), { id, place }]);
  }
  const continues = new Map<string, string>();
  const replacedBy = new Map<string, string>();
  for (const family of families.values()) {
    family.sort((a, b) => (before(a.place, b.place) ? -1 : 1));
    family.forEach(({ id, place }, index) => {
      const earlier = family[index - 1]?.id;
      if (earlier !== undefined) {
        continues.set(id, earlier);
        replacedBy.set(earlier, id);
      } else if (place.attempt > 0 || place.restart > 0) {
        continues.set(id, id.replace(/_(attempt|restart)_\d+$/, ''));
      }
    });
  }
  return { continues, replacedBy };
}

/** The last run of the chain that begins at `id`. */
export function tailOf(id: string, replacedBy: ReadonlyMap<string, string>): string {
  let tail = id;
  for (let next = replacedBy.get(tail); next !== undefined; next = replacedBy.get(tail)) tail = next;
  return tail;
}

/** The id under which Glue's next maintenance restart of a run appears. */
export function nextRestart(id: string): string {
  const { restart } = placeOf(id);
  return `${id.replace(/_restart_\d+$/, '')}_restart_${restart + 1}`;
}
