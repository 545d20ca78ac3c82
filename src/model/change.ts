import type { CodeIdentity } from './artifact.js';
import type { JsonObject } from './json.js';
import type { Position } from './position.js';

/** What a job should be at one commit: its identity, as far as it is known without a build or the engine. */
export interface Desired {
  /** `r1-` + 16 hex; null where the code identity is not known (a reference that was not read). */
  readonly revision: string | null;
  readonly code: CodeIdentity | null;
  readonly codeDigest: string | null;
  readonly settingsDigest: string;
  /** Target fields of impact `upgrade` and `recreate`, without artifact fields' content; what `settingsDigest` covers. */
  readonly settings: JsonObject;
  /** Target fields of impact `scale`. */
  readonly scale: JsonObject;
}

/** A file that differs between base and head; `before`/`after` are blob ids, null where the file is absent. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A settings field that differs between two versions of a job; values in the manifest's shape, null where absent. */
export interface ChangedField {
  readonly field: string;
  readonly at: Position | null;
}

/** What the base diff says about a job. It explains; the comparison of revisions decides. */
export interface Explanation {
  /** True if the base is known and shows that the job's revision or scale differs there; null where the base is unknown. */
  readonly touched: boolean | null;
  /** The base is known and its manifest has no such job: new to the tool, which says nothing about a run on the engine. Then `touched` is false. */
  readonly added?: boolean;
  readonly files: readonly ChangedFile[];
  readonly fields: readonly ChangedField[];
}
