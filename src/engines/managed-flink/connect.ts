import type { JsonObject } from '../../model/json.js';
import type { Ambient, Place, Session } from '../engine.js';
import { clientSettings, flinkCalls } from './client.js';
import { messagesOf } from './messages.js';
import type { S3Objects } from './objects.js';
import { observation } from './observe.js';
import { preflight } from './preflight.js';
import { referenceOf } from './reference.js';
import { replace } from './replace.js';
import { scale } from './scale.js';
import type { Tools } from './shared.js';
import { start } from './start.js';
import { stop } from './stop.js';

/** Opens a session on one account and region with one identity. Makes no call yet. */
export async function connect(place: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const flink = flinkCalls(target, ambient);
  let objects: Promise<S3Objects> | null = null;
  let account: Promise<string> | null = null;
  const tools: Tools = {
    place,
    flink,
    ambient,
    objects() {
      objects ??= import('./objects.js').then(({ s3Objects }) => s3Objects(clientSettings(target, ambient)));
      return objects;
    },
    account() {
      account ??= import('./identity.js')
        .then(({ callerAccount }) => callerAccount(clientSettings(target, ambient)))
        .catch((error: unknown) => {
          // A later call may find STS, or fresh credentials.
          account = null;
          throw error;
        });
      return account;
    },
  };
  return {
    ...observation(flink, ambient),
    can: {
      start: (call) => start(tools, call),
      replace: (call) => replace(tools, call),
      scale: (call) => scale(tools, call),
      stop: (call) => stop(tools, call),
    },
    preflight: (intended) => preflight(tools, intended),
    reference: (given) => referenceOf(tools, given),
    messages: (run) => messagesOf(tools, run),
    async close() {
      flink.close();
      (await objects)?.close();
    },
  };
}
