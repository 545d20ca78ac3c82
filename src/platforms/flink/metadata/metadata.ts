import { Bytes, UnreadableSnapshot } from './bytes.js';
import { readOperator } from './operators.js';
import type { Snapshot } from './snapshot.js';

const magic = 0x4960672d;
const masterMagic = 0xc96b1696;

/** Formats by their version. Flink writes 3 since 1.11, 4 since 1.16, 5 since 2.0, 6 since 2.1. */
const oldest = 3;
const newest = 6;

/**
 * Reads a whole `_metadata` file: which operators a savepoint or checkpoint has state of, and the names of the states.
 * Throws `UnreadableSnapshot` for what is no such file, is cut off or damaged, or has a format that is not known.
 */
export function readMetadata(all: Uint8Array): Snapshot {
  const bytes = new Bytes(all);
  if (all.byteLength < 8 || bytes.int32('magic number') !== magic)
    throw new UnreadableSnapshot('this is no _metadata file of a savepoint or checkpoint');
  const version = bytes.int32('version of the format');
  if (version < oldest)
    throw new UnreadableSnapshot(
      `format ${version} is of Flink 1.10 or earlier; formats ${oldest} to ${newest} can be read`,
    );
  if (version > newest)
    throw new UnreadableSnapshot(`format ${version} is not known; formats ${oldest} to ${newest} can be read`);
  const checkpointId = bytes.length('checkpoint id');
  const masters = bytes.count('master states', 8);
  for (let one = 0; one < masters; one++) {
    if (bytes.int32('master state') >>> 0 !== masterMagic) throw bytes.wrong('a damaged master state');
    bytes.skip(bytes.int32('length of a master state'), 'master state');
  }
  const count = bytes.count('operators', 32);
  const operators = Array.from({ length: count }, () => readOperator(bytes, version));
  // From format 4 on the properties of the checkpoint follow, as Java serialises objects; before it nothing does.
  if (version === oldest && bytes.left > 0) throw bytes.wrong(`${bytes.left} bytes too many`);
  return { version, checkpointId, operators };
}
