import { describe, expect } from '@jest/globals';
import type { Done } from '../../__tests__/e2e/harness/stage.js';
import { told } from '../../__tests__/e2e/harness/told.js';
import {
  changes,
  declared,
  directories,
  impatient,
  jobOf,
  program,
  runningImage,
  scenario,
  server,
  shown,
  started,
} from './fleet.js';
import { appliedBy } from './kubectl.js';

const apply = 'apply.flinkdeployments';

/** The run that the rollout brought out in vain. */
const failedRun = (done: Done) => /fraud\/\d+-replace-[0-9a-f]{12}/.exec(done.job('fraud').message)?.[0];

describe('the Flink operator', () => {
  scenario('a first start, an upgrade by savepoint, and nothing to do', async (stage) => {
    const old = await started(stage);
    const before = await shown(stage);
    const next = await stage.push(declared('fraud:2'));
    const expected = { outcome: 'succeeded', strategy: 'in-place-update', runBefore: old };
    expect(next.job('fraud')).toMatchObject(expected);
    expect(next.job('fraud').runAfter).toMatch(/^fraud\/2-replace-[0-9a-f]{12}$/);
    expect(changes(next)).toEqual([apply]);
    const after = await shown(stage);
    // The id of the job says nothing of the run.
    expect(after.status.jobStatus.jobId).toBe(before.status.jobStatus.jobId);
    expect(await jobOf(stage)).toMatchObject({ image: 'fraud:2', restored: expect.stringContaining('savepoint') });
    const again = await stage.push({ 'docs/page.md': 'x\n' });
    expect([again.outcomes, again.writes]).toEqual([{ fraud: 'unchanged' }, []]);
  });

  scenario(
    'by its own gates: checkpoints, restarts and the names of states',
    async (stage) => {
      const restarts = { signal: 'restarts', mode: 'budget', 'max-delta': 1, advisory: true };
      const gates = { verify: { 'running-within': '10m', bake: '10s', gates: [restarts] } };
      await started(stage, {}, gates);
      const next = await stage.push(declared('fraud:2', {}, gates));
      expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'in-place-update' });
      const verdicts = next.report?.jobs[0]?.gates?.map(({ signal, result }) => [signal, result]);
      expect(verdicts).toEqual(
        expect.arrayContaining([
          ['checkpoints', 'pass'],
          ['lost-state-names', 'pass'],
        ]),
      );
    },
    8,
  );

  scenario('the size changes, and the run stays', async (stage) => {
    const old = await started(stage);
    const next = await stage.push(declared('fraud:1', { spec: { job: { parallelism: 6 } } }));
    const expected = { outcome: 'succeeded', strategy: 'in-flight-update', runBefore: old, runAfter: old };
    expect(next.job('fraud')).toMatchObject(expected);
    expect(changes(next)).toEqual([apply]);
    expect(await jobOf(stage)).toMatchObject({ parallelism: 6, restored: expect.stringContaining('savepoint') });
  });

  scenario(
    'a spec that the operator refuses: the old run is untouched, and the next commit goes through',
    async (stage) => {
      const old = await started(stage);
      const { jobId } = (await shown(stage)).status.jobStatus;
      const key = { spec: { flinkConfiguration: { 'kubernetes.cluster-id': 'mine' } } };
      const next = await stage.push(declared('fraud:2', key));
      expect(next.job('fraud')).toMatchObject({ outcome: 'failed', runAfter: old });
      expect(await runningImage(stage)).toBe('fraud:1');
      expect((await shown(stage)).status.jobStatus).toMatchObject({ jobId, state: 'RUNNING' });
      expect(await told(stage, next, 'fraud', { old, bad: failedRun(next) })).toMatchInlineSnapshot(`
"failed (new-run-ended), exit 1
The rollout failed. Run <bad> (fraud, refused) ended: flink-operator-spec-refused: Forbidden Flink config key: kubernetes.cluster-id. Now: run <old> of fraud is running. Left behind: run <bad> (fraud, refused).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs fraud --force"
`);
      const third = await stage.push(declared('fraud:3'));
      expect(third.job('fraud')).toMatchObject({ outcome: 'succeeded', runBefore: old });
      expect(await runningImage(stage)).toBe('fraud:3');
    },
  );

  scenario('a field that the kind does not have is refused before anything is done', async (stage) => {
    await started(stage);
    const next = await stage.push(declared('fraud:2', { spec: { nope: true } }));
    expect([next.outcomes, next.writes, next.job('fraud').code]).toEqual([
      { fraud: 'refused' },
      [],
      'flink-operator-spec-refused',
    ]);
  });

  scenario('the operator itself goes back: its rollback is told, and the old run goes on', async (stage) => {
    const configuration = {
      ...directories,
      'high-availability.type': 'kubernetes',
      'high-availability.storageDir': 'file:///tmp/emulated-flink/ha',
      'kubernetes.operator.deployment.rollback.enabled': 'true',
      'kubernetes.operator.deployment.readiness.timeout': '60 s',
    };
    const target = { spec: { flinkConfiguration: configuration } };
    const old = await started(stage, target);
    await program(stage, 'fraud:2', 'never-ready');
    const next = await stage.push(declared('fraud:2', target));
    expect(next.job('fraud')).toMatchObject({ outcome: 'failed', runAfter: old });
    expect(changes(next)).toEqual([apply]);
    expect((await shown(stage)).status.lifecycleState).toBe('ROLLED_BACK');
    expect(await told(stage, next, 'fraud', { old, bad: failedRun(next) })).toMatchInlineSnapshot(`
"failed (new-run-ended), exit 1
The rollout failed. Run <bad> (fraud, ROLLED_BACK) ended: flink-operator-rolled-back: it did not become stable in time. Now: run <old> of fraud is running. Left behind: run <bad> (fraud, ROLLED_BACK).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs fraud --force"
`);
  });

  scenario('a run that never becomes stable: the old revision from the savepoint before it', async (stage) => {
    const old = await started(stage);
    await program(stage, 'fraud:2', 'never-ready');
    const next = await stage.push(declared('fraud:2', {}, { verify: impatient }));
    expect(next.job('fraud')).toMatchObject({ outcome: 'rolled-back', runBefore: old });
    expect(changes(next)).toEqual([apply, apply]);
    expect(await runningImage(stage)).toBe('fraud:1');
    const { spec, status } = await shown(stage);
    expect(spec.job).toMatchObject({ initialSavepointPath: expect.stringContaining('savepoint') });
    expect(await jobOf(stage)).toMatchObject({ state: 'RUNNING', restored: spec.job['initialSavepointPath'] });
    expect(status.lifecycleState).toBe('STABLE');
    expect(
      await told(stage, next, 'fraud', { old, bad: failedRun(next), back: next.job('fraud').runAfter }),
    ).toMatchInlineSnapshot(`
"rolled-back (not-running-in-time), exit 1
The rollout failed and was rolled back. Run <bad> is still DEPLOYED / RECONCILING / DEPLOYING after N s. Now: run <back> of fraud is running. Left behind: run <bad> (fraud, replaced).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs fraud --force"
`);
  });

  scenario('a job that finishes is STABLE, and has failed', async (stage) => {
    await started(stage);
    await program(stage, 'fraud:2', 'finish-after 20');
    const next = await stage.push(declared('fraud:2', {}, { verify: { ...impatient, bake: '10m' } }));
    expect(next.job('fraud')).toMatchObject({ outcome: 'rolled-back', code: 'new-run-ended' });
    expect(next.job('fraud').message).toContain('flink-operator-run-finished');
    expect(await runningImage(stage)).toBe('fraud:1');
  });

  scenario('a job that fails for good is rolled back', async (stage) => {
    await started(stage);
    await program(stage, 'fraud:2', 'fail-after 5 "java.lang.RuntimeException: the table is gone"');
    const next = await stage.push(declared('fraud:2', {}, { verify: { ...impatient, bake: '10m' } }));
    expect(next.job('fraud')).toMatchObject({ outcome: 'rolled-back', code: 'new-run-ended' });
    expect(await runningImage(stage)).toBe('fraud:1');
  });

  scenario(
    'a field of another manager is refused by its name, and taken over where that is asked for',
    async (stage) => {
      const old = await started(stage);
      await appliedBy('helm', server(stage), {
        kind: 'FlinkDeployment',
        metadata: { name: 'fraud', namespace: 'default' },
        spec: { serviceAccount: 'another' },
      });
      const next = await stage.push(declared('fraud:2'));
      expect([next.outcomes, next.writes]).toEqual([{ fraud: 'refused' }, []]);
      expect(next.job('fraud')).toMatchObject({ code: 'flink-operator-conflict', runAfter: old });
      expect(next.job('fraud').message).toContain('helm has .spec.serviceAccount');
      const forced = await stage.push(declared('fraud:2', { 'force-conflicts': true }));
      expect(forced.job('fraud')).toMatchObject({ outcome: 'succeeded' });
      expect((await shown(stage)).spec).toMatchObject({ serviceAccount: 'flink', image: 'fraud:2' });
    },
  );
});
