import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { target, type World, world } from './world.js';

let local: World;
beforeEach(async () => {
  local = await world();
});
afterEach(() => local.end());

const script = 's3://scripts/clicks/latest.py';
const read = (more = {}) => local.session.reference?.({ ...target, script, ...more });

it('changes with the content, and only with it', async () => {
  await local.put(script, 'one');
  const first = await read();
  await local.put(script, 'one');
  expect(await read()).toEqual(first);
  await local.put(script, 'two');
  const second = await read();
  expect(second?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.digest).not.toBe(first?.digest);
});

it('counts libraries in', async () => {
  await local.put(script, 'one');
  await local.put('s3://scripts/lib.zip', 'one');
  const first = await read({ 'extra-py-files': ['s3://scripts/lib.zip'] });
  await local.put('s3://scripts/lib.zip', 'two');
  expect((await read({ 'extra-py-files': ['s3://scripts/lib.zip'] }))?.digest).not.toBe(first?.digest);
});

it.each([
  ['s3://scripts/clicks/latest.py', true],
  ['s3://scripts/clicks/v1.2.3.py', true],
  ['s3://scripts/clicks/decade.py', true],
  ['s3://scripts/clicks/0123456789abcdef.py', false],
  ['s3://scripts/4f2e9b1c7d3a/clicks.py', false],
])('%s is mutable: %s', async (uri, mutable) => {
  await local.put(uri, 'x');
  expect(await read({ script: uri })).toEqual({ uri, digest: expect.any(String), mutable });
});

it('knows no digest of an object that is missing or may not be read', async () => {
  expect(await read({ script: 's3://scripts/none.py' })).toMatchObject({ digest: null });
});

it('has nothing to read for files and builds', async () => {
  expect(await read({ script: { file: 'a.py', 'upload-to': 's3://b/${digest}.py' } })).toBeNull();
  expect(await read({ script: '${build.script}' })).toBeNull();
});
