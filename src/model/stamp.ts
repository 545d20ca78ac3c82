/**
 * The mark put on a run so that it can be found again; frozen at launch. Every field fits `[a-z0-9_-]{1,63}`
 * (Dataflow label values, docs/engines/dataflow.md); an absent value is written as `none`.
 */
export interface Stamp {
  readonly revision: string;
  /** Rollout id: hash of manifest name, job, environment, revision and number. */
  readonly rollout: string;
  /** Number of the rollout of this job in this environment, from 1. */
  readonly n: number;
  /** Step id of the plan, for example `start` or `undo-start`. */
  readonly step: string;
  /** Commit, cut to 40 characters. */
  readonly commit: string | null;
  /** Run id of the run that this one replaces. */
  readonly predecessor: string | null;
  /** Index into `parallel.slots`, or null where the job has none. */
  readonly slot: number | null;
}

/** Names of the stamp's fields, in the order in which engines write them. An engine prefixes them its own way. */
export const stampFields = ['revision', 'rollout', 'n', 'step', 'commit', 'predecessor', 'slot'] as const;

/** The stamp as flat text fields, for labels, arguments and tags. */
export function stampToFields(stamp: Stamp): Record<(typeof stampFields)[number], string> {
  return {
    revision: stamp.revision,
    rollout: stamp.rollout,
    n: String(stamp.n),
    step: stamp.step,
    commit: stamp.commit?.slice(0, 40).toLowerCase() ?? 'none',
    predecessor: fieldValue(stamp.predecessor),
    slot: stamp.slot === null ? 'none' : String(stamp.slot),
  };
}

/** Reads a stamp back; null if a field is missing or malformed (then the run counts as not stamped by us). */
export function stampFromFields(read: (field: (typeof stampFields)[number]) => string | undefined): Stamp | null {
  const revision = read('revision');
  const rollout = read('rollout');
  const n = Number(read('n'));
  const step = read('step');
  if (!revision || !rollout || !step || !Number.isInteger(n) || n < 1) return null;
  const slot = read('slot');
  return {
    revision,
    rollout,
    n,
    step,
    commit: absent(read('commit')),
    predecessor: absent(read('predecessor')),
    slot: slot === undefined || slot === 'none' ? null : Number(slot),
  };
}

/** A run id as it stands in a stamp: lower case, other characters as `-`, at most 63. Compare ids through this. */
export function fieldValue(id: string | null): string {
  return id === null
    ? 'none'
    : id
        .toLowerCase()
        .replace(/[^a-z0-9_-]/g, '-')
        .slice(0, 63);
}

function absent(value: string | undefined): string | null {
  return value === undefined || value === '' || value === 'none' ? null : value;
}
