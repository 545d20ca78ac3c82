import type { Combined } from './combine.js';
import { child, type Entry, entriesOf, type Located, type LocatedMap } from './located.js';
import { suggestion } from './nearest.js';
import type { Problems } from './problems.js';

interface Known {
  readonly keys: readonly string[];
  /** Says where an unknown key belongs instead, or null. */
  readonly belongs: (key: string) => string | null;
}

/** The map without the keys that can't stand in it. They are told here, once, however many jobs it is merged into. */
export function knownPart(node: LocatedMap, known: Known, problems: Problems): LocatedMap {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    if (known.keys.includes(key)) {
      entries.set(key, entry);
      continue;
    }
    const elsewhere = known.belongs(key);
    const end = elsewhere === null ? suggestion(key, known.keys) : `; ${elsewhere}`;
    const message = `\`${key}\` is not known here${end}`;
    problems.add({ code: 'manifest-unknown-key', at: entry.at, field: entry.node.field, message });
  }
  return { ...node, entries };
}

/** Overlays of all environments name jobs that exist, also of those that are not read for now. */
export function checkOverlayNames(combined: Combined, problems: Problems): void {
  if (!combined.whole) return;
  for (const environment of combined.environments.entries.values()) {
    for (const [key, entry] of entriesOf(child(environment.node, 'jobs'))) {
      if (combined.jobs.has(key)) continue;
      const message = `there is no job \`${key}\`${suggestion(key, [...combined.jobs.keys()])}`;
      problems.add({ code: 'manifest-overlay', at: entry.at, field: entry.node.field, message });
    }
  }
}

export function isMap(node: Located | undefined): node is LocatedMap {
  return node?.kind === 'map';
}
