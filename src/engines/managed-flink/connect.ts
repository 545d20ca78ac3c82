import type { JsonObject } from '../../model/json.js';
import { beside } from '../../platforms/aws/beside.js';
import { clientSettings } from '../../platforms/aws/client.js';
import type { Ambient, Place, Session } from '../engine.js';
import { flinkCalls } from './client.js';
import { dialect, failureOf } from './errors.js';
import { measure } from './measure.js';
import { messagesOf } from './messages.js';
import { observation } from './observe.js';
import { regionOf } from './place.js';
import { preflight } from './preflight.js';
import { recentOf } from './recent.js';
import { referenceOf } from './reference.js';
import { replace } from './replace.js';
import { scale } from './scale.js';
import { metricsCodes, type Tools } from './shared.js';
import { applicationOf } from './standing.js';
import { start } from './start.js';
import { stop } from './stop.js';

/** Opens a session on one account and region with one identity. Makes no call yet. */
export async function connect(place: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const flink = flinkCalls(target, ambient);
  const settings = () => clientSettings(regionOf(target), target, ambient);
  const aws = beside(place, ambient, settings, { failureOf, dialect, metricsCodes });
  const tools: Tools = { ...aws, flink, recently: recentOf((name) => applicationOf(flink, name), ambient.clock) };
  const { lead } = aws;
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
    async measure(run, signal, since) {
      const samples = await measure(tools, run, signal, lead.there(since));
      return samples?.map((sample) => ({ ...sample, at: lead.here(sample.at) })) ?? null;
    },
    async close() {
      flink.close();
      await aws.close();
    },
  };
}
