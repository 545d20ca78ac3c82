import type { Bytes } from './bytes.js';
import { readKeyedHandle, readOperatorHandle, type Sink } from './handles.js';
import type { NamedState, OperatorSnapshot, StateFile } from './snapshot.js';
import { statesOf } from './states.js';
import { readStream, type Stream, sizeOf } from './streams.js';

/** Reads what a snapshot keeps of one operator, in the format `version`. */
export function readOperator(bytes: Bytes, version: number): OperatorSnapshot {
  const named = version >= 5;
  const name = named ? bytes.text('name of an operator') : '';
  const uid = named ? bytes.text('uid of an operator') : '';
  const id = Buffer.from(bytes.take(16, 'id of an operator')).toString('hex');
  const parallelism = bytes.int32('parallelism');
  const maxParallelism = bytes.int32('max parallelism');
  const gathered = gather();
  // The coordinator of a source has no names, and is state all the same.
  gathered.sink.size(sizeOf(readStream(bytes)));
  const subtasks = bytes.int32('number of subtasks');
  // -1: the operator had finished, and keeps nothing.
  if (subtasks < -1 || subtasks * 4 > bytes.left) throw bytes.wrong(`there can't be ${subtasks} subtasks`);
  for (let one = 0; one < subtasks; one++) readSubtask(bytes, version, gathered.sink);
  return { id, name: name || null, uid: uid || null, parallelism, maxParallelism, ...gathered.result() };
}

function readSubtask(bytes: Bytes, version: number, sink: Sink): void {
  // Negative: this subtask had finished.
  if (bytes.int32('index of a subtask') < 0) return;
  for (const what of ['managed', 'raw'])
    if (bytes.int32(`flag of ${what} operator state`) !== 0) readOperatorHandle(bytes, sink);
  readKeyedHandle(bytes, sink);
  // What an operator writes by itself has no list of names.
  readKeyedHandle(bytes, { ...sink, keyed: () => undefined, unnamed: () => undefined });
  for (const what of ['input channels', 'output channels']) {
    const count = bytes.count(what, 21);
    for (let one = 0; one < count; one++) readChannel(bytes, version, sink);
  }
}

/** Records in flight, of an unaligned checkpoint. */
function readChannel(bytes: Bytes, version: number, sink: Sink): void {
  const type = version >= 6 ? bytes.int8('type of a channel handle') : 1;
  if (type < 1 || type > 4) throw bytes.wrong(`a channel handle of type ${type}`);
  if (type <= 2) {
    bytes.skip(12, 'channel');
    bytes.skip(8 * bytes.count('positions of a channel', 8), 'positions of a channel');
    bytes.int64('size of a channel');
    sink.size(sizeOf(readStream(bytes)));
    return;
  }
  bytes.int32('subtask of merged channels');
  bytes.int64('size of merged channels');
  sink.size(sizeOf(readStream(bytes)));
  bytes.skip(bytes.int32('length of the positions'), 'positions of merged channels');
}

/** Puts together what the handles of all subtasks of one operator say. */
function gather() {
  const states = new Map<string, NamedState>();
  const files: StateFile[] = [];
  let size = 0;
  let unnamed = false;
  const add = (state: NamedState) => void states.set(`${state.scope} ${state.name}`, state);

  function keyed(stream: Stream, head: number | null): void {
    if (stream.at === 'none') return;
    const end = Math.min(head ?? sizeOf(stream), sizeOf(stream));
    if (stream.at === 'file') {
      const { path, relative, offset, length } = stream;
      files.push({ path, relative, offset, length, head: end });
      return;
    }
    const found = statesOf(stream.bytes.subarray(0, end));
    if (found === null) unnamed = true;
    for (const state of found ?? []) add(state);
  }

  const sink: Sink = {
    size(bytes) {
      size += bytes;
    },
    operator: (name, kind) => add({ scope: 'operator', name, kind }),
    keyed,
    unnamed() {
      unnamed = true;
    },
  };
  return {
    sink,
    result: () => ({
      hasState: size > 0 || states.size > 0,
      size,
      states: sorted([...states.values()]),
      files,
      unnamed,
    }),
  };
}

/** By scope and name, whatever the language of the machine. */
function sorted(states: readonly NamedState[]): readonly NamedState[] {
  const text = ({ scope, name }: NamedState) => `${scope} ${name}`;
  return states.toSorted((one, other) => (text(one) < text(other) ? -1 : 1));
}
