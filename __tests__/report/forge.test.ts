import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type GithubService, githubService } from '../../emulators/github/index.js';
import type { EventFacts } from '../../src/inputs/inputs.js';
import { connectLate, forgeOf, lateRuns } from '../../src/report/forge.js';
import { startLocal } from '../emulators/local.js';
import { event } from './sample.js';

let local: Awaited<ReturnType<typeof startLocal<readonly [GithubService]>>>;

beforeAll(async () => {
  local = await startLocal(
    (clock) => [githubService(clock, { repositories: { 'acme/streams': null }, validate: true })] as const,
  );
  const runs = [
    { workflowRun: 1, attempt: 1, status: 'in_progress' },
    { workflowRun: 2, attempt: 1, status: 'completed', conclusion: 'cancelled' },
    { workflowRun: 3, attempt: 1, status: 'completed', conclusion: 'failure' },
    { workflowRun: 3, attempt: 2, status: 'in_progress' },
    { workflowRun: 4, attempt: 1, status: 'waiting' },
  ];
  for (const run of runs) {
    const body = JSON.stringify({ service: 'github', repository: 'acme/streams', ...run });
    const planted = await fetch(`${local.control}/runs`, { method: 'POST', body });
    expect(planted.ok).toBe(true);
  }
});
afterAll(async () => await local.close());

const workflow = (runId: string, attempt = 1, server = 'https://github.com') => ({
  repository: 'acme/streams',
  runId,
  attempt,
  server,
});

/** What a call knows of a holder that is a workflow run. */
function asked(facts: Partial<EventFacts> = {}, token: string | null = 'canary-token') {
  const forge = forgeOf(
    null,
    lateRuns(event({ apiUrl: local.services['github'] ?? '', ...facts }), token, () => {}),
  );
  return forge.attemptState;
}

it.each([
  ['1', 1, 'active'],
  ['2', 1, 'completed'],
  // A rerun ended the attempt before it.
  ['3', 1, 'completed'],
  ['3', 2, 'active'],
  ['4', 1, 'active'],
  ['99', 1, 'unknown'],
])('GitHub says of run %s, attempt %i: %s', async (run, attempt, state) => {
  expect(await asked()(workflow(run, attempt))).toBe(state);
});

it('a person at a terminal is told too, whatever repository they are in', async () => {
  const nowhere = { repository: null, runId: null, name: null };
  expect(await asked(nowhere)(workflow('2'))).toBe('completed');
});

it('nothing is asked without a token, nor of a server that the token is not for', async () => {
  await fetch(`${local.control}/requests`, { method: 'DELETE' });
  expect(await asked({}, null)(workflow('2'))).toBe('unknown');
  expect(await asked()(workflow('2', 1, 'https://github.example.com'))).toBe('unknown');
  expect(await (await fetch(`${local.control}/requests`)).json()).toEqual([]);
});

it('what GitHub does not give is not known, and why is told once', async () => {
  const facts = event({ apiUrl: local.services['github'] ?? '', repository: 'acme/elsewhere' });
  const { source } = connectLate({ event: facts, githubToken: 'canary-token' }, () => {}).forge;
  const [old, now] = ['a'.repeat(40), 'b'.repeat(40)] as const;
  for (let times = 0; times < 2; times += 1) {
    expect(await source?.readTree(old)).toBeNull();
    expect(await source?.readBlob?.(old)).toBeNull();
    expect(await source?.compare?.(old, now)).toBeNull();
  }
  expect(source?.troubles).toEqual([
    expect.stringMatching(/^GitHub did not give the files of commit aaaaaaaaaaaa: 4\d\d, \w/),
    expect.stringMatching(/^GitHub did not give the file aaaaaaaaaaaa: 4\d\d, \w/),
    expect.stringMatching(/^GitHub did not give how bbbbbbbbbbbb follows aaaaaaaaaaaa: 4\d\d, \w/),
  ]);
});
