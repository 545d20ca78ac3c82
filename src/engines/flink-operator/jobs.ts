import type { JsonObject } from '../../model/json.js';
import { type Api, openApi } from '../../platforms/flink/api.js';
import { openRest, type Rest } from '../../platforms/flink/rest.js';
import type { Kit } from './kit.js';
import { proxiedRest } from './rest.js';
import type { Seen } from './seen.js';
import { partsOf } from './target.js';

/** The REST API behind a run, and the job's id there. */
export interface Behind {
  readonly api: Api;
  readonly jobId: string;
}

/** REST APIs of a session, opened at first use. */
export interface Jobs {
  /** Null: the run has no job, or none any more. */
  behind(seen: Seen, target: JsonObject): Behind | null;
  close(): void;
}

export function openJobs(kit: Pick<Kit, 'kubectl' | 'namespace' | 'ambient'>): Jobs {
  const open = new Map<string, { readonly rest: Rest; readonly api: Api }>();
  return {
    behind(seen, target) {
      const jobId = seen.of?.status?.jobStatus?.jobId;
      if (seen.of === null || !jobId) return null;
      const service = serviceOf(seen);
      const own = typeof target['rest-url'] === 'string' ? target['rest-url'] : null;
      const key = own ?? service;
      const before = open.get(key);
      if (before !== undefined) return { api: before.api, jobId };
      const rest =
        own === null
          ? proxiedRest(kit.kubectl, kit.ambient.clock, kit.namespace, service)
          : openRest(own.replace(/\/+$/, ''), {}, kit.ambient);
      const api = openApi(rest);
      open.set(key, { rest, api });
      return { api, jobId };
    },
    close() {
      for (const { rest } of open.values()) rest.close();
    },
  };
}

/** Name of the service of the JobManager: of the resource itself, or of the session cluster that a session job is in. */
function serviceOf({ of }: Seen): string {
  const cluster = partsOf(of?.spec).spec['deploymentName'];
  return `${of?.kind === 'FlinkSessionJob' && typeof cluster === 'string' ? cluster : of?.metadata.name}-rest`;
}
