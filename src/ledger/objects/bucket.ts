/** An object's text, and the mark of this version of it (S3: ETag, Cloud Storage: generation). */
export interface Found {
  readonly text: string;
  readonly tag: string;
}

/**
 * Answer to a conditional write. `stale`: another version stands there, or none. `busy`: the store is at another write of
 * the same object and took neither. Of both it is certain that this request wrote nothing, but not that an earlier try did not.
 */
export type Put = { readonly state: 'landed'; readonly tag: string } | { readonly state: 'stale' | 'busy' };

/** What lies directly below a prefix: objects and folders, without the prefix and without slashes. */
export interface Listing {
  readonly names: readonly string[];
  readonly folders: readonly string[];
}

/** One bucket as a ledger needs it. Everything throws RolloutErrors (`errors.ts`); after one, a write's fate is not known. */
export interface Bucket {
  /** `s3://<bucket>` or `gs://<bucket>`. */
  readonly url: string;
  /** A mark in the store's own form that no version has. */
  readonly neverTag: string;
  get(key: string): Promise<Found | null>;
  /** Writes if exactly the version `expected` stands there (null: no object). There is no write without a condition. */
  put(key: string, text: string, expected: string | null): Promise<Put>;
  /** `prefix` is empty or ends with a slash. */
  list(prefix: string): Promise<Listing>;
  close(): void;
}
