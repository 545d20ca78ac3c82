import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import type { RunView } from './harness/cloud.js';
import { counting, flinkJob, jar, manifest, manifestPath } from './harness/fleet.js';
import { type Done, type Stage, scenario as usual } from './harness/stage.js';
import { told } from './harness/told.js';

async function started(stage: Stage, target: JsonObject = {}, more: JsonObject = {}, settings: JsonObject = {}) {
  await stage.cloud.set({ service: 'flink', ...settings });
  const first = await stage.push({
    [manifestPath]: manifest({ fraud: flinkJob('fraud', target, more) }),
    'jobs/fraud.jar': jar('fraud 1'),
  });
  expect(first.outcomes).toEqual({ fraud: 'succeeded' });
  return { first, old: first.job('fraud').runAfter ?? 'no run' };
}

/** Samples come every few seconds, and take some calls each. */
const rate = 12;
const scenario = (name: string, play: (stage: Stage) => Promise<void>) => usual(name, play, rate);

const startedBy = (done: Done) => done.job('fraud').steps.find(({ id }) => id === 'start')?.run;
const changes = (done: Done) => done.writes.filter((call) => call.startsWith('flink.'));

async function runOf(stage: Stage, id: string | null): Promise<RunView> {
  const run = (await stage.cloud.runs('flink')).find((candidate) => candidate.id === id);
  if (run === undefined) throw new Error(`Flink has no run ${id}`);
  return run;
}

describe('Flink', () => {
  for (const version of ['1.18.1', '1.20.5', '2.3.0']) {
    scenario(
      `${version}: savepoint-upgrade takes the state along, and the jar is on the cluster before`,
      async (stage) => {
        const { old } = await started(stage, {}, {}, { version });
        const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2') });
        const { runAfter } = next.job('fraud');
        expect(next.job('fraud')).toMatchObject({
          outcome: 'succeeded',
          strategy: 'savepoint-upgrade',
          runBefore: old,
        });
        expect(await stage.cloud.states('flink')).toEqual({ [old]: 'FINISHED', [runAfter ?? '']: 'RUNNING' });
        expect(changes(next)).toEqual(['flink.uploadJar', 'flink.stopJob', 'flink.runJar']);
        expect((await runOf(stage, runAfter))['restored']).toMatch(
          /^s3:\/\/acme-savepoints\/fraud\/[0-9a-f]{20}\/savepoint-/,
        );
        const again = await stage.push({ 'docs/page.md': 'x\n' });
        expect([again.outcomes, again.writes]).toEqual([{ fraud: 'unchanged' }, []]);
      },
    );
  }

  scenario('adaptive scheduler: the parallelism changes in flight, and the run stays', async (stage) => {
    const target = { scheduler: 'adaptive', parallelism: 2 };
    const { old } = await started(stage, target, {}, { scheduler: 'adaptive' });
    const next = await stage.push({
      [manifestPath]: manifest({ fraud: flinkJob('fraud', { ...target, parallelism: 6 }) }),
    });
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'in-flight-update', runAfter: old });
    expect(changes(next)).toEqual(['flink.putRequirements']);
    expect(await runOf(stage, old)).toMatchObject({ state: 'RUNNING', parallelism: 6 });
  });

  scenario('default scheduler: another parallelism goes through a savepoint', async (stage) => {
    const { old } = await started(stage, { parallelism: 2 });
    const next = await stage.push({ [manifestPath]: manifest({ fraud: flinkJob('fraud', { parallelism: 4 }) }) });
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'savepoint-upgrade', runBefore: old });
    expect(await runOf(stage, next.job('fraud').runAfter)).toMatchObject({ state: 'RUNNING', parallelism: 4 });
  });

  const broken: { readonly [what: string]: readonly [jar: string, code: string] } = {
    'crashes again and again': [
      jar('fraud 2', counting, 'crash-loop "java.lang.RuntimeException: no table"'),
      'gate-failed',
    ],
    'fails for good': [
      jar('fraud 2', counting, 'fail-after 20 "java.lang.RuntimeException: no table"'),
      'new-run-ended',
    ],
    'reads its state as another type': [
      jar('fraud 2', ['numbers uid=numbers list=offsets', 'counter uid=counter keyed=count:string']),
      'gate-failed',
    ],
    stalls: [jar('fraud 2', counting, 'stalled'), 'gate-failed'],
  };
  for (const [what, [bad, code]] of Object.entries(broken)) {
    scenario(`a version that ${what} is rolled back to the old jar and the same savepoint`, async (stage) => {
      const { old } = await started(stage);
      const next = await stage.push({ 'jobs/fraud.jar': bad });
      const { outcome, runAfter, code: why } = next.job('fraud');
      expect([outcome, why]).toEqual(['rolled-back', code]);
      const [failed, back] = [await runOf(stage, startedBy(next) ?? null), await runOf(stage, runAfter)];
      expect(back).toMatchObject({ state: 'RUNNING', restored: failed['restored'] });
      expect((await runOf(stage, old)).state).toBe('FINISHED');
      expect(back['parameters']).toMatchObject({ 'stream-rollout.step': 'undo-start' });
      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect([docs.outcomes, docs.writes]).toEqual([{ fraud: 'quarantined' }, []]);
    });
  }

  scenario('a missing uid refuses the upgrade, and the old run goes on untouched', async (stage) => {
    const { old } = await started(stage);
    await stage.cloud.advance(60);
    const next = await stage.push({
      'jobs/fraud.jar': jar('fraud 2', [
        'numbers uid=numbers list=offsets',
        'counter keyed=count:long',
        'lines uid=lines',
      ]),
    });
    expect(next.job('fraud')).toMatchObject({ outcome: 'refused', runAfter: old });
    expect(await told(stage, next, 'fraud', { old })).toContain('has no operator for the state of');
    expect(next.code).toBe(3);
    expect(changes(next)).toEqual(['flink.uploadJar']);
    expect(await stage.cloud.states('flink')).toEqual({ [old]: 'RUNNING' });
  });

  scenario('a program that makes no job graph refuses the upgrade', async (stage) => {
    const { old } = await started(stage);
    const next = await stage.push({
      'jobs/fraud.jar': jar('fraud 2', counting, 'main-fails "java.lang.IllegalArgumentException: --topic"'),
    });
    expect(next.job('fraud')).toMatchObject({ outcome: 'refused' });
    expect(await told(stage, next, 'fraud', { old })).toContain('IllegalArgumentException: --topic');
    expect(await stage.cloud.states('flink')).toEqual({ [old]: 'RUNNING' });
  });

  scenario('a savepoint that fails leaves the old run as it was', async (stage) => {
    await stage.cloud.set({ service: 'flink' });
    const first = await stage.push({
      [manifestPath]: manifest({ fraud: flinkJob('fraud') }),
      'jobs/fraud.jar': jar('fraud 1', counting, 'savepoint-fails "java.io.IOException: no space left"'),
    });
    const old = first.job('fraud').runAfter ?? '';
    const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2') });
    expect(next.job('fraud')).toMatchObject({ outcome: 'failed', code: 'flink-savepoint-failed', runAfter: old });
    expect(await told(stage, next, 'fraud', { old })).toContain('no space left');
    expect(await stage.cloud.states('flink')).toEqual({ [old]: 'RUNNING' });
  });

  scenario('a renamed state is told of', async (stage) => {
    await started(stage);
    const renamed = await stage.push({
      'jobs/fraud.jar': jar('fraud 2', [
        'numbers uid=numbers list=offsets',
        'counter uid=counter keyed=count2:long',
        'lines uid=lines',
      ]),
    });
    expect(renamed.outcomes).toEqual({ fraud: 'succeeded' });
    const gates = Object.fromEntries((renamed.job('fraud').gates ?? []).map((gate) => [gate.gate, gate.result]));
    const told = { checkpoints: 'pass', restarts: 'pass', 'lost-state-names': 'pass', 'new-state-names': 'fail' };
    expect(gates).toMatchObject(told);
  });

  scenario('parallel from an intermediate savepoint: both process, then the old run is stopped', async (stage) => {
    const more = {
      sink: 'idempotent',
      strategy: ['parallel'],
      parallel: { overlap: '2m', slots: [{ name: 'fraud-a' }, { name: 'fraud-b' }] },
    };
    const { old } = await started(stage, {}, more);
    const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2') });
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'parallel', gapSeconds: 0 });
    expect(changes(next)).toEqual(['flink.uploadJar', 'flink.triggerSavepoint', 'flink.runJar', 'flink.cancelJob']);
    expect(await runOf(stage, old)).toMatchObject({ name: 'fraud-a', state: 'CANCELED' });
    expect(await runOf(stage, next.job('fraud').runAfter)).toMatchObject({
      name: 'fraud-b',
      restored: expect.any(String),
    });
  });

  scenario('restart goes on from the last retained checkpoint', async (stage) => {
    const { old } = await started(stage, {}, { strategy: ['restart'] });
    const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2') });
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'restart' });
    expect((await runOf(stage, next.job('fraud').runAfter))['restored']).toContain(`/${old}/chk-`);
  });

  scenario('desired: stopped writes a savepoint, and running again starts from it', async (stage) => {
    const { old } = await started(stage);
    const stopped = await stage.push({
      [manifestPath]: manifest({ fraud: flinkJob('fraud', {}, { desired: 'stopped' }) }),
    });
    expect(stopped.outcomes).toEqual({ fraud: 'succeeded' });
    expect((await runOf(stage, old)).state).toBe('FINISHED');
    const again = await stage.push({ [manifestPath]: manifest({ fraud: flinkJob('fraud') }) });
    expect(again.outcomes).toEqual({ fraud: 'succeeded' });
    expect((await runOf(stage, again.job('fraud').runAfter))['restored']).toContain('/savepoint-');
  });

  for (const [what, fault] of Object.entries({
    'answered 503 after the effect': { when: 'after', effect: 'status', status: 503 },
    'cut off after the effect': { when: 'after', effect: 'reset' },
    'cut off before the effect': { when: 'before', effect: 'reset' },
  })) {
    for (const operation of ['stopJob', 'runJar']) {
      scenario(`${operation} that is ${what} ends in one run of the new version`, async (stage) => {
        const { old } = await started(stage);
        await stage.cloud.fault({ service: 'flink', operation, ...fault });
        const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2') });
        expect(next.outcomes).toEqual({ fraud: 'succeeded' });
        const states = await stage.cloud.states('flink');
        expect(states).toEqual({ [old]: 'FINISHED', [next.job('fraud').runAfter ?? '']: 'RUNNING' });
      });
    }
  }

  scenario('a program that sets its own parameters is known by its id', async (stage) => {
    const first = await stage.push({
      [manifestPath]: manifest({ fraud: flinkJob('fraud') }),
      'jobs/fraud.jar': jar('fraud 1', counting, 'own-parameters'),
    });
    expect(first.outcomes).toEqual({ fraud: 'succeeded' });
    const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2', counting, 'own-parameters') });
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'savepoint-upgrade' });
    expect((await stage.push({ 'docs/page.md': 'x\n' })).outcomes).toEqual({ fraud: 'unchanged' });
  });

  scenario('rollback-to starts the old jar from git, on its old savepoint rules', async (stage) => {
    const { first } = await started(stage);
    const next = await stage.push({ 'jobs/fraud.jar': jar('fraud 2') });
    expect(next.outcomes).toEqual({ fraud: 'succeeded' });
    const back = await stage.run({ ...next.event, name: 'workflow_dispatch' } as typeof next.event, {
      inputs: { mode: 'rollback', environment: 'production', jobs: 'fraud', accept: 'unsafe-rollback' },
    });
    expect(back.job('fraud')).toMatchObject({ outcome: 'succeeded' });
    const run = await runOf(stage, back.job('fraud').runAfter);
    expect((run['parameters'] as JsonObject)['stream-rollout.revision']).toBe(
      ((await runOf(stage, first.job('fraud').runAfter))['parameters'] as JsonObject)['stream-rollout.revision'],
    );
  });
});
