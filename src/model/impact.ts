/** What a change costs, from least to most: `none < scale < upgrade < recreate`. */
export const impacts = ['none', 'scale', 'upgrade', 'recreate'] as const;
export type Impact = (typeof impacts)[number];

export function highest(of: readonly Impact[]): Impact {
  return impacts[Math.max(0, ...of.map((impact) => impacts.indexOf(impact)))] ?? 'none';
}

/** Duplicates that carrying out a change may cause: `none < replay < overlap`. */
export const duplicates = ['none', 'replay', 'overlap'] as const;
export type Duplicates = (typeof duplicates)[number];

/** What happens to the state of the job. `none`: there is no state yet. `unknown`: the engine does not tell. */
export type StateEffect = 'kept' | 'unknown' | 'flushed' | 'lost' | 'none';

/** What carrying out a change is expected to cost. `gapSeconds` is null where it is not known. */
export interface Effect {
  readonly gapSeconds: number | null;
  readonly duplicates: Duplicates;
  readonly state: StateEffect;
}
