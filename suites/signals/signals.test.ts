import { describe, expect } from '@jest/globals';
import { rerun, scheduled } from '../../__tests__/e2e/harness/events.js';
import { defineGlueJobs, manifest, manifestPath } from '../../__tests__/e2e/harness/fleet.js';
import { type Done, type Stage, scenario } from '../../__tests__/e2e/harness/stage.js';
import { hangPushes, processesOf, recordOf } from './left.js';
import { markOf, type Phase, phases } from './phases.js';

const up = new Set(['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'STARTING', 'RUNNING']);

describe('a workflow is cancelled', () => {
  for (const phase of phases) scenario(phase.name, (stage) => play(stage, phase), phase.rate);
});

async function play(stage: Stage, phase: Phase): Promise<void> {
  const { cloud } = stage;
  const files = (version: 1 | 2) => {
    const { job, files: more } = phase.declare(version);
    return { [manifestPath]: manifest({ clicks: job }), ...more };
  };
  if (phase.engine === 'glue') await defineGlueJobs(cloud, ['clicks', 'views']);
  const sibling = await cloud.plant(
    phase.engine === 'glue'
      ? { service: 'glue', jobName: 'views', region: 'eu-west-1' }
      : { service: 'dataflow', name: 'views', project: 'acme-prod', region: 'europe-west1' },
  );
  const first = await stage.push(files(1));
  expect(first.outcomes).toEqual({ clicks: 'succeeded' });
  const old = first.job('clicks').runAfter ?? '';
  const before = await stage.repo.ledger();

  if (phase.fault !== undefined) await cloud.fault(phase.fault);
  let letThrough = () => {};
  const hang = () => {
    letThrough = hangPushes(stage, markOf(stage));
  };
  if (phase.hungPush === 'from-the-start') hang();
  let sent: readonly string[] = [];
  let stateThen = '';
  const when = async () => {
    await phase.when(stage);
    if (phase.hungPush === 'at-the-moment') hang();
    sent = await cloud.writes();
    stateThen = (await cloud.states(phase.engine))[old] ?? '';
  };
  const cut = await stage.push(files(2), { env: { STREAM_MARK: markOf(stage) }, interrupt: { how: 'cancel', when } });
  await fetch(`${cloud.control}/faults`, { method: 'DELETE' });
  letThrough();

  // It ended by itself, in the time between the runner's signals, and so did all that it had started.
  expect([cut.main.signal, cut.main.code, cut.post?.code]).toEqual([null, 5, 0]);
  expect(processesOf(stage)).toEqual([]);
  expect(cut.writes.slice(0, sent.length)).toEqual(sent);
  expect(cut.writes.slice(sent.length)).toEqual(phase.after);
  expectTold(cut, phase);

  const record = await recordOf(stage, 'clicks');
  if (phase.reached === 'rollout') {
    expect(record).toMatchObject({ n: 2, closed: null });
    const last = phase.after.length > 0 ? null : record?.journal.at(-1);
    if (phase.journal !== null && last !== null) expect([last?.step, last?.state]).toEqual(phase.journal);
  } else expect(await stage.repo.ledger()).toEqual(before);
  // Nothing was cancelled: the old run is as it was, or further on its way out.
  if (up.has(stateThen)) expect((await cloud.states(phase.engine))[old]).toBe(stateThen);

  const { repository } = stage;
  const sha = (await stage.repo.head()) ?? '';
  const opened = phase.reached === 'rollout';
  const resumed = await stage.run(opened ? scheduled({ repository, sha }) : rerun(cut.event));
  expect(resumed.outcomes).toEqual({ clicks: phase.outcome });
  expect(await cloud.runs(phase.engine, 'clicks')).toHaveLength(1 + phase.launches);
  const active = (await cloud.runs(phase.engine)).filter(({ name, state }) => name === 'clicks' && up.has(state));
  expect(active).toHaveLength(1);
  const revision = phase.outcome === 'succeeded' ? resumed.job('clicks').revision : first.job('clicks').revision;
  expect(JSON.stringify(active)).toContain(revision);
  expect(up).toContain((await cloud.states(phase.engine))[sibling]);
  expect((await recordOf(stage, 'clicks'))?.closed?.outcome).toBe(phase.outcome);
}

/** What a person reads who cancelled it: how far it got, what runs now where that was seen after the last call, and the next command. */
function expectTold(cut: Done, phase: Phase): void {
  if (phase.reached === 'nothing') {
    const message =
      'stream-rollout failed (process-cancelled): The process was cancelled before anything was rolled out. ' +
      'No streaming job was touched. Next: Run the same command again.';
    expect(cut.annotations).toMatchObject([{ level: 'error', message }]);
    return;
  }
  const { outcome, code, message, next } = cut.job('clicks');
  const mode = phase.reached === 'plan' ? 'apply' : 'resume';
  expect({ outcome, code, next }).toEqual({
    outcome: 'interrupted',
    code: phase.reached === 'plan' ? 'process-cancelled' : 'rollout-interrupted',
    next: `stream-rollout ${mode} --environment production --jobs clicks`,
  });
  const leads = [
    'Not begun: the process was cancelled before anything was done for it.',
    'Not begun: the process was cancelled while the ledger was being written. No engine call was made.',
    'Interrupted; `resume` goes on. The process was cancelled.',
    'Interrupted; `resume` goes on. Run \\S+ \\(clicks, FAILED\\) ended: No such topic.',
  ];
  const looked =
    'What runs now was not looked at\\. At \\S+, when it was last looked at, (run \\S+ of clicks was \\w+|nothing ran)';
  const now = `Now: run \\S+ of clicks is (running|stopping|starting|draining)|What runs now was not looked at|${looked}`;
  const gap =
    'The job stands between stop and start: (once \\S+ has drained, )?nothing processes its input until `resume` goes on';
  const behind = 'Left behind: run [^.]+';
  expect(message).toMatch(new RegExp(`^(${leads.join('|')})( (${now})\\.)?( ${gap}\\.)?( ${behind}\\.)?$`));
}
