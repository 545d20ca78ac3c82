import type { JsonObject } from './json.js';

/**
 * Where a job's code identity comes from (DESIGN 5).
 * `files`: git blobs of the files that the artifact fields name. `build`: git blobs of `paths` and the text of `build`.
 * `reference`: a URI made elsewhere, by the content digest read from it.
 */
export type CodeIdentity =
  | { readonly kind: 'files'; readonly digest: string; readonly files: readonly string[] }
  | {
      readonly kind: 'build';
      readonly digest: string;
      readonly files: readonly string[];
      readonly built: boolean | null;
    }
  | { readonly kind: 'reference'; readonly digest: string | null; readonly uri: string; readonly mutable: boolean };

/** Result of a build command, kept in the ledger and shared by all environments. Values are strings; no secrets. */
export interface BuildResult {
  /** Digest of the code identity that was built. */
  readonly code: string;
  readonly values: { readonly [name: string]: string };
  /** sha256 of the canonical JSON of `values` and of the bytes of each value that names a local file. */
  readonly sha256: string;
  readonly commit: string | null;
  readonly builtAt: string;
  /**
   * Results that are local files, by the artifact's form and path as written (`file ${build.jar}`): their sha256 and where they were uploaded,
   * so that the next environment ships the same bytes from another machine.
   */
  readonly files?: { readonly [artifact: string]: { readonly sha256: string; readonly uris: readonly string[] } };
}

/** Settings and artifact of a revision that ran well: what a rollback needs. Secrets stand as `${secret.X}`. */
export interface Good {
  readonly revision: string;
  readonly codeDigest: string | null;
  readonly settingsDigest: string | null;
  /** The target as launched: artifact fields are URIs, build results are filled in. */
  readonly target: JsonObject | null;
  readonly artifact: {
    readonly kind: CodeIdentity['kind'] | 'observed';
    readonly digest: string | null;
    readonly mutable: boolean;
  };
  readonly runId: string | null;
  readonly commit: string | null;
  readonly rollout: string;
  readonly n: number;
  readonly slot: number | null;
  readonly snapshot: string | null;
  readonly at: string;
}
