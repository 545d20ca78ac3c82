import { describe, expect } from '@jest/globals';
import { type At, expectWaits, type Kind, kinds, pushInto } from './harness/faults.js';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

async function started(stage: Stage): Promise<string> {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks: glueJob('clicks') }),
    'glue/clicks.py': script('clicks 0'),
  });
  expect(first.outcomes).toEqual({ clicks: 'succeeded' });
  return first.job('clicks').runAfter ?? 'no run';
}

/** One new run and nothing else is up, and no more than one was started. */
async function expectOneNewRun(stage: Stage, done: Done, before: readonly string[]): Promise<void> {
  const states = await stage.cloud.states('glue');
  const run = done.job('clicks').runAfter ?? 'no run';
  const fresh = Object.keys(states).filter((id) => !before.includes(id));
  expect({ code: done.code, outcomes: done.outcomes, fresh }).toEqual({
    code: 0,
    outcomes: { clicks: 'succeeded' },
    fresh: [run],
  });
  expect(Object.entries(states).filter(([, state]) => state !== 'STOPPED')).toEqual([[run, 'RUNNING']]);
}

/** What AWS names as a time its client waits out by the real clock, which the local cloud's is ahead of. */
const readsOfSdk: readonly Kind[] = [
  '429 that says how long the client waits',
  '429 without a time',
  '503 before the effect',
  'connection cut before the effect',
  'token refused twice',
];
const writes: readonly Kind[] = [
  '429 that says how long to wait',
  '503 before the effect',
  '503 after the effect',
  'connection cut before the effect',
  'connection cut after the effect',
  'token refused twice',
];

/** Call by call: where in a rollout it is hit, and what can go wrong with it without any harm. */
const matrix: { readonly [call: string]: { readonly at: At; readonly kinds: readonly Kind[] } } = {
  'the list of runs, inside the rollout': {
    at: { service: 'glue', operation: 'GetJobRuns', nth: 4 },
    kinds: readsOfSdk,
  },
  'the get of a run': { at: { service: 'glue', operation: 'GetJobRun' }, kinds: readsOfSdk },
  'the update of the definition': { at: { service: 'glue', operation: 'UpdateJob' }, kinds: writes },
  'the stop': { at: { service: 'glue', operation: 'BatchStopJobRun' }, kinds: writes },
  'the start': { at: { service: 'glue', operation: 'StartJobRun' }, kinds: writes },
  'the upload': {
    at: { service: 's3', operation: 'PutObject' },
    kinds: writes.filter((kind) => !/429|token/.test(kind)),
  },
};

describe('a fault of Glue that passes', () => {
  for (const [call, row] of Object.entries(matrix)) {
    scenario(`at ${call}: the rollout goes on, with one start`, async (stage) => {
      await started(stage);
      for (const [i, kind] of row.kinds.entries()) {
        const before = Object.keys(await stage.cloud.states('glue'));
        const fault = kinds[kind];
        const done = await pushInto(stage, row.at, fault, { 'glue/clicks.py': script(`clicks ${i + 1}`) });
        try {
          await expectOneNewRun(stage, done, before);
          const rate = row.kinds === readsOfSdk ? Number(stage.cloud.env['STREAM_ROLLOUT_CLOCK_RATE']) : 1;
          if ('retryAfterSeconds' in fault) expectWaits(done, row.at, fault.retryAfterSeconds * rate);
        } catch (error) {
          (error as Error).message = `${kind}: ${(error as Error).message}`;
          throw error;
        }
      }
    });
  }
});

describe('a call to Glue that is never answered', () => {
  // Each costs the client's whole time limit by the real clock, so they run side by side.
  for (const [call, kind] of [
    ['the list of runs, inside the rollout', 'no answer, no effect'],
    ['the stop', 'no answer, with effect'],
    ['the start', 'no answer, no effect'],
    ['the start', 'no answer, with effect'],
  ] as const) {
    scenario(`${call}, ${kind}: the rollout looks, and goes on with one start`, async (stage) => {
      const old = await started(stage);
      const at = matrix[call]?.at ?? { service: 'none', operation: 'none' };
      const done = await pushInto(stage, at, kinds[kind], { 'glue/clicks.py': script('clicks 1') });
      await expectOneNewRun(stage, done, [old]);
    });
  }
});

describe('lists of Glue that are late', () => {
  for (const kind of ['503 after the effect', 'connection cut after the effect'] as const) {
    scenario(`the start is ${kind}, and the new run is not listed yet: no second one is started`, async (stage) => {
      const old = await started(stage);
      await stage.cloud.set({ service: 'glue', listLagSeconds: 30 });
      const at = { service: 'glue', operation: 'StartJobRun' };
      const done = await pushInto(stage, at, kinds[kind], { 'glue/clicks.py': script('clicks 1') });
      await expectOneNewRun(stage, done, [old]);
    });
  }
});

/** Faults that do not pass, or that are a definite no: each with all that is told of it. */
const negatives: readonly {
  readonly what: string;
  readonly at: At;
  readonly fault: { readonly status: number; readonly times?: number };
  readonly told: string;
  /** States of the runs at the end, the old one first. */
  readonly states: readonly string[];
}[] = [
  {
    what: 'the upload is denied: nothing is touched',
    at: { service: 's3', operation: 'PutObject' },
    fault: { status: 403, times: 100 },
    told: `refused (upload-denied), exit 3
Refused; nothing was touched. PutObject s3://acme-code/clicks/<digest>.py was refused (Access Denied): the right s3:PutObject is missing. Now: run <old> of clicks is running.
Next: grant s3:PutObject on arn:aws:s3:::acme-code/clicks/<digest>.py to the identity of this step`,
    states: ['RUNNING'],
  },
  {
    what: 'lists fail before there is a plan: nothing is touched',
    at: { service: 'glue', operation: 'GetJobRuns' },
    fault: { status: 503, times: 10_000 },
    told: `refused (glue-unavailable), exit 3
Refused; nothing was touched. GetJobRuns clicks: InternalServiceException: An internal service error occurred. What runs now was not looked at.
Next: Run again; nothing was changed by the reads.`,
    states: ['RUNNING'],
  },
  {
    what: 'lists fail inside the rollout, for a quarter of an hour: it is left to resume',
    at: { service: 'glue', operation: 'GetJobRuns', nth: 4 },
    fault: { status: 503, times: 10_000 },
    told: `interrupted (glue-unavailable), exit 5
Interrupted; \`resume\` goes on. GetJobRuns clicks: InternalServiceException: An internal service error occurred. What runs now was not looked at. At <time>, when it was last looked at, run <old> of clicks was running.
Next: stream-rollout resume --environment production --jobs clicks`,
    states: ['RUNNING'],
  },
  {
    what: 'the update of the definition is denied: nothing was stopped',
    at: { service: 'glue', operation: 'UpdateJob' },
    fault: { status: 403 },
    told: `failed (glue-access-denied), exit 1
The rollout failed. UpdateJob clicks: AccessDeniedException: User is not authorized to perform this operation. Now: run <old> of clicks is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`,
    states: ['RUNNING'],
  },
  {
    what: 'the stop is denied: the old run goes on',
    at: { service: 'glue', operation: 'BatchStopJobRun' },
    fault: { status: 403 },
    told: `failed (glue-access-denied), exit 1
The rollout failed. BatchStopJobRun clicks <old>: AccessDeniedException: User is not authorized to perform this operation. Now: run <old> of clicks is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`,
    states: ['RUNNING'],
  },
  {
    what: 'the start is denied: the old revision is started again',
    at: { service: 'glue', operation: 'StartJobRun' },
    fault: { status: 403 },
    told: `rolled-back (glue-access-denied), exit 1
The rollout failed and was rolled back. StartJobRun clicks: AccessDeniedException: User is not authorized to perform this operation. Now: run <run> of clicks is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`,
    states: ['STOPPED', 'RUNNING'],
  },
  {
    what: 'every start is denied, that of the old revision too: nothing runs, and a person is called',
    at: { service: 'glue', operation: 'StartJobRun' },
    fault: { status: 403, times: 10_000 },
    told: `stuck (glue-access-denied), exit 2
The rollout is stuck and needs a person. StartJobRun clicks: AccessDeniedException: User is not authorized to perform this operation; undo: StartJobRun clicks: AccessDeniedException: User is not authorized to perform this operation. Nothing runs now. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs clicks`,
    states: ['STOPPED'],
  },
  {
    what: 'no start is ever answered: nothing runs, and a person is called',
    at: { service: 'glue', operation: 'StartJobRun' },
    fault: { status: 503, times: 10_000 },
    told: `stuck (call-unanswered), exit 2
The rollout is stuck and needs a person. Start was sent 8 times without an answer, and its effect does not show; last: StartJobRun clicks: InternalServiceException: An internal service error occurred.; undo: undo-start was sent 8 times without an answer, and its effect does not show; last: StartJobRun clicks: InternalServiceException: An internal service error occurred. Nothing runs now. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs clicks`,
    states: ['STOPPED'],
  },
  {
    what: 'every start is throttled: nothing runs, and a person is called',
    at: { service: 'glue', operation: 'StartJobRun' },
    fault: { status: 429, times: 10_000 },
    told: `stuck (glue-throttled), exit 2
The rollout is stuck and needs a person. Start was throttled by the engine for too long, and never carried out: ask for a higher rate of calls, or lower max-parallel; last: StartJobRun clicks: ThrottlingException: Rate exceeded; undo: undo-start was throttled by the engine for too long, and never carried out: ask for a higher rate of calls, or lower max-parallel; last: StartJobRun clicks: ThrottlingException: Rate exceeded. Nothing runs now. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs clicks`,
    states: ['STOPPED'],
  },
  {
    what: 'the session token has expired for good: the rollout is left to resume',
    at: { service: 'glue', operation: '*', nth: 8 },
    fault: { status: 401, times: 10_000 },
    told: `interrupted (glue-credentials), exit 5
Interrupted; \`resume\` goes on. GetJobRuns clicks: ExpiredTokenException: The security token included in the request is expired. What runs now was not looked at. At <time>, when it was last looked at, run <old> of clicks was running.
Next: stream-rollout resume --environment production --jobs clicks`,
    states: ['RUNNING'],
  },
];

describe('a fault of Glue that stays', () => {
  for (const { what, at, fault, told: wanted, states } of negatives) {
    scenario(what, async (stage) => {
      const old = await started(stage);
      const always = { when: 'before', effect: 'status', ...fault };
      const done = await pushInto(stage, at, always, { 'glue/clicks.py': script('clicks 1') });
      expect(await told(stage, done, 'clicks', { old })).toBe(wanted);
      const now = await stage.cloud.states('glue');
      const others = Object.keys(now).filter((id) => id !== old);
      expect([now[old], ...others.map((id) => now[id])]).toEqual(states);
      // Whatever it was, once it has passed the same commit converges: nothing is in the way, and nothing is started twice.
      await stage.cloud.clearFaults();
      const again = await stage.run(done.event, { inputs: { force: 'true' } });
      expect(again.outcomes).toEqual({ clicks: 'succeeded' });
      expect(Object.values(await stage.cloud.states('glue')).filter((state) => state === 'RUNNING')).toHaveLength(1);
    });
  }
});
