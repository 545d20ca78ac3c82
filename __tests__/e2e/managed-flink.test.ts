import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { manifest, manifestPath, region, script, verify } from './harness/fleet.js';
import { steadyRate } from './harness/gates.js';
import { type Done, type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

function fraudJob(target: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const code = { file: 'jobs/fraud.jar', 'upload-to': 's3://acme-jars/fraud/${digest}.jar' };
  const usual = { region, code, properties: { source: { stream: 'orders' } } };
  return { engine: 'managed-flink', sink: 'transactional', verify, target: { ...usual, ...target }, ...more };
}

/** An application that somebody made and never started, and the first push of its job. */
async function started(stage: Stage, target: JsonObject = {}, more: JsonObject = {}) {
  const spec = { applicationName: 'fraud', code: 's3://planted/fraud.jar', state: 'READY' };
  await stage.cloud.plant({ service: 'managed-flink', ...spec });
  const first = await stage.push({
    [manifestPath]: manifest({ fraud: fraudJob(target, more) }),
    'jobs/fraud.jar': script('fraud 1'),
  });
  expect(first.outcomes).toEqual({ fraud: 'succeeded' });
  return { first, old: first.job('fraud').runAfter ?? 'no run' };
}

const changes = (done: Done) =>
  done.writes.filter((call) => call.startsWith('managed-flink.')).map((call) => call.split('.')[1]);

async function application(stage: Stage): Promise<JsonObject> {
  const answer = await fetch(`${stage.cloud.control}/state?service=managed-flink`);
  const state = (await answer.json()) as { 'managed-flink': { [place: string]: JsonObject[] } };
  const [detail] = Object.values(state['managed-flink']).flat();
  if (detail === undefined) throw new Error('there is no application');
  return detail;
}

async function restored(stage: Stage): Promise<JsonObject> {
  const detail = await application(stage);
  const configuration = detail['ApplicationConfigurationDescription'] as { RunConfigurationDescription: JsonObject };
  return configuration.RunConfigurationDescription['ApplicationRestoreConfigurationDescription'] as JsonObject;
}

const bad = (fate: string) => ({ 'jobs/fraud.jar': script('fraud 2', fate) });

describe('Managed Flink', () => {
  scenario('a stopped application is updated and started; an update takes a snapshot first', async (stage) => {
    const { first, old } = await started(stage);
    expect(changes(first)).toEqual(['UpdateApplication', 'StartApplication']);
    expect(old).toBe('fraud/2');
    const next = await stage.push({ 'jobs/fraud.jar': script('fraud 2') });
    const expected = { outcome: 'succeeded', strategy: 'in-place-update', runBefore: old, runAfter: 'fraud/3' };
    expect(next.job('fraud')).toMatchObject(expected);
    expect(changes(next)).toEqual(['CreateApplicationSnapshot', 'UpdateApplication']);
    expect(await restored(stage)).toEqual({ ApplicationRestoreType: 'RESTORE_FROM_LATEST_SNAPSHOT' });
    const again = await stage.push({ 'docs/page.md': 'x\n' });
    expect([again.outcomes, again.writes]).toEqual([{ fraud: 'unchanged' }, []]);
  });

  scenario('the parallelism changes, and the run stays', async (stage) => {
    const { old } = await started(stage, { parallelism: 2 });
    const next = await stage.push({ [manifestPath]: manifest({ fraud: fraudJob({ parallelism: 6 }) }) });
    const expected = { outcome: 'succeeded', strategy: 'in-flight-update', runBefore: old, runAfter: old };
    expect(next.job('fraud')).toMatchObject(expected);
    expect(changes(next)).toEqual(['UpdateApplication']);
  });

  scenario('an update that fails: the service goes back, and the old run is left', async (stage) => {
    const { old } = await started(stage, { 'system-rollback': true });
    const next = await stage.push(bad('fail FlinkException: no operator for the state'));
    expect(next.job('fraud').runAfter).toBe(old);
    expect(changes(next)).toEqual(['CreateApplicationSnapshot', 'UpdateApplication']);
    expect(await application(stage)).toMatchObject({ ApplicationStatus: 'RUNNING', ApplicationVersionRolledBackTo: 2 });
    expect(await told(stage, next, 'fraud', { old })).toMatchInlineSnapshot(`
"failed (new-run-ended), exit 1
The rollout failed. Run fraud/3 (fraud, READY) ended: FlinkException: no operator for the state. Now: run <old> of fraud is running. Left behind: run fraud/3 (fraud, READY).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs fraud --force"
`);
  });

  scenario(
    'an update that fails and leaves the application stopped: the old code is started on its state',
    async (stage) => {
      const { old } = await started(stage);
      const next = await stage.push(bad('fail FlinkException: no operator for the state'));
      const names = { old, back: next.job('fraud').runAfter };
      expect(changes(next)).toEqual([
        'CreateApplicationSnapshot',
        'UpdateApplication',
        'UpdateApplication',
        'StartApplication',
      ]);
      expect(await application(stage)).toMatchObject({ ApplicationStatus: 'RUNNING' });
      expect(await restored(stage)).toMatchObject({ ApplicationRestoreType: 'RESTORE_FROM_CUSTOM_SNAPSHOT' });
      expect(await told(stage, next, 'fraud', names)).toMatchInlineSnapshot(`
"rolled-back (new-run-ended), exit 1
The rollout failed and was rolled back. Run fraud/3 (fraud, READY) ended: FlinkException: no operator for the state. Now: run <back> of fraud is running. Left behind: run fraud/3 (fraud, READY).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs fraud --force"
`);
    },
  );

  scenario('an update that does not end is rolled back, and the old run is there again', async (stage) => {
    const { old } = await started(stage);
    const next = await stage.push(bad('slow-update 864000'));
    expect(changes(next)).toEqual(['CreateApplicationSnapshot', 'UpdateApplication', 'RollbackApplication']);
    expect(next.job('fraud')).toMatchObject({ outcome: 'failed', runAfter: old });
    expect(await application(stage)).toMatchObject({ ApplicationStatus: 'RUNNING' });
    expect(await told(stage, next, 'fraud', { old })).toMatchInlineSnapshot(`
"failed (not-running-in-time), exit 1
The rollout failed. Run fraud/3 is still UPDATING after N s. Now: run <old> of fraud is running. Left behind: run fraud/3 (fraud, READY).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs fraud --force"
`);
  });

  // A signal without history: at the usual rate a busy machine would miss its samples.
  scenario(
    'a run that fails its gates is replaced by the old code, from a snapshot of the old run',
    async (stage) => {
      const badness = { command: { run: 'if [ "$STREAM_ROLLOUT_RUN_ID" = fraud/3 ]; then echo 1; else echo 0; fi' } };
      const gates = [{ signal: 'badness', max: 0, mode: 'hold', interval: '60s' }];
      const watched = { ...verify, bake: '8m', gates, signals: { badness } };
      const { old } = await started(stage, {}, { verify: watched });
      const next = await stage.push({ 'jobs/fraud.jar': script('fraud 2') });
      expect(changes(next)).toEqual(['CreateApplicationSnapshot', 'UpdateApplication', 'UpdateApplication']);
      expect(next.job('fraud')).toMatchObject({ outcome: 'rolled-back', runBefore: old, runAfter: 'fraud/4' });
      const restore = await restored(stage);
      expect(restore).toMatchObject({ ApplicationRestoreType: 'RESTORE_FROM_CUSTOM_SNAPSHOT' });
    },
    steadyRate,
  );

  scenario('desired: stopped stops it with a snapshot, and running starts it from that', async (stage) => {
    await started(stage);
    const stopped = await stage.push({ [manifestPath]: manifest({ fraud: fraudJob({}, { desired: 'stopped' }) }) });
    expect([stopped.outcomes, changes(stopped)]).toEqual([{ fraud: 'succeeded' }, ['StopApplication']]);
    const again = await stage.push({ [manifestPath]: manifest({ fraud: fraudJob() }) });
    expect([again.outcomes, changes(again)]).toEqual([
      { fraud: 'succeeded' },
      ['UpdateApplication', 'StartApplication'],
    ]);
    expect(await restored(stage)).toEqual({ ApplicationRestoreType: 'RESTORE_FROM_LATEST_SNAPSHOT' });
  });
});
