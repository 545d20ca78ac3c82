import type { Ambient } from '../../engines/engine.js';
import type { Api } from './api.js';
import type { Snapshots } from './snapshots/index.js';

/** What a session needs to tell how a job on a Flink cluster does. */
export interface Sight {
  readonly api: Api;
  readonly ambient: Ambient;
  readonly snapshots: Snapshots;
  readonly memory: {
    /** What a run was told to start from, by its job id. */
    readonly from: ReadonlyMap<string, string>;
  };
}
