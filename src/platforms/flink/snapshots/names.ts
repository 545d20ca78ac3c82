import type { NamedState, OperatorSnapshot, Snapshot } from '../metadata/index.js';

/** A state's name with its operator, as one text. */
interface Named {
  readonly operator: string;
  readonly label: string;
  readonly state: NamedState;
}

/** States of two snapshots by operator and name. `lost`: in the first one alone; `added`: in the second one alone. For people, sorted. */
export interface Difference {
  readonly lost: readonly string[];
  readonly added: readonly string[];
}

/**
 * What became of the states of a snapshot. A state that Flink carries along although no code registers it any more is in both; that it
 * was renamed shows by the new name beside it, in `added`. States of operators that the first snapshot does not know are no part of it.
 */
export function difference(before: Snapshot, after: Snapshot): Difference {
  const now = namesIn(after);
  // Where not all names of an operator could be read, nothing is concluded from one that is not among them.
  const vague = (snapshot: Snapshot, operator: string) =>
    snapshot.operators.some(({ id, unnamed }) => id === operator && unnamed);
  const old = namesIn(before);
  const has = (all: readonly Named[], one: Named) =>
    all.some(
      ({ operator, state }) =>
        operator === one.operator && state.scope === one.state.scope && state.name === one.state.name,
    );
  const gone = before.operators.filter(
    (operator) => operator.hasState && !after.operators.some(({ id, hasState }) => id === operator.id && hasState),
  );
  const lost = old.filter((one) => !has(now, one) && !vague(after, one.operator)).map(worded);
  // An operator without readable names, of which nothing is left.
  const wholly = gone.filter(({ id }) => !old.some(({ operator }) => operator === id)).map(labelOf);
  const known = new Set(before.operators.map(({ id }) => id));
  const added = now
    .filter((one) => known.has(one.operator) && !has(old, one) && !vague(before, one.operator))
    .map(worded);
  return { lost: [...lost, ...wholly].sort(), added: added.sort() };
}

/** The operator in words: its name or uid where the snapshot knows them. */
export function labelOf({ id, uid, name }: Pick<OperatorSnapshot, 'id' | 'uid' | 'name'>): string {
  if (uid !== null) return `${uid} (${id})`;
  return name === null ? id : `${name} (${id})`;
}

function namesIn(snapshot: Snapshot): readonly Named[] {
  return snapshot.operators.flatMap((operator) =>
    operator.states.map((state) => ({ operator: operator.id, label: labelOf(operator), state })),
  );
}

function worded({ label, state }: Named): string {
  return `${state.name} of ${label}`;
}
