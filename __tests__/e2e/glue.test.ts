import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { rerun } from './harness/events.js';
import { changeGlueJob, defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

async function started(stage: Stage, target: JsonObject = {}, more: JsonObject = {}) {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks: glueJob('clicks', target, more) }),
    'glue/clicks.py': script('clicks 1'),
  });
  expect(first.outcomes).toEqual({ clicks: 'succeeded' });
  return { first, old: first.job('clicks').runAfter ?? 'no run' };
}

const changed = { 'glue/clicks.py': script('clicks 2') };
const failing = { 'glue/clicks.py': script('clicks 2', 'fail-after 20 "Unresolved import"') };

const startedBy = (done: Done) => done.job('clicks').steps.find(({ id }) => id === 'start')?.run;

async function scriptOf(stage: Stage, id: string | null): Promise<string> {
  const run = (await stage.cloud.runs('glue')).find((candidate) => candidate.id === id);
  const objects = await stage.cloud.objects();
  return String(objects[String(run?.['scriptLocation']).replace('s3://', '')]);
}

describe('Glue', () => {
  scenario(
    'restart: the new run has the new script, and what others wrote into the definition stays',
    async (stage) => {
      const { old } = await started(stage);
      await changeGlueJob(stage.cloud, 'clicks', { Description: 'of the clicks team', Timeout: 0 });
      const next = await stage.push(changed);
      expect(next.job('clicks')).toMatchObject({ outcome: 'succeeded', strategy: 'restart', runBefore: old });
      expect(await stage.cloud.states('glue')).toEqual({
        [old]: 'STOPPED',
        [next.job('clicks').runAfter ?? '']: 'RUNNING',
      });
      expect(await scriptOf(stage, next.job('clicks').runAfter)).toBe(changed['glue/clicks.py']);
      const definition = await stage.cloud.definition('clicks');
      expect(definition).toMatchObject({ Description: 'of the clicks team', Timeout: 0 });
      const [upload, update, stop, start] = next.writes;
      expect([upload, update, stop, start]).toEqual([
        's3.PutObject',
        'glue.UpdateJob',
        'glue.BatchStopJobRun',
        'glue.StartJobRun',
      ]);
    },
  );

  scenario(
    'overlap: two runs of one job in slots with checkpoints of their own, then the old one is stopped',
    async (stage) => {
      const slot = (place: string) => ({ arguments: { '--checkpoint': `s3://acme-state/clicks/${place}/` } });
      const { old } = await started(
        stage,
        { definition: { ExecutionProperty: { MaxConcurrentRuns: 2 } } },
        {
          sink: 'idempotent',
          stateful: false,
          strategy: ['parallel'],
          parallel: { overlap: '3m', slots: [slot('a'), slot('b')] },
        },
      );
      const next = await stage.push(changed);
      const { runAfter, gapSeconds } = next.job('clicks');
      expect(next.job('clicks')).toMatchObject({ outcome: 'succeeded', strategy: 'parallel', runBefore: old });
      expect(gapSeconds).toBe(0);
      expect(next.writes.filter((call) => /Start|Stop/.test(call))).toEqual([
        'glue.StartJobRun',
        'glue.BatchStopJobRun',
      ]);
      const runs = await stage.cloud.runs('glue');
      expect(JSON.stringify(runs.find(({ id }) => id === runAfter))).toContain('s3://acme-state/clicks/b/');
      expect(runs.find(({ id }) => id === old)?.state).toMatch(/STOPP/);
    },
  );

  for (const [what, fault] of Object.entries({
    'answered 503 after the effect': { when: 'after', effect: 'status', status: 503 },
    'cut off after the effect': { when: 'after', effect: 'reset' },
  })) {
    scenario(`a start that is ${what} is found by its stamp and not sent again`, async (stage) => {
      const { old } = await started(stage);
      await stage.cloud.fault({ service: 'glue', operation: 'StartJobRun', ...fault });
      const next = await stage.push(changed);
      expect(next.outcomes).toEqual({ clicks: 'succeeded' });
      expect(next.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(1);
      const states = await stage.cloud.states('glue');
      expect(Object.keys(states)).toHaveLength(2);
      expect(states[old]).toBe('STOPPED');
    });
  }

  scenario(
    'a new run that fails is rolled back, and only the same workflow run or force tries it again',
    async (stage) => {
      const { old } = await started(stage);
      const next = await stage.push(failing);
      const back = next.job('clicks').runAfter;
      const names = { old, back, failed: startedBy(next) };
      expect(await told(stage, next, 'clicks', names)).toBe(`rolled-back (new-run-ended), exit 1
The rollout failed and was rolled back. Run <failed> (clicks, FAILED) ended: Unresolved import. Now: run <back> of clicks is running. Left behind: run <failed> (clicks, FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`);
      expect(next.job('clicks').runBefore).toBe(old);
      expect(await scriptOf(stage, back)).toBe(script('clicks 1'));
      expect(next.outputs).toMatchObject({
        result: 'rolled-back',
        'rolled-back-jobs': '["clicks"]',
        'failed-jobs': '[]',
      });
      expect(next.annotations[0]).toMatchObject({ level: 'error', title: 'clicks: rolled-back (new-run-ended)' });
      const checks = (await stage.cloud.checks(stage.repository)).filter(({ head_sha }) => head_sha === next.event.sha);
      expect(checks.map(({ conclusion }) => conclusion)).toEqual(['failure', 'failure']);

      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect([docs.code, docs.outcomes, docs.writes]).toEqual([0, { clicks: 'quarantined' }, []]);
      expect(docs.job('clicks').runAfter).toBe(back);
      expect(await told(stage, docs, 'clicks', names)).toBe(`quarantined (revision-quarantined), exit 0
This revision is quarantined and was left alone. Revision <revision> failed on <day> (run <failed> (clicks, FAILED) ended: Unresolved import) and is left alone. Now: run <back> of clicks is running.
Next: push another revision, or roll this one out all the same: stream-rollout apply --environment production --jobs clicks --force`);

      const again = await stage.run(rerun(next.event));
      expect(again.outcomes).toEqual({ clicks: 'rolled-back' });
      expect(again.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(2);

      const fixed = await stage.push({ 'glue/clicks.py': script('clicks 3') });
      expect(fixed.outcomes).toEqual({ clicks: 'succeeded' });
    },
  );

  scenario('on-failure: pause leaves the new run for a person', async (stage) => {
    await started(stage, {}, { 'on-failure': 'pause', verify: { 'running-within': '5m', bake: '2m' } });
    const next = await stage.push({ 'glue/clicks.py': script('clicks 2', 'start-after 7200') });
    expect(await told(stage, next, 'clicks', { fresh: startedBy(next) })).toBe(`stuck (not-running-in-time), exit 1
The rollout is stuck and needs a person. Run <fresh> is still STARTING after N s. Now: run <fresh> of clicks is starting. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs clicks`);
    expect(next.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(1);
  });

  scenario('a stream that ends by itself has failed', async (stage) => {
    await started(stage);
    const next = await stage.push({ 'glue/clicks.py': script('clicks 2', 'finish-after 20') });
    const names = { failed: startedBy(next), back: next.job('clicks').runAfter };
    expect(await told(stage, next, 'clicks', names)).toBe(`rolled-back (new-run-ended), exit 1
The rollout failed and was rolled back. Run <failed> (clicks, SUCCEEDED) ended: SUCCEEDED. Now: run <back> of clicks is running. Left behind: run <failed> (clicks, SUCCEEDED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`);
  });

  scenario('a job that does not exist on Glue is refused before anything is done', async (stage) => {
    const first = await stage.push({
      [manifestPath]: manifest({ clicks: glueJob('clicks') }),
      'glue/clicks.py': script('clicks 1'),
    });
    expect(await told(stage, first, 'clicks')).toBe(`refused (glue-job-missing), exit 3
Refused; nothing was touched. clicks: there is no such Glue job in eu-west-1. Nothing runs now.
Next: Create the Glue job once (console, CloudFormation, Terraform), or correct target.name and target.region.`);
    expect(first.writes.filter((call) => call.startsWith('glue.'))).toEqual([]);
    expect(first.ledger).toEqual([]);
  });
});
