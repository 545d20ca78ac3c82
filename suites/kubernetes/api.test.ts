import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster } from '../../__tests__/emulators/flink-operator-local.js';
import { calls, type Told, toldBy } from './calls.js';
import { type ControlPlane, startControlPlane } from './control-plane.js';

let real: ControlPlane | undefined;
let answers: { readonly real: readonly Told[]; readonly emulated: readonly Told[] } = { real: [], emulated: [] };

beforeAll(async () => {
  real = await startControlPlane();
  // Time stands still there, so that its operator does nothing, as where there is none.
  const emulated = await startCluster({ settings: { operatorVersion: '1.7.0' } });
  answers = { real: await toldBy(real.url), emulated: await toldBy(emulated.url) };
  await emulated.close();
}, 300_000);
afterAll(() => real?.stop(), 60_000);

describe('the emulated API server answers as the real one', () => {
  it.each(calls.filter(({ unlike }) => !unlike).map(({ what }, index) => [what, index] as const))('%s', (_, index) => {
    expect(answers.emulated[index]).toEqual(answers.real[index]);
  });
});
