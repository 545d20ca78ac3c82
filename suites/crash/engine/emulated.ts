import { type LocalCloud, openCloud, type RunView } from '../../../__tests__/e2e/harness/cloud.js';
import { defineGlueJobs, location, project, region } from '../../../__tests__/e2e/harness/fleet.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Trap } from '../../support/push-trap.js';
import { type CrashEngine, cloudTime, type Seen, siblingName } from './engine.js';

const up = new Set([
  ...['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING'],
  ...['WAITING', 'STARTING', 'RUNNING', 'RESTARTING'],
  ...['UPDATING', 'ROLLING_BACK'],
]);
/** Code of applications that somebody else made. */
const byHand = 's3://planted/by-hand.jar';
const leaving = new Set(['JOB_STATE_DRAINING', 'JOB_STATE_CANCELLING', 'STOPPING', 'CANCELLING']);
/** More jobs than one fleet usually has run side by side here. */
const quotas = {
  dataflow: { concurrentJobs: 1000 },
  glue: { runQuota: 1000 },
  flink: { taskManagers: 1000, historySeconds: 1e9 },
  'managed-flink': {},
};

type EmulatedId = keyof typeof quotas;

/** Dataflow, Glue, Flink or Managed Flink on the local cloud. `trapped`: the service whose calls are points; `*`: stores too. */
export async function emulated(
  id: EmulatedId,
  rate: number,
  settings: JsonObject,
  members: JsonObject = {},
  trapped: '*' | EmulatedId = '*',
): Promise<CrashEngine> {
  const cloud = await openCloud(rate);
  await cloud.set({ service: id, ...quotas[id], ...settings });
  return {
    cloud,
    env: cloud.env,
    calls: callTrap(cloud, trapped),
    async setUp(jobs) {
      if (id === 'glue') await defineGlueJobs(cloud, [...jobs, siblingName], members);
      if (id !== 'managed-flink') return;
      for (const job of jobs) await cloud.plant({ service: id, applicationName: job, code: byHand, state: 'READY' });
    },
    async plantSibling() {
      const runs = {
        glue: { jobName: siblingName, region, state: 'RUNNING' },
        dataflow: { name: siblingName, project, region: location, state: 'JOB_STATE_RUNNING' },
        flink: { name: siblingName },
        'managed-flink': { applicationName: siblingName, code: byHand },
      };
      await cloud.plant({ service: id, ...runs[id] });
    },
    async sibling() {
      const run = (await cloud.runs(id, siblingName)).map(seen)[0]?.view ?? {};
      return { run, definition: id === 'glue' ? await cloud.definition(siblingName) : null };
    },
    runs: async () => (await cloud.runs(id)).map(seen),
    writes: async () => (await cloud.writes()).length,
    now: () => cloudTime(cloud),
    async standStill(late) {
      if (id === 'flink') return;
      const listsStandStill = late && { since: new Date(late.since).toISOString(), seconds: late.seconds };
      await cloud.set({ service: id, listsStandStill });
    },
    close: () => cloud.close(),
  };
}

function seen(run: RunView): Seen {
  const { ageSeconds: _, ExecutionTime: __, ...view } = run;
  const carriers = ['labels', 'Arguments', 'parameters'];
  const groups = (run['groups'] ?? {}) as { readonly [group: string]: object };
  const own = Object.entries(groups['stream-rollout'] ?? {}).map(([key, value]) => [`stream-rollout.${key}`, value]);
  const marks = Object.assign(
    Object.fromEntries(own),
    ...carriers.map((name) => run[name] as object | undefined),
  ) as object;
  const field = (name: string) =>
    Object.entries(marks).find(([key]) => /stream-rollout[-.](.+)$/.exec(key)?.[1] === name)?.[1] as string | undefined;
  const [revision, rollout, step] = [field('revision'), field('rollout'), field('step')];
  return {
    id: run.id,
    name: run.name,
    state: up.has(run.state) ? 'up' : leaving.has(run.state) ? 'leaving' : 'ended',
    stamp: revision && rollout && step ? { revision, rollout, step } : null,
    view: view as unknown as JsonObject,
    snapshot: (run['restored'] as string | null | undefined) ?? null,
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
