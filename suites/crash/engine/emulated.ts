import { type LocalCloud, openCloud, type RunView } from '../../../__tests__/e2e/harness/cloud.js';
import { defineGlueJobs, location, project, region } from '../../../__tests__/e2e/harness/fleet.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Trap } from '../tool.js';
import { type CrashEngine, cloudTime, type Seen, siblingName } from './engine.js';

const up = new Set(['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'WAITING', 'STARTING', 'RUNNING']);
const leaving = new Set(['JOB_STATE_DRAINING', 'JOB_STATE_CANCELLING', 'STOPPING']);
/** More jobs than one fleet usually has run side by side here. */
const quotas = { dataflow: { concurrentJobs: 1000 }, glue: { runQuota: 1000 } };

/** Dataflow or Glue on the local cloud. `trapped`: the service whose calls are points; `*`: stores too. */
export async function emulated(
  id: 'dataflow' | 'glue',
  rate: number,
  settings: JsonObject,
  members: JsonObject = {},
  trapped: '*' | 'dataflow' | 'glue' = '*',
): Promise<CrashEngine> {
  const cloud = await openCloud(rate);
  await cloud.set({ service: id, ...quotas[id], ...settings });
  return {
    cloud,
    env: cloud.env,
    calls: callTrap(cloud, trapped),
    async setUp(jobs) {
      if (id === 'glue') await defineGlueJobs(cloud, [...jobs, siblingName], members);
    },
    async plantSibling() {
      const where = id === 'glue' ? { jobName: siblingName, region } : { name: siblingName, project, region: location };
      const state = id === 'glue' ? 'RUNNING' : 'JOB_STATE_RUNNING';
      await cloud.plant({ service: id, ...where, state });
    },
    async sibling() {
      const run = (await cloud.runs(id, siblingName)).map(seen)[0]?.view ?? {};
      return { run, definition: id === 'glue' ? await cloud.definition(siblingName) : null };
    },
    runs: async () => (await cloud.runs(id)).map(seen),
    writes: async () => (await cloud.writes()).length,
    now: () => cloudTime(cloud),
    standStill: (late) =>
      cloud.set({
        service: id,
        listsStandStill: late && { since: new Date(late.since).toISOString(), seconds: late.seconds },
      }),
    close: () => cloud.close(),
  };
}

function seen(run: RunView): Seen {
  const { ageSeconds: _, ExecutionTime: __, ...view } = run;
  const marks = { ...(run['labels'] as object | undefined), ...(run['Arguments'] as object | undefined) };
  const field = (name: string) =>
    Object.entries(marks).find(([key]) => key.endsWith(`stream-rollout-${name}`))?.[1] as string | undefined;
  const [revision, rollout, step] = [field('revision'), field('rollout'), field('step')];
  return {
    id: run.id,
    name: run.name,
    state: up.has(run.state) ? 'up' : leaving.has(run.state) ? 'leaving' : 'ended',
    stamp: revision && rollout && step ? { revision, rollout, step } : null,
    view: view as unknown as JsonObject,
    snapshot: null,
    replicas: null,
  };
}

/** Holds writes to the engine or its store up: they have their effect or not, and are never answered. Uploads come before all other calls. */
function callTrap(cloud: LocalCloud, service: string): Trap {
  const control = async (method: string) => (await fetch(`${cloud.control}/faults`, { method })).json();
  return {
    set: ({ nth, when }) => cloud.fault({ service, operation: '*', writes: true, nth, when, effect: 'hang' }),
    sprung: async () => ((await control('GET')) as readonly { fired: number }[]).some((fault) => fault.fired > 0),
    async release() {
      await control('DELETE');
    },
  };
}
