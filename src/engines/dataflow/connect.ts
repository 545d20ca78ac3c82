import type { JsonObject } from '../../model/json.js';
import { leadOf } from '../../model/lead.js';
import { type Ambient, onlyVerbs, type Place, type Session, type Verbs } from '../engine.js';
import { openApi } from './api.js';
import { drain, stop } from './end.js';
import type { Kit } from './kit.js';
import { openLinks } from './links.js';
import { measure } from './measure.js';
import { messagesOf } from './messages.js';
import { overlap } from './overlap.js';
import { preflight } from './preflight.js';
import { referenceOf } from './reference.js';
import { replace } from './replace.js';
import { runsOf } from './runs.js';
import { scale } from './scale.js';
import { openSeries, type ReadSeries } from './series.js';
import { start } from './start.js';
import { openStore, type Store } from './storage.js';
import { readTarget } from './target.js';
import { verbs } from './verbs.js';

/** A session with one project and region, as one identity. */
export async function connect(_: Place, target: JsonObject, ambient: Ambient): Promise<Session> {
  const { project, region, impersonate } = readTarget(target);
  const api = await openApi({ project, region, impersonate }, ambient);
  const runs = runsOf(api, { project, region });
  const links = openLinks(ambient.log);
  let monitoring: Promise<ReadSeries> | null = null;
  const lead = leadOf();
  const series: ReadSeries = async (query) => {
    monitoring ??= openSeries({ project, region, impersonate }, ambient, lead).catch((error: unknown) => {
      monitoring = null; // credentials may come later
      throw error;
    });
    return (await monitoring)(query);
  };
  const { clock, secret, signal } = ambient;
  const kit: Kit = { api, runs, links, series, clock, secret, signal };
  let store: Promise<Store> | null = null;
  const all: Verbs = {
    scale: (call) => scale(kit, call),
    replace: (call) => replace(kit, call),
    overlap: (call) => overlap(kit, call),
    start: (call) => start(kit, call),
    drain: (call) => drain(kit, call),
    stop: (call) => stop(kit, call),
  };

  return {
    observe: runs.observe,
    async look(subject) {
      const found = await runs.look(subject);
      links.readBack(found);
      return found;
    },
    can: onlyVerbs(all, verbs(target)),
    preflight: (intended) => preflight(kit, intended),
    async reference(settings) {
      store ??= openStore(project, impersonate, ambient);
      return referenceOf(await store, settings);
    },
    async messages(run) {
      return [...(await messagesOf(api, run.id)), ...links.notesOf(run.id)];
    },
    async measure(run, name, since) {
      // Points bear the times of the service; a first read tells which those are.
      const source = { api, series, region, now: clock.now() + lead.milliseconds };
      const samples = await measure(source, run, name, lead.there(since));
      return samples?.map((sample) => ({ ...sample, at: lead.here(sample.at) })) ?? null;
    },
    close: api.close,
  };
}
