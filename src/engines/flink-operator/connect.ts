import type { JsonObject } from '../../model/json.js';
import { snapshotsOf } from '../../platforms/flink/snapshots/index.js';
import type { Ambient, Place, Session } from '../engine.js';
import { openJobs } from './jobs.js';
import { type Kit, revealer } from './kit.js';
import { openKubectl } from './kubectl.js';
import { replace, start } from './launch.js';
import { measuring } from './measure.js';
import { messagesOf } from './messages.js';
import { observation } from './observe.js';
import { preflight } from './preflight.js';
import { scale } from './scale.js';
import { stop } from './stop.js';
import { namespaceOf } from './target.js';

/** Opens a session on one namespace of one cluster. Makes no call yet. */
export async function connect(place: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const kit: Kit = {
    place,
    namespace: namespaceOf(target),
    kubectl: openKubectl(target, ambient),
    ambient,
    snapshots: snapshotsOf(ambient),
    reveal: revealer(ambient),
    targets: new Map(),
  };
  const jobs = openJobs(kit);
  return {
    ...observation(kit, jobs),
    can: {
      start: (call) => start(kit, call),
      replace: (call) => replace(kit, call),
      scale: (call) => scale(kit, call),
      stop: (call) => stop(kit, call),
    },
    preflight: (intended) => preflight(kit, jobs, intended),
    messages: (run) => messagesOf(kit, jobs, run),
    measure: measuring(kit, jobs),
    close: async () => jobs.close(),
  };
}
