import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openStores } from '../../../src/artifacts/index.js';
import type { Ambient, Session } from '../../../src/engines/engine.js';
import type { Run } from '../../../src/model/run.js';
import { openApi } from '../../../src/platforms/flink/api.js';
import { hydrationOf } from '../../../src/platforms/flink/hydration.js';
import { openRest } from '../../../src/platforms/flink/rest.js';
import { snapshotsOf } from '../../../src/platforms/flink/snapshots/index.js';
import { counting, openWorld, type World } from '../../engines/flink/world.js';

let world: World;
beforeEach(async () => {
  world = await openWorld({ scheduler: 'adaptive', rescaleSeconds: 1 });
});
afterEach(() => world.end());

const signal = new AbortController().signal;
const renamed = [counting[0] ?? '', 'operator counter uid=counter keyed=count2:long'];

async function names(run: Run, session: Session = world.session): Promise<readonly (number | null | undefined)[]> {
  const value = async (name: string) => {
    const samples = await session.measure?.(run, name, '');
    return samples === null ? null : samples?.at(-1)?.value;
  };
  return [await value('lost-state-names'), await value('new-state-names')];
}

async function successor(old: Run, lines: readonly string[], more: object = {}): Promise<Run> {
  const call = { subject: world.subject(), run: old, directory: 'rollout-1', signal };
  const stopped = await world.drive((memo) => world.session.can.stopWithSnapshot?.({ ...call, memo }) ?? never());
  if (stopped.state !== 'succeeded') throw new Error(JSON.stringify(stopped));
  const predecessor = await world.look(old.id);
  return world.started({ ...world.of(lines), ...more }, { predecessor, snapshot: stopped.snapshot });
}

async function rescaled(run: Run): Promise<void> {
  const call = { subject: world.subject(), run, scale: { parallelism: 3 }, signal };
  await world.drive((memo) => world.session.can.scale?.({ ...call, memo }) ?? never());
  world.advance(30);
}

function never(): never {
  throw new Error('no such verb');
}

it('finds nothing lost after a rescale, though the run goes on from a checkpoint of its own', async () => {
  const first = await world.started(world.of(counting));
  await rescaled(first);
  expect(await names(first)).toEqual([0, 0]);
  const second = await successor(first, counting);
  await rescaled(second);
  expect(await names(second)).toEqual([0, 0]);
});

it('by another process goes by the snapshot that the run was started from, also after a failover of its own', async () => {
  const first = await world.started(world.of(counting));
  const next = await successor(first, renamed);
  world.plant({ run: next.id, fate: 'restart' });
  world.advance(30);
  const other = await world.again();
  const [run] = (await other.look(world.subject([next.id]))).filter(({ id }) => id === next.id);
  expect(await names(run as Run, other)).toEqual([0, 1]);
  await other.close?.();
});

it('is not known where an id stands for several runs, and what they began from is not told', async () => {
  const first = await world.started(world.of(counting));
  await rescaled(first);
  const stores = openStores({ env: {}, userAgent: 'stream-rollout/0.0.0', signal, secret: () => '' });
  const clock = { now: () => Date.now(), sleep: async () => {} };
  const ambient = {
    env: {},
    clock,
    userAgent: '',
    signal,
    secret: () => '',
    log: () => {},
    read: stores.get,
  } as Ambient;
  const rest = openRest(world.url, {}, ambient);
  const sight = { api: openApi(rest), ambient, snapshots: snapshotsOf(ambient), memory: { from: new Map() } };
  expect(await hydrationOf(sight, first)).toBeUndefined();
  expect(await hydrationOf({ ...sight, memory: { from: new Map() }, idIsRun: true }, first)).toEqual({
    lost: [],
    added: [],
  });
  rest.close();
});

it('does not know yet what a job shows that the JobManager has not got yet', async () => {
  const first = await world.started(world.of(counting));
  const absent: Run = { ...first, id: 'f'.repeat(32) };
  for (const signal of ['checkpoints', 'failed-checkpoints', 'lost-state-names']) {
    const samples = await world.session.measure?.(absent, signal, '');
    expect([signal, samples?.map(({ value }) => value)]).toEqual([signal, [null]]);
  }
});
