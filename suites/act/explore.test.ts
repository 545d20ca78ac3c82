import { expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { sources, workflow, forAct } from './fleet.js';
import { makeWorld, defineGlueJobs } from './world.js';
it('x', async () => {
  const world = await makeWorld();
  await defineGlueJobs(world.cloud, 'clicks', 'sessions');
  const going = await world.push('first', { ...sources, '.github/workflows/streaming.yml': forAct(workflow) });
  const run = await going.end;
  writeFileSync('/tmp/act1.jsonl', run.lines.map((l) => JSON.stringify(l)).join('\n'));
  console.log(run.code);
  await world.close();
  expect(1).toBe(1);
});
