import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { type Resource, reconciledOf, resourceOn, runs, type Shown } from './resource.js';
import { emulatedSide, realSide, type Side } from './side.js';

let sides: readonly Side[] = [];

beforeAll(async () => {
  sides = [await realSide(['orders', 'ending', 'wrong']), await emulatedSide()];
}, 300_000);
afterAll(async () => {
  await Promise.all(sides.map((side) => side.stop()));
}, 60_000);

/** Plays a story on both sides; both must tell the same. Gives what was told. */
async function both<Told>(name: string, play: (resource: Resource) => Promise<Told>): Promise<Told> {
  const [real, emulated] = await Promise.all(sides.map((side) => play(resourceOn(side, name))));
  expect(emulated).toEqual(real);
  return real as Told;
}

const managersOf = ({ metadata }: Shown) =>
  metadata.managedFields.map(({ manager, operation, subresource = '' }) =>
    `${manager} ${operation} ${subresource}`.trim(),
  );
const isSettled = (shown: Shown, image: string) =>
  runs(image)(shown) && reconciledOf(shown).generation === shown.metadata.generation;
const errorOf = ({ status }: Shown) => (status?.error === undefined ? null : (JSON.parse(status.error) as JsonObject));

describe('the emulator and the real operator 1.7.0 tell the same story', () => {
  it('of a first apply: generation 2, the operator owns its defaults', async () => {
    const told = await both('orders', async (orders) => {
      const states = await orders.during(async () => {
        await orders.apply(orders.spec('steady:v1'));
        await orders.until('runs', runs('steady:v1'));
      });
      const shown = await orders.get();
      const own = shown.metadata.managedFields.find(
        (one) => one['operation'] === 'Update' && one['subresource'] === undefined,
      );
      return {
        states,
        generation: shown.metadata.generation,
        reconciled: reconciledOf(shown).generation,
        observed: shown.status?.observedGeneration ?? null,
        finalizers: shown.metadata.finalizers,
        managers: managersOf(shown),
        own: own?.['fieldsV1'],
        job: shown.spec['job'],
        statusFields: Object.keys(shown.status ?? {}).sort(),
        jobFields: Object.keys(shown.status?.jobStatus ?? {}).sort(),
        events: await orders.events(),
      };
    });
    expect(told).toMatchObject({ generation: 2, reconciled: 2, observed: null });
  }, 300_000);

  it('of a conflict with the operator itself', async () => {
    const told = await both('orders', async (orders) => {
      const change = { job: { args: ['--x'] }, jobManager: { replicas: 2 } };
      const { status, message } = await orders.apply(orders.spec('steady:v1', change));
      return { status, message };
    });
    expect(told).toMatchObject({ status: 409, message: expect.stringContaining('fabric8-kubernetes-client') });
  });

  it('of ignored fields: a generation, and no restart', async () => {
    await both('orders', async (orders) => {
      const before = await orders.get();
      const states = await orders.during(async () => {
        await orders.apply(orders.spec('steady:v1', { job: { allowNonRestoredState: true } }));
        await orders.until('has seen it', (shown) => isSettled(shown, 'steady:v1'));
      });
      const after = await orders.get();
      return { states, restarted: before.status?.jobStatus?.startTime !== after.status?.jobStatus?.startTime };
    });
  }, 200_000);

  it('of an upgrade with a savepoint', async () => {
    const told = await both('orders', async (orders) => {
      const before = await orders.get();
      const states = await orders.during(async () => {
        await orders.apply(orders.spec('steady:v2'));
        await orders.until('is upgraded', runs('steady:v2'));
      });
      const after = await orders.get();
      const { jobId, startTime, savepointInfo } = after.status?.jobStatus ?? {};
      const checkpoints = await orders.rest(`/jobs/${jobId}/checkpoints`);
      const { restored } = checkpoints['latest'] as {
        restored: { external_path: string; is_savepoint: boolean } | null;
      };
      return {
        states,
        sameId: before.status?.jobStatus?.jobId === jobId,
        later: Number(startTime) > Number(before.status?.jobStatus?.startTime),
        restored: restored?.is_savepoint,
        kept: savepointInfo?.lastSavepoint?.location === restored?.external_path,
        savepoint: Object.keys(savepointInfo?.lastSavepoint ?? {}).sort(),
        events: await orders.events(),
      };
    });
    expect(told).toMatchObject({ sameId: true, later: true, restored: true });
  }, 300_000);

  it('of a refused spec while a job runs, and of its correction', async () => {
    await both('orders', async (orders) => {
      const wrong = { flinkConfiguration: { 'kubernetes.cluster-id': 'mine' } };
      const states = await orders.during(async () => {
        await orders.apply(orders.spec('steady:v1', wrong));
        await orders.until('is refused', (shown) => shown.status?.error !== undefined);
      });
      const refused = await orders.get();
      const { type, message } = errorOf(refused) ?? {};
      await orders.apply(orders.spec('steady:v2'));
      const healed = await orders.during(() =>
        orders.until('has no error', (shown) => shown.status?.error === undefined && isSettled(shown, 'steady:v2'), 60),
      );
      return { states, type, message, reconciled: reconciledOf(refused).image, healed: healed.at(-1) };
    });
  }, 200_000);

  it('of a nonce that came later, and of a rollback without it: the older spec, from a savepoint', async () => {
    const told = await both('orders', async (orders) => {
      const { status, message } = await orders.apply(orders.spec('steady:v1', { job: { savepointRedeployNonce: 7 } }));
      const states = await orders.during(async () => {
        await orders.apply(orders.spec('steady:v1'));
        await orders.until('is back', runs('steady:v1'));
      });
      const { jobId } = (await orders.get()).status?.jobStatus ?? {};
      const checkpoints = await orders.rest(`/jobs/${jobId}/checkpoints`);
      const { restored } = checkpoints['latest'] as { restored: { is_savepoint: boolean } | null };
      return { status, message, states, restored: restored?.is_savepoint };
    });
    expect(told).toMatchObject({ status: 500, restored: true });
  }, 300_000);

  it('of a job that is suspended, and goes on', async () => {
    await both('orders', async (orders) => {
      const down = await orders.during(async () => {
        await orders.apply(
          orders.spec('steady:v1', { job: { state: 'suspended' } }),
          'fieldManager=stream-rollout&force=true',
        );
        await orders.until('is suspended', ({ status }) => status?.lifecycleState === 'SUSPENDED');
      });
      const up = await orders.during(async () => {
        await orders.apply(orders.spec('steady:v1'));
        await orders.until('runs', runs('steady:v1'));
      });
      return { down, up };
    });
  }, 300_000);

  it('of a state that does not fit', async () => {
    await both('orders', async (orders) => {
      const states = await orders.during(async () => {
        await orders.apply(orders.spec('steady:renamed'));
        await orders.until('failed', ({ status }) => status?.lifecycleState === 'FAILED');
      });
      return { states };
    });
  }, 300_000);

  it('of a deletion', async () => {
    await both('orders', async (orders) => {
      await orders.remove();
      await orders.until('is gone', (shown) => shown.metadata.generation === undefined, 60);
    });
  }, 100_000);

  it('of a job that finishes: it is STABLE', async () => {
    const told = await both('ending', async (ending) => {
      await ending.apply(ending.spec('steady:finishes'));
      const shown = await ending.until('is finished', ({ status }) => status?.jobStatus?.state === 'FINISHED');
      return shown.status?.lifecycleState;
    });
    expect(told).toBe('STABLE');
  }, 300_000);

  it('of a first spec that is refused', async () => {
    await both('wrong', async (wrong) => {
      await wrong.apply(wrong.spec('steady:v1', { flinkConfiguration: { 'state.checkpoints.dir': '' } }));
      const shown = await wrong.until('is refused', ({ status }) => status?.error !== undefined, 60);
      const { type, message } = errorOf(shown) ?? {};
      return {
        lifecycle: shown.status?.lifecycleState,
        type,
        message,
        fields: Object.keys(errorOf(shown) ?? {}).sort(),
      };
    });
  }, 100_000);
});
