import type { protos } from '@google-cloud/dataflow';
import type { Json, JsonObject } from '../../model/json.js';

type Struct = protos.google.protobuf.IStruct;
type Value = protos.google.protobuf.IValue;

/** Plain JSON of a protobuf Struct as the client hands it over. */
export function fromStruct(struct: Struct | null | undefined): JsonObject {
  return Object.fromEntries(Object.entries(struct?.fields ?? {}).map(([key, value]) => [key, fromValue(value)]));
}

function fromValue(value: Value): Json {
  if (value.structValue) return fromStruct(value.structValue);
  if (value.listValue) return (value.listValue.values ?? []).map(fromValue);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}

/** ISO 8601 text of a protobuf timestamp, or null. */
export function fromTimestamp(time: protos.google.protobuf.ITimestamp | null | undefined): string | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}
