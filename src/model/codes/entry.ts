/** One documented code: docs/troubleshooting.md has an entry for each, generated from this registry. */
export interface CodeEntry {
  /** What it means, one sentence. */
  readonly meaning: string;
  /** What to do next. */
  readonly next: string;
}
