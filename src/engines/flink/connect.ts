import type { JsonObject } from '../../model/json.js';
import { openApi } from '../../platforms/flink/api.js';
import { gapBetween } from '../../platforms/flink/gap.js';
import { measure } from '../../platforms/flink/measure.js';
import { type Access, openRest } from '../../platforms/flink/rest.js';
import { snapshotsOf } from '../../platforms/flink/snapshots/index.js';
import { type Ambient, onlyVerbs, type Place, type Session, type Verbs } from '../engine.js';
import { referenceOf } from './jar.js';
import type { Kit } from './kit.js';
import { messagesOf } from './messages.js';
import { observation } from './observe.js';
import { urlOf } from './place.js';
import { preflight } from './preflight.js';
import { prepare } from './prepare.js';
import { drain, snapshot, stopWithSnapshot } from './savepoint.js';
import { scale } from './scale.js';
import { start } from './start.js';
import { stop } from './stop.js';
import { verbsOf } from './verbs.js';

/** Opens a session on one cluster with one identity. Makes no call yet. */
export async function connect(_: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const rest = openRest(urlOf(target, ambient), target as Access, ambient);
  const kit: Kit = {
    api: openApi(rest),
    url: rest.url,
    ambient,
    snapshots: snapshotsOf(ambient),
    idIsRun: true,
    memory: {
      stamps: new Map(),
      from: new Map(),
      ends: new Map(),
      digests: new Map(),
      jars: new Map(),
      planned: new Set(),
    },
  };
  const all: Verbs = {
    prepare: (call) => prepare(kit, call),
    start: (call) => start(kit, call),
    stop: (call) => stop(kit, call),
    drain: (call) => drain(kit, call),
    snapshot: (call) => snapshot(kit, call),
    stopWithSnapshot: (call) => stopWithSnapshot(kit, call),
    scale: (call) => scale(kit, call),
  };
  return {
    ...observation(kit),
    can: onlyVerbs(all, verbsOf(target)),
    preflight: (intended) => preflight(kit, intended),
    reference: (given) => referenceOf(kit, given),
    messages: (run) => messagesOf(kit, run),
    measure: (run, signal) => measure(kit, run, signal),
    gap: (before, after) => gapBetween(kit.api, before.id, after.id),
    close: async () => rest.close(),
  };
}
