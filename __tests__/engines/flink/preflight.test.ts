import { afterEach, describe, expect, it } from '@jest/globals';
import type { FlinkSettings } from '../../../emulators/flink/index.js';
import { counting, openWorld, type World } from './world.js';

let world: World;
afterEach(() => world.end());

async function running(settings: Partial<FlinkSettings> = {}, lines: readonly string[] = counting) {
  world = await openWorld(settings);
  return world.started(world.of(lines));
}

describe('pre-flight', () => {
  it('has nothing to say about a version that fits', async () => {
    await running();
    expect(await world.preflight(world.of([...counting, 'operator lines uid=lines']))).toEqual([]);
  });

  it('names the operator whose state has no place in the new program, and what stands in its place', async () => {
    await running();
    const next = world.of([counting[0] ?? '', 'operator counter2 uid=counter2 keyed=count:long']);
    const message =
      /^error flink-state-incompatible: fraud: the new program has no operator for the state of counter \(0da08f51eaa85fc298e176a139b3649a\) with count\. Operators that the state does not know: counter2 \([0-9a-f]{32}\)\.$/;
    expect(await world.preflight(next)).toEqual([expect.stringMatching(message)]);
  });

  it('from 2.1 on names it by its uid', async () => {
    await running({ version: '2.3.0' });
    const [finding] = await world.preflight(world.of([counting[0] ?? '']));
    expect(finding).toContain('the state of counter (0da08f51eaa85fc298e176a139b3649a) with count');
  });

  it('lets state go where that is allowed, and says so', async () => {
    await running();
    const findings = await world.preflight(world.of([counting[0] ?? ''], { 'allow-non-restored-state': true }));
    expect(findings).toEqual([expect.stringContaining('warning flink-state-dropped')]);
  });

  it('reads the newest checkpoint although what is shown of it is late', async () => {
    await running({ checkpointSeconds: 1 });
    // Another look fixes what is shown; then checkpoints come and go.
    await world.preflight(world.of(counting));
    world.advance(2);
    setTimeout(() => world.advance(5), 300);
    expect(await world.preflight(world.of([counting[0] ?? '']))).toEqual([
      expect.stringContaining('flink-state-incompatible'),
    ]);
  });

  it('says where the state could not be read', async () => {
    await running({ checkpointDirectory: 'hdfs://namenode/checkpoints' });
    expect(await world.preflight(world.of([counting[0] ?? '']))).toEqual([
      expect.stringMatching(
        /^warning flink-state-unread: .* hdfs:\/\/namenode\/checkpoints\/.* is in a store that the tool does not read\.$/,
      ),
    ]);
  });

  it('does not look at the state of a job that has none to keep', async () => {
    await running();
    expect(await world.preflight(world.of([counting[0] ?? '']), { stateful: false })).toEqual([]);
  });

  const programs: { readonly [what: string]: readonly [lines: readonly string[], finding: RegExp] } = {
    'whose main method fails': [
      ['main-fails "java.lang.IllegalArgumentException: --topic"'],
      /^error flink-plan-failed: .*IllegalArgumentException: --topic/,
    ],
    'that names its job itself': [
      [...counting, 'job-name "Fraud"'],
      /^error flink-name-differs: .*names its job Fraud/,
    ],
    'of a batch': [[...counting, 'batch'], /^error flink-batch-program/],
    'with an operator without uid': [
      [...counting, 'operator lines'],
      /^warning flink-uids-missing: fraud: the operator lines has no uid\.$/,
    ],
  };
  it.each(Object.entries(programs))('finds a program %s', async (_, [lines, finding]) => {
    await running();
    expect(await world.preflight(world.of(lines))).toEqual([expect.stringMatching(finding)]);
  });

  it('compares the max parallelism with that of the state', async () => {
    await running();
    const other = world.of(counting, { configuration: { 'pipeline.max-parallelism': 64 } });
    expect(await world.preflight(other)).toEqual([
      'error flink-max-parallelism: fraud: pipeline.max-parallelism is 64, and the state has 128.',
    ]);
    const [finding] = await world.preflight(world.of(counting, { parallelism: 200 }));
    expect(finding).toMatch(/flink-slots|flink-max-parallelism/);
  });

  it('counts the slots that the old run gives back, but not beside it', async () => {
    world = await openWorld({ taskManagers: 1, slotsEach: 3 });
    await world.started(world.of(counting, { parallelism: 2 }));
    const next = world.of(counting, { parallelism: 2 });
    expect(await world.preflight(next)).toEqual([]);
    expect(await world.preflight(next, { strategy: 'parallel' })).toEqual([
      'error flink-slots: fraud: parallelism 2 needs 2 slots; 1 of 3 are free.',
    ]);
    world.set({ configuration: { 'kubernetes.cluster-id': 'acme' } });
    expect(await world.preflight(next, { strategy: 'parallel' })).toEqual([
      expect.stringMatching(/^warning flink-slots/),
    ]);
  });

  it('wants a directory for savepoints', async () => {
    await running();
    const { 'savepoint-directory': _, ...without } = world.of(counting);
    expect(await world.preflight(without)).toEqual([
      expect.stringContaining('error flink-savepoint-directory-missing'),
    ]);
    world.set({ savepointDirectory: 'file:///savepoints' });
    expect(await world.preflight(without)).toEqual([]);
  });

  it('wants a job that can take a savepoint, and tells of back pressure', async () => {
    await running({}, [...counting, 'backpressured']);
    expect(await world.preflight(world.of(counting))).toEqual([
      expect.stringMatching(/^warning flink-backpressure: .* in Source: numbers, counter\.$/),
    ]);
    const run = (await world.session.look(world.subject()))[0];
    world.plant({ run: run?.id ?? '', fate: 'restart' });
    expect(await world.preflight(world.of(counting))).toEqual([
      expect.stringMatching(/^error flink-cannot-savepoint: .* is RESTARTING with 0 of 2 tasks running\.$/),
    ]);
  });

  it('wants a checkpoint that outlives the cancel for a restart, and a young one', async () => {
    await running();
    const next = world.of(counting);
    expect(await world.preflight(next, { strategy: 'restart' })).toEqual([]);
    expect(await world.preflight({ ...next, 'checkpoint-max-age': 1 }, { strategy: 'restart' })).toEqual([
      expect.stringMatching(/^error flink-checkpoint-old/),
    ]);
    world.set({ retention: 'DELETE_ON_CANCELLATION' });
    world.advance(5);
    expect(await world.preflight(next, { strategy: 'restart' })).toEqual([
      expect.stringContaining('error flink-checkpoint-not-retained'),
    ]);
  });

  it('compares the scheduler', async () => {
    await running();
    expect(
      await world.preflight(world.of(counting, { scheduler: 'adaptive' }), { strategy: 'in-flight-update' }),
    ).toEqual([expect.stringMatching(/^error flink-scheduler/)]);
    world.set({ scheduler: 'adaptive' });
    expect(await world.preflight(world.of(counting))).toEqual([expect.stringMatching(/^notice flink-scheduler/)]);
  });

  it('refuses a cluster that takes no jars', async () => {
    await running();
    world.set({ submission: false });
    expect(await world.preflight(world.of(counting))).toEqual([
      expect.stringContaining('error flink-no-jar-submission'),
    ]);
  });

  it('starts nothing empty of which a run is recorded that Flink has forgotten', async () => {
    world = await openWorld();
    const target = world.of(counting);
    const intended = {
      subject: world.subject(['0'.repeat(32)]),
      target,
      strategy: 'create',
      current: null,
      applies: true,
    } as const;
    const { jobOf } = await import('../../contract/calls.js');
    const codes = async (more: object) =>
      (await world.session.preflight({ ...intended, job: jobOf('flink', target), ...more })).map(({ code }) => code);
    expect(await codes({})).toEqual(['flink-state-not-known']);
    expect(await codes({ job: { ...jobOf('flink', target), stateful: false } })).toEqual([]);
    expect(await codes({ target: { ...target, 'start-from': 'file:/s' } })).toEqual([]);
    const good = { ...target, 'start-from': 'file:///s' };
    expect(await codes({ target: { ...target, 'start-from': 'file:/s' }, good })).toEqual(['flink-start-from-used']);
    expect(await codes({ target: { ...target, 'start-from': 'file:/newer' }, good })).toEqual([]);
  });
});
