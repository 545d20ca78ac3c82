const mask = (1n << 64n) - 1n;
const c1 = 0x87c37b91114253d5n;
const c2 = 0x4cf5ad432745937fn;

/**
 * The id that Flink gives to an operator with this uid: MurmurHash3 of 128 bits (x64, seed 0) over its UTF-8 bytes, as 32 hexadecimal digits.
 */
export function operatorIdOf(uid: string): string {
  const bytes = Buffer.from(uid, 'utf8');
  let h1 = 0n;
  let h2 = 0n;
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    h1 ^= mixFirst(bytes.readBigUInt64LE(at));
    h1 = wrap(wrap(rotated(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= mixSecond(bytes.readBigUInt64LE(at + 8));
    h2 = wrap(wrap(rotated(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  const rest = Buffer.alloc(16);
  bytes.copy(rest, 0, whole);
  h1 ^= mixFirst(rest.readBigUInt64LE(0));
  h2 ^= mixSecond(rest.readBigUInt64LE(8));
  const length = BigInt(bytes.length);
  h1 ^= length;
  h2 ^= length;
  h1 = wrap(h1 + h2);
  h2 = wrap(h2 + h1);
  h1 = final(h1);
  h2 = final(h2);
  h1 = wrap(h1 + h2);
  h2 = wrap(h2 + h1);
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(h1, 0);
  out.writeBigUInt64LE(h2, 8);
  return out.toString('hex');
}

function mixFirst(k: bigint): bigint {
  return wrap(rotated(wrap(k * c1), 31n) * c2);
}

function mixSecond(k: bigint): bigint {
  return wrap(rotated(wrap(k * c2), 33n) * c1);
}

function final(k: bigint): bigint {
  const once = wrap((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn);
  const twice = wrap((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return twice ^ (twice >> 33n);
}

function rotated(k: bigint, by: bigint): bigint {
  return wrap((k << by) | (k >> (64n - by)));
}

function wrap(k: bigint): bigint {
  return k & mask;
}
