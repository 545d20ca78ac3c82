import type { WriteObject } from '../flink/disk.js';
import type { FlinkOperatorSettings } from './settings.js';

export interface FlinkOperatorOptions {
  readonly settings?: Partial<FlinkOperatorSettings>;
  /** What programs are, by image, jar URI or argument: the lines that `POST /runs` `{program, lines}` would give. */
  readonly programs?: { readonly [name: string]: string };
  /** Writes (or, for null, removes) an object of an emulated store, for snapshots outside of this machine's files. */
  readonly object?: WriteObject;
}
