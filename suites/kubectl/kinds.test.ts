import { describe, expect } from '@jest/globals';
import type { Stage } from '../../__tests__/e2e/harness/stage.js';
import type { JsonObject } from '../../src/model/json.js';
import { changes, declared, directories, jobOf, program, scenario, server, shown, verify } from './fleet.js';
import { appliedBy, resource } from './kubectl.js';

const bluegreens = 'flinkbluegreendeployments';
const apply = `apply.${bluegreens}`;
const double: JsonObject = { kind: 'FlinkBlueGreenDeployment' };
const tolerant: JsonObject = { sink: 'idempotent' };

async function begun(stage: Stage, target: JsonObject, more: JsonObject = {}): Promise<string> {
  const first = await stage.push(declared('fraud:1', target, more));
  expect(first.outcomes).toEqual({ fraud: 'succeeded' });
  return first.job('fraud').runAfter ?? 'no run';
}

describe('blue and green', () => {
  scenario('the new one takes over when it is stable, from a savepoint, and the old one goes', async (stage) => {
    const old = await begun(stage, double, tolerant);
    expect((await shown(stage, 'fraud', bluegreens)).status.blueGreenState).toBe('ACTIVE_BLUE');
    const next = await stage.push(declared('fraud:2', double, tolerant));
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'in-place-update', runBefore: old });
    expect(changes(next)).toEqual([apply]);
    expect((await shown(stage, 'fraud', bluegreens)).status.blueGreenState).toBe('ACTIVE_GREEN');
    expect(await resource(server(stage), 'fraud-blue')).toBeNull();
    expect(await jobOf(stage, 'fraud-green')).toMatchObject({
      image: 'fraud:2',
      state: 'RUNNING',
      restored: expect.stringContaining('savepoint'),
    });
    const again = await stage.push({ 'docs/page.md': 'x\n' });
    expect([again.outcomes, again.writes]).toEqual([{ fraud: 'unchanged' }, []]);
  });

  scenario('records written twice need a sink that bears it', async (stage) => {
    await begun(stage, double);
    const next = await stage.push(declared('fraud:2', double));
    expect(next.outcomes['fraud']).toBe('succeeded');
    expect(next.job('fraud').strategy).not.toBe('in-place-update');
    expect(next.planned('fraud').rejected.map(({ strategy }) => strategy)).toContain('in-place-update');
  });

  scenario('a switch that the operator gives up: the old one has gone on all the time', async (stage) => {
    const target = { ...double, transition: { 'kubernetes.operator.bluegreen.abort.grace-period': '60 s' } };
    const old = await begun(stage, target, tolerant);
    const { jobId } = (await shown(stage, 'fraud-blue')).status.jobStatus;
    await program(stage, 'fraud:2', 'never-ready');
    const next = await stage.push(declared('fraud:2', target, tolerant));
    expect(next.job('fraud')).toMatchObject({ outcome: 'failed', runAfter: old });
    expect(next.job('fraud').message).toContain('flink-operator-transition-aborted');
    expect((await shown(stage, 'fraud', bluegreens)).status.blueGreenState).toBe('ACTIVE_BLUE');
    expect((await shown(stage, 'fraud-blue')).status.jobStatus).toMatchObject({ jobId, state: 'RUNNING' });
  });

  scenario(
    'a new one that is active and does badly: the old revision takes over again, from the savepoint before',
    async (stage) => {
      await begun(stage, double, tolerant);
      const run = 'case "$STREAM_ROLLOUT_RUN_ID" in fraud/2-replace-*) echo 1;; *) echo 0;; esac';
      const gates = [...verify.gates, { signal: 'badness', max: 0, mode: 'hold', interval: '60s' }];
      const watched = { ...verify, bake: '5m', gates, signals: { badness: { command: { run } } } };
      const next = await stage.push(declared('fraud:2', double, { ...tolerant, verify: watched }));
      expect(next.outcomes['fraud']).toBe('rolled-back');
      expect(changes(next)).toEqual([apply, apply]);
      const { status } = await shown(stage, 'fraud', bluegreens);
      expect(status.blueGreenState).toBe('ACTIVE_BLUE');
      expect(await jobOf(stage, 'fraud-blue')).toMatchObject({ image: 'fraud:1', state: 'RUNNING' });
    },
  );

  scenario(
    'an active one that has failed can’t be switched away from: the operator’s refusal is told',
    async (stage) => {
      await begun(stage, double, tolerant);
      await program(stage, 'fraud:2', 'fail-after 60 "java.lang.RuntimeException: the table is gone"');
      const watched = { ...tolerant, verify: { ...verify, bake: '10m' } };
      const next = await stage.push(declared('fraud:2', double, watched));
      expect(next.outcomes['fraud']).toBe('stuck');
      expect(next.job('fraud').message).toContain('the table is gone');
    },
  );
});

describe('a session job', () => {
  const session: JsonObject = { kind: 'FlinkSessionJob' };

  /** A session cluster, and a job in it; what a FlinkDeployment has beside is not declared. */
  const inSession = (args: string, more: JsonObject = {}) => ({
    '.github/streaming-jobs.yml': JSON.stringify({
      version: 1,
      name: 'acme',
      environments: { production: {} },
      jobs: {
        fraud: {
          engine: 'flink-operator',
          sink: 'transactional',
          verify,
          target: {
            ...session,
            spec: {
              deploymentName: 'session',
              job: { jarURI: 'https://repo/fraud.jar', args: [args], parallelism: 1, upgradeMode: 'savepoint' },
            },
          },
          ...more,
        },
      },
    }),
  });

  async function cluster(stage: Stage): Promise<void> {
    await appliedBy('helm', server(stage), {
      kind: 'FlinkDeployment',
      metadata: { name: 'session', namespace: 'default' },
      spec: {
        image: 'flink:1.20',
        flinkVersion: 'v1_20',
        flinkConfiguration: directories,
        serviceAccount: 'flink',
        jobManager: { resource: { memory: '1024m', cpu: 0.5 } },
        taskManager: { resource: { memory: '1024m', cpu: 0.5 } },
      },
    });
  }

  scenario('is started and upgraded in its cluster, which is left alone', async (stage) => {
    const missing = await stage.push(inSession('--first'));
    expect([missing.outcomes, missing.job('fraud').code]).toEqual([
      { fraud: 'refused' },
      'flink-operator-no-session-cluster',
    ]);
    await cluster(stage);
    const first = await stage.push(inSession('--second'));
    expect(first.outcomes).toEqual({ fraud: 'succeeded' });
    const before = await shown(stage, 'session');
    const next = await stage.push(inSession('--third'));
    expect(next.job('fraud')).toMatchObject({ outcome: 'succeeded', strategy: 'in-place-update' });
    expect(changes(next)).toEqual(['apply.flinksessionjobs']);
    expect((await shown(stage, 'session')).metadata.generation).toBe(before.metadata.generation);
  });
});
