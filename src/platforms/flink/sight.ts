import type { Ambient } from '../../engines/engine.js';
import type { Api } from './api.js';
import type { Snapshots } from './snapshots/index.js';

/** What a session needs to tell how a job on a Flink cluster does. */
export interface Sight {
  readonly api: Api;
  readonly ambient: Ambient;
  readonly snapshots: Snapshots;
  /** A job id stands for one run of one program: what it restores of its own was written by the same program. */
  readonly idIsRun?: true;
  readonly memory: {
    /** What a run was told to start from, by its job id. */
    readonly from: ReadonlyMap<string, string>;
  };
}
