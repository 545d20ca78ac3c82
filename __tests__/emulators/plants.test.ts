import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Cloud, startCloud } from '../../emulators/cloud.js';
import { engineIds } from '../../src/engines/index.js';

const page = readFileSync('docs/json.md', 'utf8').match(/<!-- plants -->([\s\S]*?)<!-- \/plants -->/)?.[1] ?? '';
const bodies = [...page.matchAll(/^\| `([a-z-]+)` \| `(\{.*?\})` \|/gm)].map(([, engine = '', body = '']) => [
  engine,
  body,
]);

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.close());

it('has a body for every engine that is not driven by commands', () => {
  expect(bodies.map(([engine]) => engine).sort()).toEqual(engineIds.filter((id) => id !== 'command').sort());
});

it.each(bodies)('%s: %s starts a run', async (engine, body) => {
  const answer = await fetch(`${cloud.control}/runs`, { method: 'POST', body: body ?? '' });
  expect(await answer.json()).toMatchObject({ service: engine, state: expect.stringMatching(/RUNNING$/) });
  const listed = await fetch(`${cloud.control}/runs?service=${engine}`);
  expect(await listed.json()).toHaveLength(1);
});

it('names every service of the local cloud', () => {
  const shown = readFileSync('docs/json.md', 'utf8').match(/"services": (\{[^}]*\})/)?.[1] ?? '';
  expect([...shown.matchAll(/"([a-z0-9-]+)": url/g)].map(([, name]) => name).sort()).toEqual(
    Object.keys(cloud.services).sort(),
  );
});
