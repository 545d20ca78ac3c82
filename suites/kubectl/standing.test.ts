import { describe, expect } from '@jest/globals';
import type { Stage } from '../../__tests__/e2e/harness/stage.js';
import { until } from '../support/until.js';
import { changes, declared, jobOf, runningImage, scenario, server, shown, started } from './fleet.js';
import { appliedBy } from './kubectl.js';

const apply = 'apply.flinkdeployments';

const edited = (stage: Stage, image: string) =>
  appliedBy('somebody', server(stage), {
    kind: 'FlinkDeployment',
    metadata: { name: 'fraud', namespace: 'default' },
    spec: { image },
  });

const broughtOut = (stage: Stage, image: string) =>
  until(
    image,
    () => runningImage(stage),
    (now) => now === image,
  );

describe('what is found', () => {
  scenario('a job that somebody else has applied is adopted, and then upgraded', async (stage) => {
    await stage.cloud.plant({ service: 'flink-operator', name: 'fraud' });
    const { generation } = (await shown(stage)).metadata;
    const first = await stage.push(declared('orders:1', { 'force-conflicts': true }));
    expect([first.outcomes, first.writes]).toEqual([{ fraud: 'adopted' }, []]);
    expect((await shown(stage)).metadata.generation).toBe(generation);
    const next = await stage.push(declared('fraud:2', { 'force-conflicts': true }));
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', runBefore: first.job('fraud').runAfter });
    expect(await runningImage(stage)).toBe('fraud:2');
  });

  scenario('a declared field that somebody has changed is drift; nothing is touched unless told', async (stage) => {
    await started(stage);
    await edited(stage, 'by-hand:1');
    await broughtOut(stage, 'by-hand:1');
    const next = await stage.push(declared('fraud:2'));
    expect([next.outcomes, next.writes]).toEqual([{ fraud: 'refused' }, []]);
    expect(await runningImage(stage)).toBe('by-hand:1');
    const forced = await stage.push(declared('fraud:3', { 'force-conflicts': true }), {
      inputs: { 'on-drift': 'overwrite' },
    });
    expect(forced.job('fraud')).toMatchObject({ outcome: 'succeeded' });
    expect(await runningImage(stage)).toBe('fraud:3');
  });

  scenario('a field that is not declared is another manager’s, and no drift', async (stage) => {
    await started(stage);
    await appliedBy('helm', server(stage), {
      kind: 'FlinkDeployment',
      metadata: { name: 'fraud', namespace: 'default', labels: { team: 'risk' } },
      spec: { flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '4' } },
    });
    const next = await stage.push(declared('fraud:2'));
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded' });
    const { spec } = await shown(stage);
    expect(spec['flinkConfiguration']).toMatchObject({ 'taskmanager.numberOfTaskSlots': '4' });
  });

  scenario('desired: stopped suspends with a savepoint, and running goes on from it', async (stage) => {
    await started(stage);
    const stopped = await stage.push(declared('fraud:1', {}, { desired: 'stopped' }));
    expect([stopped.outcomes, changes(stopped)]).toEqual([{ fraud: 'succeeded' }, [apply]]);
    const { lifecycleState, jobStatus } = (await shown(stage)).status;
    expect(lifecycleState).toBe('SUSPENDED');
    const again = await stage.push(declared('fraud:1'));
    expect([again.outcomes, changes(again)]).toEqual([{ fraud: 'succeeded' }, [apply]]);
    expect(await jobOf(stage)).toMatchObject({ state: 'RUNNING', restored: jobStatus.upgradeSavepointPath });
  });

  scenario('resources of like names are never touched', async (stage) => {
    for (const name of ['fraud-returns', 'fraud2', 'a-fraud']) {
      await stage.cloud.plant({ service: 'flink-operator', name });
    }
    const before = await Promise.all(['fraud-returns', 'fraud2', 'a-fraud'].map((name) => shown(stage, name)));
    await started(stage);
    const next = await stage.push(declared('fraud:2'));
    expect(next.outcomes).toEqual({ fraud: 'succeeded' });
    const after = await Promise.all(['fraud-returns', 'fraud2', 'a-fraud'].map((name) => shown(stage, name)));
    const facts = (all: typeof before) => all.map(({ metadata, spec }) => [metadata.generation, spec]);
    expect(facts(after)).toEqual(facts(before));
    const named = next.requests.filter(({ path }) => /fraud-returns|fraud2|a-fraud/.test(path));
    expect(named).toEqual([]);
  });
});

describe('killed', () => {
  for (const [what, when] of [
    ['before the apply', 'before'],
    ['after the apply', 'after'],
  ] as const) {
    scenario(`${what}: a rerun makes it one run of the new revision`, async (stage) => {
      const old = await started(stage);
      await stage.cloud.fault({ service: 'flink-operator', operation: apply, when, effect: 'delay', seconds: 600 });
      const reached = async () => {
        const hit = async () => (await stage.cloud.faults()).some(({ fired }) => fired > 0);
        await until('the apply', hit, Boolean);
      };
      await stage.push(declared('fraud:2'), { interrupt: { how: 'kill', when: reached } });
      await stage.cloud.clearFaults();
      await stage.cloud.forget();
      const next = await stage.push({ 'docs/page.md': 'x\n' });
      expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', runBefore: old });
      expect(await runningImage(stage)).toBe('fraud:2');
      const { restored } = await jobOf(stage);
      expect(restored).toMatch(/savepoint/);
      const again = await stage.push({ 'docs/page.md': 'y\n' });
      expect([again.outcomes, again.writes]).toEqual([{ fraud: 'unchanged' }, []]);
    });
  }
});
