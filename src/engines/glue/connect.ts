import type { JsonObject } from '../../model/json.js';
import { leadOf } from '../../model/lead.js';
import { type Ambient, onlyVerbs, type Place, type Session, type Verbs } from '../engine.js';
import { clientSettings, glueCalls } from './client.js';
import type { Metrics } from './cloudwatch.js';
import { measure } from './measure.js';
import { messagesOf } from './messages.js';
import type { S3Objects } from './objects.js';
import { observation } from './observe.js';
import { preflight } from './preflight.js';
import { prepare } from './prepare.js';
import { referenceOf } from './reference.js';
import type { Tools } from './shared.js';
import { start } from './start.js';
import { stop } from './stop.js';
import { verbsOf } from './verbs.js';

/** Opens a session on one account and region with one identity. Makes no call yet. */
export async function connect(place: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const glue = glueCalls(target, ambient);
  let objects: Promise<S3Objects> | null = null;
  let metrics: Promise<Metrics> | null = null;
  let account: Promise<string> | null = null;
  const lead = leadOf();
  const tools: Tools = {
    place,
    glue,
    ambient,
    lead,
    modified: new Map(),
    objects() {
      objects ??= import('./objects.js').then(({ s3Objects }) => s3Objects(clientSettings(target, ambient)));
      return objects;
    },
    metrics() {
      metrics ??= import('./cloudwatch.js').then(({ openMetrics }) =>
        openMetrics(clientSettings(target, ambient), ambient, lead),
      );
      return metrics;
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
  const all: Verbs = {
    prepare: (call) => prepare(tools, call),
    start: (call) => start(tools, call),
    stop: (call) => stop(tools, call),
  };
  return {
    ...observation(glue, ambient),
    can: onlyVerbs(all, verbsOf(target)),
    preflight: (intended) => preflight(tools, intended),
    reference: (given) => referenceOf(tools, given),
    messages: (run) => messagesOf(tools, run),
    async measure(run, signal, since) {
      const samples = await measure(tools, run, signal, lead.there(since));
      return samples?.map((sample) => ({ ...sample, at: lead.here(sample.at) })) ?? null;
    },
    async close() {
      glue.close();
      (await objects)?.close();
      (await metrics)?.close();
    },
  };
}
