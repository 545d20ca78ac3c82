/** What a state is registered as. `list`, `union` and `broadcast` are operator state; `timers` a keyed priority queue; the rest keyed state. */
export type StateKind =
  | 'value'
  | 'list'
  | 'map'
  | 'reducing'
  | 'aggregating'
  | 'timers'
  | 'keyed'
  | 'split'
  | 'union'
  | 'broadcast';

/** A state by the name that the job's code gives it. Equal names of different scope are different states. */
export interface NamedState {
  readonly scope: 'keyed' | 'operator';
  readonly name: string;
  readonly kind: StateKind;
}

/** A file that holds state; its first bytes hold the names of keyed states (`statesOf`). */
export interface StateFile {
  /** As the snapshot says it: a URI or an absolute path; or, if `relative`, a name beside `_metadata`. */
  readonly path: string;
  readonly relative: boolean;
  /** First byte of the state in the file, and how many bytes it has. */
  readonly offset: number;
  readonly length: number;
  /** The names end before this many bytes of it. At most `length`. */
  readonly head: number;
}

/** What a snapshot keeps of one operator, over all its subtasks. */
export interface OperatorSnapshot {
  /** 32 hexadecimal digits: `operatorIdOf(uid)`, or generated from the place in the graph. */
  readonly id: string;
  /** Known from Flink 2.0 on; null: not known, or not given. */
  readonly name: string | null;
  readonly uid: string | null;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** It holds state of any kind: keyed, operator, coordinator or in flight. */
  readonly hasState: boolean;
  /** Bytes of its state. */
  readonly size: number;
  /** The states whose names lie in `_metadata` itself, sorted by scope and name, each once. */
  readonly states: readonly NamedState[];
  /** Files whose heads hold names that are not in `states` yet, one for each subtask that has one. */
  readonly files: readonly StateFile[];
  /** Keyed state in `_metadata` whose names could not be found: what `states` says is then not all. */
  readonly unnamed: boolean;
}

/** What a savepoint or a checkpoint consists of. */
export interface Snapshot {
  /** Of the format: 3 (Flink 1.11) to 6 (2.1 and later). */
  readonly version: number;
  readonly checkpointId: number;
  readonly operators: readonly OperatorSnapshot[];
}
