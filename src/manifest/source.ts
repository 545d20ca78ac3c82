/** Where a manifest is read from: the work tree, a commit, or an input's own text. */
export interface ManifestSource {
  /** The files of the manifest, in order; `path` is shown in errors, for example `.github/streaming-jobs.yml`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Reads another file by its path from the root of the repository, for `for-each`; null if there is none. */
  readFile(path: string): Promise<string | null>;
}
