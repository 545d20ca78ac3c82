import type { Engine } from '../engines/engine.js';
import type { Declaration } from './declarations.js';
import type { Instance } from './for-each.js';
import { interpolate, type Scope } from './interpolate.js';
import { child, type Entry, type Located, type LocatedMap } from './located.js';
import { besideTarget, inTarget, inVerify } from './scopes.js';

/** Read before interpolation, or never interpolated. */
const asWritten: readonly string[] = ['engine', 'for-each', 'build'];

/** The job of one instance: every reference filled in that can be known now. */
export function resolved(
  declaration: Declaration,
  instance: Instance,
  engine: Engine | undefined,
  scope: Omit<Scope, 'each' | 'refuses' | 'job'>,
): LocatedMap {
  const facts = {
    forEach: instance.each !== null,
    build: child(declaration.map, 'build') !== undefined,
    artifacts: engine?.artifacts ?? null,
  };
  const base = { ...scope, each: instance.each, job: instance.key };
  const beside: Scope = { ...base, refuses: besideTarget(facts) };
  const target: Scope = { ...base, refuses: inTarget(facts) };
  const verify: Scope = { ...base, refuses: inVerify(facts) };
  const entries = new Map<string, Entry>();
  for (const [key, entry] of declaration.map.entries) {
    if (asWritten.includes(key)) entries.set(key, entry);
    else if (key === 'target') entries.set(key, { at: entry.at, node: interpolate(entry.node, target) });
    else if (key === 'parallel') entries.set(key, { at: entry.at, node: parallel(entry.node, beside, target) });
    else if (key === 'verify') entries.set(key, { at: entry.at, node: interpolate(entry.node, verify) });
    else entries.set(key, { at: entry.at, node: interpolate(entry.node, beside) });
  }
  return { ...declaration.map, entries };
}

/** Slots are overlays of `target`, so the same references stand in them. */
function parallel(node: Located, beside: Scope, target: Scope): Located {
  if (node.kind !== 'map') return interpolate(node, beside);
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const slots = key === 'slots' && entry.node.kind === 'list' ? entry.node : null;
    const value =
      slots === null
        ? interpolate(entry.node, beside)
        : { ...slots, items: slots.items.map((slot) => interpolate(slot, target)) };
    entries.set(key, { at: entry.at, node: value });
  }
  return { ...node, entries };
}
