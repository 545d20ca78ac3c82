/** Bounds that keep a hostile or broken manifest from costing more than a moment and some memory. */
export const limits = {
  fileBytes: 1024 * 1024,
  files: 200,
  /** Levels of nesting in one file. */
  depth: 64,
  /** Values in one file after aliases are expanded. */
  nodes: 250_000,
  jobs: 5_000,
  /** Values of all jobs together, after `for-each`, merging and interpolation. */
  jobNodes: 1_000_000,
  /** Characters of one text after interpolation. */
  text: 65_536,
  globs: 200,
  globLength: 256,
  /** `*`, `?`, `[` and `{` in one glob: each can multiply the cost of a match. */
  globWildcards: 12,
} as const;
