import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { type At, expectWaits, type Kind, kinds, pushInto } from './harness/faults.js';
import { dataflowJob, manifest, manifestPath, template } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

async function started(stage: Stage, more: JsonObject = {}): Promise<string> {
  const first = await stage.push({
    [manifestPath]: manifest({ orders: dataflowJob('orders', {}, more) }),
    'templates/orders.json': template('orders:0'),
  });
  expect(first.outcomes).toEqual({ orders: 'succeeded' });
  return first.job('orders').runAfter ?? 'no run';
}

const changed = (i: number) => ({ 'templates/orders.json': template(`orders:${'1'.repeat(i)}`) });

/** One new run is up, all others have ended, and no more than one was launched. */
async function expectOneNewRun(stage: Stage, done: Done, before: readonly string[]): Promise<void> {
  const states = await stage.cloud.states('dataflow', 'orders');
  const run = done.job('orders').runAfter ?? 'no run';
  const fresh = Object.keys(states).filter((id) => !before.includes(id));
  expect({ code: done.code, outcomes: done.outcomes, fresh }).toEqual({
    code: 0,
    outcomes: { orders: 'succeeded' },
    fresh: [run],
  });
  const ended = new Set(['JOB_STATE_UPDATED', 'JOB_STATE_DRAINED']);
  expect(Object.entries(states).filter(([, state]) => !ended.has(state))).toEqual([[run, 'JOB_STATE_RUNNING']]);
}

const reads: readonly Kind[] = [
  '429 that says how long to wait',
  '503 before the effect',
  '502 page of a proxy',
  'connection cut before the effect',
];
const writes: readonly Kind[] = [
  '429 that says how long to wait',
  '503 before the effect',
  '503 after the effect',
  'connection cut before the effect',
  'connection cut after the effect',
  'token refused twice',
];
const drains = { strategy: ['drain-and-resubmit'], stateful: false };

/** Call by call: where in a rollout it is hit, and what can go wrong with it without any harm. */
const matrix: {
  readonly [call: string]: { readonly at: At; readonly kinds: readonly Kind[]; readonly job?: JsonObject };
} = {
  'the list of jobs, inside the rollout': { at: { service: 'dataflow', operation: 'listJobs', nth: 6 }, kinds: reads },
  'the get of a job, inside the rollout': { at: { service: 'dataflow', operation: 'getJob', nth: 6 }, kinds: reads },
  'the launch of an update': { at: { service: 'dataflow', operation: 'launchFlexTemplate' }, kinds: writes },
  'the launch after a drain': {
    at: { service: 'dataflow', operation: 'launchFlexTemplate' },
    kinds: writes,
    job: drains,
  },
  'the drain': { at: { service: 'dataflow', operation: 'updateJob' }, kinds: writes, job: drains },
  'the upload': {
    at: { service: 'storage', operation: 'objects.insert' },
    kinds: writes.filter((kind) => !/429|token/.test(kind)),
  },
};

describe('a fault of Dataflow that passes', () => {
  for (const [call, row] of Object.entries(matrix)) {
    scenario(`at ${call}: the rollout goes on, with one launch`, async (stage) => {
      await started(stage, row.job);
      for (const [i, kind] of row.kinds.entries()) {
        const before = Object.keys(await stage.cloud.states('dataflow', 'orders'));
        const fault = kinds[kind];
        const done = await pushInto(stage, row.at, fault, changed(i + 1));
        try {
          await expectOneNewRun(stage, done, before);
          if ('retryAfterSeconds' in fault) expectWaits(done, row.at, fault.retryAfterSeconds);
        } catch (error) {
          (error as Error).message = `${kind}: ${(error as Error).message}`;
          throw error;
        }
      }
    });
  }
});

describe('a call to Dataflow that is never answered', () => {
  // Each costs the client's whole time limit by the real clock, so they run side by side.
  for (const [call, kind] of [
    ['the list of jobs, inside the rollout', 'no answer, no effect'],
    ['the launch of an update', 'no answer, with effect'],
    ['the launch after a drain', 'no answer, no effect'],
    ['the launch after a drain', 'no answer, with effect'],
  ] as const) {
    scenario(`${call}, ${kind}: the rollout looks, and goes on with one launch`, async (stage) => {
      const row = matrix[call] ?? { at: { service: 'none', operation: 'none' }, kinds: [], job: {} };
      const old = await started(stage, row.job);
      const done = await pushInto(stage, row.at, kinds[kind], changed(1));
      await expectOneNewRun(stage, done, [old]);
    });
  }
});

describe('lists of Dataflow that are late', () => {
  for (const [kind, job] of [
    ['503 after the effect', {}],
    ['connection cut after the effect', drains],
  ] as const) {
    scenario(`the launch is ${kind}, and its run is not listed yet: no second one is launched`, async (stage) => {
      const old = await started(stage, job);
      await stage.cloud.set({ service: 'dataflow', listLagSeconds: 25 });
      const at = { service: 'dataflow', operation: 'launchFlexTemplate' };
      const done = await pushInto(stage, at, kinds[kind], changed(1));
      await expectOneNewRun(stage, done, [old]);
    });
  }
});

/** Faults that do not pass, or that are a definite no: each with all that is told of it. */
const negatives: readonly {
  readonly what: string;
  readonly at: At;
  readonly fault: { readonly status: number; readonly times?: number };
  readonly job?: JsonObject;
  readonly told: string;
  /** State of the old run at the end, and those of the others: none but where the launch had been accepted before. */
  readonly old: string;
  readonly others?: readonly string[];
}[] = [
  {
    what: 'the upload is denied: nothing is touched',
    at: { service: 'storage', operation: 'objects.insert' },
    fault: { status: 403, times: 100 },
    told: `refused (upload-denied), exit 3
Refused; nothing was touched. objects.insert gs://acme-templates/orders/<digest>.json was refused (Injected: 403): the right storage.objects.create is missing. Now: run <old> of orders is running.
Next: grant storage.objects.create on gs://acme-templates to the identity of this step`,
    old: 'JOB_STATE_RUNNING',
  },
  {
    what: 'lists fail before there is a plan: nothing is touched',
    at: { service: 'dataflow', operation: 'listJobs' },
    fault: { status: 503, times: 10_000 },
    told: `refused (dataflow-unavailable), exit 3
Refused; nothing was touched. Dataflow did not answer the list of jobs in acme-prod/europe-west1 (503: The service is currently unavailable.). What runs now was not looked at.
Next: Run again.`,
    old: 'JOB_STATE_RUNNING',
  },
  {
    what: 'lists fail inside the rollout, for a quarter of an hour: it is left to resume',
    at: { service: 'dataflow', operation: 'listJobs', nth: 6 },
    fault: { status: 503, times: 10_000 },
    told: `interrupted (dataflow-unavailable), exit 5
Interrupted; \`resume\` goes on. Dataflow did not answer the list of jobs named orders (503: The service is currently unavailable.). What runs now was not looked at. At <time>, when it was last looked at, run <old> of orders was running.
Next: stream-rollout resume --environment production --jobs orders`,
    old: 'JOB_STATE_UPDATED',
    others: ['JOB_STATE_RUNNING'],
  },
  {
    what: 'the launch is denied: the old run goes on',
    at: { service: 'dataflow', operation: 'launchFlexTemplate' },
    fault: { status: 403 },
    told: `failed (dataflow-permission-denied), exit 1
The rollout failed. Dataflow refused the launch of orders: 403 The caller does not have permission (needed: dataflow.jobs.create). Now: run <old> of orders is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`,
    old: 'JOB_STATE_RUNNING',
  },
  {
    what: 'a quota refuses the launch again and again: the old run goes on',
    at: { service: 'dataflow', operation: 'launchFlexTemplate' },
    fault: { status: 429, times: 10_000 },
    told: `failed (dataflow-quota), exit 1
The rollout failed. A quota refused the launch of orders 6 times: Quota exceeded for quota metric. Now: run <old> of orders is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`,
    old: 'JOB_STATE_RUNNING',
  },
  {
    what: 'the drain is denied: the old run goes on',
    at: { service: 'dataflow', operation: 'updateJob' },
    fault: { status: 403 },
    job: drains,
    told: `failed (dataflow-permission-denied), exit 1
The rollout failed. Dataflow refused to drain run <old>: 403 The caller does not have permission (needed: dataflow.jobs.cancel). Now: run <old> of orders is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`,
    old: 'JOB_STATE_RUNNING',
  },
  {
    what: 'no launch is ever answered after the drain: nothing runs, and a person is called',
    at: { service: 'dataflow', operation: 'launchFlexTemplate' },
    fault: { status: 503, times: 10_000 },
    job: drains,
    told: `stuck (call-unanswered), exit 2
The rollout is stuck and needs a person. Start was sent 8 times without an answer, and its effect does not show; last: No definite answer to the launch of orders (503: The service is currently unavailable.).; undo: undo-start was sent 8 times without an answer, and its effect does not show; last: No definite answer to the launch of orders (503: The service is currently unavailable.). Nothing runs now. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs orders`,
    old: 'JOB_STATE_DRAINED',
  },
  {
    what: 'the token is not accepted any more: the rollout is left to resume',
    at: { service: 'dataflow', operation: '*', nth: 12 },
    fault: { status: 401, times: 10_000 },
    told: `interrupted (dataflow-not-authenticated), exit 5
Interrupted; \`resume\` goes on. Google Cloud did not accept the credentials: Request had invalid authentication credentials. What runs now was not looked at. At <time>, when it was last looked at, run <old> of orders was running.
Next: stream-rollout resume --environment production --jobs orders`,
    old: 'JOB_STATE_UPDATED',
    others: ['JOB_STATE_RUNNING'],
  },
];

describe('a fault of Dataflow that stays', () => {
  for (const { what, at, fault, job, told: wanted, old: state, others = [] } of negatives) {
    scenario(what, async (stage) => {
      const old = await started(stage, job);
      const done = await pushInto(stage, at, { when: 'before', effect: 'status', ...fault }, changed(1));
      expect(await told(stage, done, 'orders', { old })).toBe(wanted);
      const { [old]: ofOld, ...rest } = await stage.cloud.states('dataflow', 'orders');
      expect([ofOld, ...Object.values(rest)]).toEqual([state, ...others]);
      // Whatever it was, once it has passed the same commit converges: nothing is in the way, and nothing is started twice.
      await stage.cloud.clearFaults();
      const again = await stage.run(done.event, { inputs: { force: 'true' } });
      expect(again.outcomes).toEqual({ orders: 'succeeded' });
      const up = Object.values(await stage.cloud.states('dataflow', 'orders')).filter((one) => one.endsWith('RUNNING'));
      expect(up).toHaveLength(1);
    });
  }
});
