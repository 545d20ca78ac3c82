import { describe, expect } from '@jest/globals';
import { rerun } from './harness/events.js';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';
import { until } from './harness/until.js';

async function started(stage: Stage): Promise<string> {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks: glueJob('clicks') }),
    'glue/clicks.py': script('clicks 0', 'slow-stop 1800'),
  });
  expect(first.outcomes).toEqual({ clicks: 'succeeded' });
  return first.job('clicks').runAfter ?? 'no run';
}

const changed = { 'glue/clicks.py': script('clicks 1') };
const down = { service: 'github', operation: '*', when: 'before', times: 10_000 };

/** Check runs of the step's commit, by name. */
async function checksOf(stage: Stage, done: Done): Promise<{ readonly [name: string]: string | null }> {
  const all = await stage.cloud.checks(stage.repository);
  const own = all.filter(({ head_sha }) => head_sha === done.event.sha);
  return Object.fromEntries(own.map(({ name, conclusion }) => [name, conclusion]));
}

const green = { 'stream-rollout / production': 'success', 'stream-rollout / production / clicks': 'success' };
const notices = (stage: Done['main'] | null) =>
  (stage?.annotations ?? []).map(({ message }) => message).filter((message) => message.includes('on GitHub'));

describe("GitHub's REST API is down, and the ledger can be reached", () => {
  for (const [what, fault, said] of [
    ['answers 503', { effect: 'status', status: 503 }, 'Server Error - https://docs.github.com/rest'],
    ['cuts every connection', { effect: 'reset' }, 'other side closed'],
  ] as const) {
    scenario(`it ${what} until the main step is over: the post step writes the kept report`, async (stage) => {
      const old = await started(stage);
      // A call and its two retries.
      await stage.cloud.fault({ ...down, operation: 'checks.listForRef', times: 3, ...fault });
      const done = await stage.push(changed);
      expect([done.code, done.outcomes]).toEqual([0, { clicks: 'succeeded' }]);
      expect((await stage.cloud.states('glue'))[old]).toBe('STOPPED');
      expect(done.summary).toContain('## stream-rollout: 1 succeeded');
      expect(notices(done.main)).toEqual([
        `Left out of the report on GitHub: check runs (${said}). The rollout itself is not affected. The post step tries once more.`,
      ]);
      expect(notices(done.post)).toEqual([]);
      expect(done.post?.log).toContain('What was left out of the report on GitHub is written now.');
      expect(await checksOf(stage, done)).toEqual(green);
    });

    scenario(`it ${what} for good: the rollout goes on, and a rerun tells of it later`, async (stage) => {
      const old = await started(stage);
      await stage.cloud.fault({ ...down, ...fault });
      const done = await stage.push(changed);
      const run = done.job('clicks').runAfter ?? '';
      expect([done.code, done.outcomes]).toEqual([0, { clicks: 'succeeded' }]);
      expect(await stage.cloud.states('glue')).toEqual({ [old]: 'STOPPED', [run]: 'RUNNING' });
      expect(notices(done.post)).toEqual([
        `Still left out of the report on GitHub: check runs (${said}). The job summary and the ledger have it; a rerun of this workflow run writes its checks again.`,
      ]);
      expect(done.post?.code).toBe(0);
      expect(await checksOf(stage, done)).toEqual({});

      await stage.cloud.clearFaults();
      const again = await stage.run(rerun(done.event));
      expect([again.outcomes, again.writes, again.ledger]).toEqual([{ clicks: 'unchanged' }, [], []]);
      expect((await checksOf(stage, again))['stream-rollout / production']).toBe('success');
    });
  }

  scenario(
    'a rollout that fails meanwhile fails as always: its exit code and its text do not depend on GitHub',
    async (stage) => {
      const old = await started(stage);
      await stage.cloud.fault({ ...down, effect: 'status', status: 503 });
      const done = await stage.push({ 'glue/clicks.py': script('clicks 1', 'fail-after 20 "Unresolved import"') });
      const { runAfter, steps } = done.job('clicks');
      const failed = steps.find(({ id }) => id === 'start')?.run;
      expect(
        await told(stage, done, 'clicks', { old, failed, back: runAfter }),
      ).toBe(`rolled-back (new-run-ended), exit 1
The rollout failed and was rolled back. Run <failed> (clicks, FAILED) ended: Unresolved import. Now: run <back> of clicks is running. Left behind: run <failed> (clicks, FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`);
    },
  );

  scenario('the holder of a rollout cannot be looked up: its lease decides, and nothing is touched', async (stage) => {
    await started(stage);
    const seen = async () => Object.values(await stage.cloud.states('glue'));
    const when = async () => void (await until('the old run is stopping', seen, (all) => all.includes('STOPPING')));
    const cut = await stage.push(changed, { interrupt: { how: 'kill', when } });
    await until('the old run has stopped', seen, (all) => all.includes('STOPPED'));
    await stage.cloud.fault({ ...down, effect: 'status', status: 503 });
    const held = await stage.push({ 'docs/page.md': 'x\n' }, { inputs: { 'wait-for-minutes': '1' } });
    expect(await told(stage, held, 'clicks')).toBe(`refused (rollout-held), exit 3
Rollout 2 is held by https://github.com/acme/streams/actions/runs/<id>/attempts/1, opened N min ago. Whether the holder is still at work could not be looked up, so it is left alone until its lease ends at <time>. Nothing was touched. Nothing runs now.
Next: wait for it, or: stream-rollout apply --environment production --jobs clicks --take-over`);
    expect([held.writes, held.ledger]).toEqual([[], []]);

    await stage.cloud.clearFaults();
    const next = await stage.run(rerun(cut.event));
    expect(next.outcomes).toEqual({ clicks: 'succeeded' });
    expect([...cut.writes, ...next.writes].filter((call) => call === 'glue.StartJobRun')).toHaveLength(1);
  });
});
