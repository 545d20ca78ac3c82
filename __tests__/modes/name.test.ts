import { afterAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../src/modes/apply.js';
import { nameOf } from '../../src/modes/name.js';
import { resume } from '../../src/modes/resume.js';
import { removeTemporaries } from '../changes/repo.js';
import { recordOf } from '../rollout/kit.js';
import { outcomesOf, world } from './world.js';

afterAll(removeTemporaries);

describe('the name that keeps two repositories apart', () => {
  const inputs = (repository: string | null) => {
    const { inputs: all } = world().bench();
    return { event: { ...all.event, repository }, workspace: '/somewhere/streams-checkout' };
  };
  const record = { ...recordOf('restart'), name: 'acme/before' };

  it('is the one of the manifest', () => {
    expect(nameOf({ name: 'acme' }, [record], inputs('acme/streams'))).toBe('acme');
  });

  it('else the one that the ledger keeps, also after the repository got another name', () => {
    expect(nameOf({ name: null }, [record], inputs('acme/streams'))).toBe('acme/before');
  });

  it("else that of the repository, and outside of GitHub the folder's", () => {
    expect(nameOf({ name: null }, [], inputs('acme/streams'))).toBe('acme/streams');
    expect(nameOf({ name: null }, [], inputs(null))).toBe('streams-checkout');
  });
});

it('resume without an environment takes all that the ledger has, and with one that one alone', async () => {
  const here = world();
  here.declare({ a: { v: 1 } }, ['staging', 'production']);
  for (const environment of ['staging', 'production']) {
    // Cut off once the rollout is open.
    const cancel = (line: string) => line.includes('start');
    const { report } = await apply(here.bench({ raw: { environment }, runId: '7', cancel }), async () => {});
    expect(outcomesOf(report)).toEqual({ a: 'interrupted' });
  }
  const open = async () =>
    (
      await Promise.all(
        ['staging', 'production'].map(async (name) => [name, (await here.held(name)).get('a')?.record.closed ?? null]),
      )
    ).flatMap(([name, closed]) => (closed === null ? [name] : []));
  expect(await open()).toEqual(['staging', 'production']);

  const one = await resume(here.bench({ raw: { environment: 'staging' }, runId: '8' }));
  expect(one.jobs.map(({ environment, outcome }) => [environment, outcome])).toEqual([['staging', 'succeeded']]);
  expect(await open()).toEqual(['production']);
  const rest = await resume(here.bench({ raw: { environment: '' }, runId: '9' }));
  expect(rest.jobs.map(({ environment, outcome }) => [environment, outcome])).toEqual([['production', 'succeeded']]);
  expect(await open()).toEqual([]);
});
