/**
 * A snapshot's path for comparison. Flink gives `file:/p` back for `file:///p`, `/p`, `p/` and `p/_metadata`; other schemes keep their two
 * slashes.
 */
export function normalised(path: string): string {
  const plain = path.replace(/\/_metadata$/, '').replace(/\/+$/, '');
  const local = /^(?:file:)?\/{1,3}(?=[^/]|$)/.exec(plain);
  if (local !== null) return `file:/${plain.slice(local[0].length)}`;
  return plain.replace(/^s3[an]:\/\//, 's3://');
}

export function samePath(a: string, b: string): boolean {
  return normalised(a) === normalised(b);
}

/** The checkpoint was written by the run itself: after a failover or a rescale it goes on from there. */
export function isOwn(path: string, id: string): boolean {
  return path.includes(`/${id}/`);
}

/** A URI that the tool's stores read, of a name below a snapshot; null: no store of the tool reads it (HDFS, ABFS). */
export function readableUri(path: string, below = ''): string | null {
  const plain = normalised(path);
  const whole = below === '' ? plain : `${plain}/${below}`;
  if (whole.startsWith('file:/')) return `file:///${whole.slice('file:/'.length)}`;
  return /^(s3|gs):\/\/[^/]+\/./.test(whole) ? whole : null;
}
