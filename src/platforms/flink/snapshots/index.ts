import type { Ambient } from '../../../engines/engine.js';
import { RolloutError } from '../../../model/error.js';
import type { JsonObject } from '../../../model/json.js';
import {
  type OperatorSnapshot,
  readMetadata,
  type Snapshot,
  type StateFile,
  statesOf,
  UnreadableSnapshot,
} from '../metadata/index.js';
import { readableUri } from './path.js';

/** A snapshot as far as it could be read. */
export type ReadSnapshot =
  | { readonly state: 'read'; readonly snapshot: Snapshot }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly why: string };

/** Reads snapshots from where Flink wrote them; what was read is kept, since a snapshot never changes. */
export interface Snapshots {
  read(path: string, target: JsonObject): Promise<ReadSnapshot>;
}

/** Names of states stand at the head of state files: longest part of one that is read, in bytes. */
const mostHeadBytes = 256 * 1024;
/** Files of one operator that are looked into: every subtask registers the same states. */
const filesAnOperator = 2;

export function snapshotsOf({ read }: Pick<Ambient, 'read'>): Snapshots {
  const known = new Map<string, ReadSnapshot>();

  async function whole(path: string, target: JsonObject): Promise<ReadSnapshot> {
    const uri = readableUri(path, '_metadata');
    if (uri === null) return { state: 'unreadable', why: `${path} is in a store that the tool does not read` };
    if (read === undefined) return { state: 'unreadable', why: 'this process reads no artifacts' };
    try {
      const bytes = await read(uri, target);
      if (bytes === null) return { state: 'missing' };
      const snapshot = readMetadata(bytes);
      const operators = await Promise.all(snapshot.operators.map((operator) => named(path, operator, target)));
      return { state: 'read', snapshot: { ...snapshot, operators } };
    } catch (error) {
      if (!(error instanceof RolloutError) && !(error instanceof UnreadableSnapshot)) throw error;
      return { state: 'unreadable', why: error.message };
    }
  }

  /** The operator with the names that stand in its state files. */
  async function named(path: string, operator: OperatorSnapshot, target: JsonObject): Promise<OperatorSnapshot> {
    const heads = await Promise.all(operator.files.slice(0, filesAnOperator).map((file) => head(path, file, target)));
    const found = heads.flatMap((bytes) => (bytes === null ? [null] : [statesOf(bytes)]));
    const all = [...operator.states, ...found.flatMap((states) => states ?? [])];
    const unique = new Map(all.map((state) => [`${state.scope} ${state.name}`, state]));
    return { ...operator, states: [...unique.values()], unnamed: operator.unnamed || found.includes(null) };
  }

  async function head(path: string, file: StateFile, target: JsonObject): Promise<Uint8Array | null> {
    const uri = file.relative ? readableUri(path, file.path) : readableUri(file.path);
    if (uri === null || read === undefined) return null;
    const length = Math.min(file.head, file.length, mostHeadBytes);
    return await read(uri, target, { offset: file.offset, length });
  }

  return {
    async read(path, target) {
      const before = known.get(path);
      if (before !== undefined) return before;
      const found = await whole(path, target);
      if (found.state === 'read') known.set(path, found);
      return found;
    },
  };
}
