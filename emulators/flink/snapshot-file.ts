import type { Operator, State } from './program.js';

/** What a snapshot keeps of one operator. */
export interface SavedOperator extends Pick<Operator, 'id' | 'uid' | 'name' | 'states'> {
  readonly parallelism: number;
  readonly maxParallelism: number;
}

/** A savepoint or a checkpoint. */
export interface Saved {
  readonly checkpointId: number;
  readonly operators: readonly SavedOperator[];
}

/** `_metadata` as Flink writes it: version 4 (1.16 to 1.20) or 6 (from 2.1 on). Small state lies inside, one byte of it. */
export function metadataOf({ checkpointId, operators }: Saved, version: 4 | 6): Buffer {
  const out = new Writer();
  out.int32(0x4960672d).int32(version).int64(checkpointId).int32(0).int32(operators.length);
  for (const operator of operators) {
    if (version >= 5) out.text(operator.name).text(operator.uid ?? '');
    out.raw(Buffer.from(operator.id, 'hex')).int32(operator.parallelism).int32(operator.maxParallelism).int8(0);
    out.int32(operator.parallelism);
    for (let subtask = 0; subtask < operator.parallelism; subtask += 1) writeSubtask(out, subtask, operator);
  }
  // Null properties, as Java serialises them.
  out.raw(Buffer.from('aced000570', 'hex'));
  return out.bytes();
}

function writeSubtask(out: Writer, subtask: number, { states, maxParallelism, parallelism }: SavedOperator): void {
  const of = (scope: State['scope']) => states.filter((state) => state.scope === scope);
  out.int32(subtask);
  writeOperatorState(out, of('operator'));
  out.int32(0);
  writeKeyedState(out, of('keyed'), Math.floor((subtask * maxParallelism) / parallelism));
  out.int8(0).int32(0).int32(0);
}

function writeOperatorState(out: Writer, states: readonly State[]): void {
  if (states.length === 0) return void out.int32(0);
  out.int32(1).int8(4).int32(states.length);
  for (const { name } of states) out.text(name).int8(0).int32(1).int64(0);
  writeBytes(out, Buffer.alloc(1));
}

function writeKeyedState(out: Writer, states: readonly State[], first: number): void {
  if (states.length === 0) return void out.int8(0);
  const head = keyedHead(states);
  // One key group with one byte of state behind the names.
  out.int8(3).int32(first).int32(1).int64(head.length);
  writeBytes(out, Buffer.concat([head, Buffer.alloc(1)]));
}

/** Names of keyed states, as the backends write them in front of the values; serializers are reduced to a class name. */
function keyedHead(states: readonly State[]): Buffer {
  const out = new Writer();
  out
    .int32(6)
    .int8(0)
    .text('org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot')
    .int32(3);
  out.int16(states.length);
  for (const { name, type } of states) {
    out.text(name).int32(0).int32(1).text('KEYED_STATE_TYPE').text('VALUE').int32(1).text('VALUE_SERIALIZER');
    out.text(`serializer of ${type}`).int32(2);
  }
  return out.bytes();
}

function writeBytes(out: Writer, bytes: Buffer): void {
  out.int8(1).text('state').int32(bytes.length).raw(bytes);
}

/** Big-endian values as Java's `DataOutputStream` writes them. */
class Writer {
  readonly #parts: Buffer[] = [];

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  int8(value: number): this {
    return this.raw(Buffer.from([value]));
  }

  int16(value: number): this {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return this.raw(bytes);
  }

  int32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return this.raw(bytes);
  }

  int64(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    return this.raw(bytes);
  }

  text(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    return this.int16(bytes.length).raw(bytes);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
