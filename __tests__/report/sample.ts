import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { EventFacts, Inputs } from '../../src/inputs/inputs.js';
import { parseInputs, type RawInputs } from '../../src/inputs/parse.js';
import type { JobPlan, Plan } from '../../src/model/plan.js';
import type { JobReport, Report, StepReport } from '../../src/model/report.js';
import type { StepVerb } from '../../src/model/step.js';

export const commit = 'c0ffee'.padEnd(40, '0');
export const baseCommit = 'ba5e'.padEnd(40, '0');

/** Compares with a file that a reviewer can read. `UPDATE_GOLDEN=1` writes it. */
export function expectGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, 'golden', name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${text}\n`);
  expect(`${text}\n`).toBe(readFileSync(file, 'utf8'));
}

export function jobPlan(job: string, more: Partial<JobPlan> = {}): JobPlan {
  return {
    job,
    engine: 'glue',
    place: '123456789012/eu-west-1',
    action: 'none',
    changed: false,
    impact: 'none',
    reasons: [{ kind: 'unchanged', message: 'nothing differs' }],
    findings: [],
    current: { run: `${job}-run-1`, state: 'running', revision: 'r1-0123456789abcdef', url: null },
    desired: {
      revision: 'r1-0123456789abcdef',
      artifact: { kind: 'files', digest: 'a'.repeat(64), files: [`glue/${job}.py`] },
    },
    target: {},
    settings: {},
    scale: {},
    settingsDigest: 'b'.repeat(64),
    strategy: null,
    rejected: [],
    expected: null,
    steps: [],
    needs: [],
    wave: 0,
    slot: null,
    backstopSeconds: null,
    accepted: [],
    at: { file: '.github/streaming-jobs.yml', line: 10, column: 3 },
    ...more,
  };
}

/** A job whose file changed and that is restarted. */
export function changedJob(job: string, more: Partial<JobPlan> = {}): JobPlan {
  return jobPlan(job, {
    action: 'roll-out',
    changed: true,
    impact: 'upgrade',
    reasons: [{ kind: 'file', message: `glue/${job}.py changed`, path: `glue/${job}.py`, line: 3 }],
    desired: {
      revision: 'r1-fedcba9876543210',
      artifact: { kind: 'files', digest: 'c'.repeat(64), files: [`glue/${job}.py`] },
    },
    strategy: 'restart',
    rejected: [{ strategy: 'in-place-update', reason: 'the engine cannot replace a run' }],
    expected: { gapSeconds: 75, duplicates: 'replay', state: 'kept' },
    steps: [
      { id: 'stop', verb: 'stop', undo: 'undo-start', final: false },
      { id: 'start', verb: 'start', undo: 'undo-stop', final: false },
      { id: 'verify', verb: 'verify', undo: null, final: false },
    ],
    ...more,
  });
}

export function plan(jobs: readonly JobPlan[], more: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    kind: 'plan',
    hash: '0123456789abcdef',
    environment: 'production',
    manifest: '.github/streaming-jobs.yml',
    name: 'acme/streams',
    commit,
    base: { how: 'push', commit: baseCommit },
    jobs,
    unowned: [],
    findings: [],
    ...more,
  };
}

export function jobReport(job: string, more: Partial<JobReport> = {}): JobReport {
  return {
    job,
    environment: 'production',
    engine: 'glue',
    commit,
    outcome: 'unchanged',
    code: null,
    message: 'Nothing to do.',
    runBefore: `${job}-run-1`,
    runAfter: `${job}-run-1`,
    gapSeconds: null,
    rollout: null,
    revision: 'r1-0123456789abcdef',
    strategy: null,
    steps: [],
    next: null,
    runs: [{ id: `${job}-run-1`, name: job, state: 'running', url: null }],
    trailing: [],
    messages: [],
    findings: [],
    ...more,
  };
}

export function step(
  id: string,
  verb: StepVerb,
  from: string | null,
  to: string | null,
  more: Partial<StepReport> = {},
): StepReport {
  const at = (time: string | null) => (time === null ? null : `2026-11-22T10:${time}.000Z`);
  const state = to === null ? 'running' : 'succeeded';
  return { id, verb, state, startedAt: at(from), endedAt: at(to), run: null, ...more };
}

/** A restart that went well. */
export function succeededJob(job: string, more: Partial<JobReport> = {}): JobReport {
  return jobReport(job, {
    outcome: 'succeeded',
    message: `Rolled out (restart): running and not crash-looping. Now: run ${job}-run-2 of ${job} is running.`,
    runAfter: `${job}-run-2`,
    gapSeconds: 72,
    rollout: '5e1f00d5e1f00d00',
    revision: 'r1-fedcba9876543210',
    strategy: 'restart',
    steps: [
      step('stop', 'stop', '00:00', '00:40'),
      step('start', 'start', '00:41', '01:12'),
      step('verify', 'verify', '01:12', '06:12'),
    ],
    runs: [{ id: `${job}-run-2`, name: job, state: 'running', url: `https://console.example.com/${job}?run=(2)` }],
    ...more,
  });
}

export function report(jobs: readonly JobReport[], more: Partial<Report> = {}): Report {
  return {
    version: 1,
    kind: 'report',
    exitCode: 0,
    environment: 'production',
    commit,
    planHash: '0123456789abcdef',
    jobs,
    ...more,
  };
}

export function event(more: Partial<EventFacts> = {}): EventFacts {
  return {
    name: 'push',
    repository: 'acme/streams',
    ref: 'refs/heads/main',
    defaultBranch: 'main',
    sha: commit,
    headSha: commit,
    before: baseCommit,
    forced: false,
    created: false,
    deleted: false,
    baseSha: null,
    pullRequest: null,
    untrusted: false,
    actor: 'ada',
    runId: '4711',
    attempt: 1,
    serverUrl: 'https://github.com',
    apiUrl: 'http://127.0.0.1:9',
    ...more,
  };
}

export function inputs(raw: RawInputs, facts: EventFacts, outputDirectory = ''): Inputs {
  return parseInputs(raw, { event: facts, workspace: '/nowhere', outputDirectory, env: {}, wait: true });
}
