import type { JsonObject } from '../../model/json.js';
import { beside } from '../../platforms/aws/beside.js';
import { clientSettings } from '../../platforms/aws/client.js';
import { type Ambient, onlyVerbs, type Place, type Session, type Verbs } from '../engine.js';
import { glueCalls } from './client.js';
import { dialect, failureOf } from './errors.js';
import { measure } from './measure.js';
import { messagesOf } from './messages.js';
import { observation } from './observe.js';
import { regionOf } from './place.js';
import { preflight } from './preflight.js';
import { prepare } from './prepare.js';
import { referenceOf } from './reference.js';
import { metricsCodes, type Tools } from './shared.js';
import { start } from './start.js';
import { stop } from './stop.js';
import { verbsOf } from './verbs.js';

/** Opens a session on one account and region with one identity. Makes no call yet. */
export async function connect(place: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const glue = glueCalls(target, ambient);
  const settings = () => clientSettings(regionOf(target), target, ambient);
  const aws = beside(place, ambient, settings, { failureOf, dialect, metricsCodes });
  const tools: Tools = { ...aws, glue, modified: new Map() };
  const { lead } = aws;
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
      await aws.close();
    },
  };
}
