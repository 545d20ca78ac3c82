import { describe, expect, it } from '@jest/globals';
import { codes } from '../../src/model/codes/index.js';
import { RolloutError } from '../../src/model/error.js';
import { errorSchema } from '../../src/report/contract.js';
import { failureDocument } from '../../src/report/failure.js';
import { renderErrors, renderReport } from '../../src/report/terminal.js';
import { jobReport, report, succeededJob } from './sample.js';

it('the report for people: touched jobs, then the rest as a count', () => {
  const stuck = succeededJob('clicks', {
    outcome: 'stuck',
    code: 'failed-past-return',
    message: 'The rollout is stuck and needs a person. Nothing runs now.',
    gapSeconds: null,
    next: 'stream-rollout status --environment production --jobs clicks',
    messages: [{ at: null, level: 'error', text: 'it broke' }],
  });
  expect(
    renderReport(report([jobReport('audit'), succeededJob('orders'), stuck, jobReport('payments')])),
  ).toBe(`orders: succeeded
  Rolled out (restart): running and not crash-looping. Now: run orders-run-2 of orders is running.
  strategy restart, processing gap 72 s, rollout 5e1f00d5e1f00d00

clicks: stuck (failed-past-return)
  The rollout is stuck and needs a person. Nothing runs now.
  strategy restart, rollout 5e1f00d5e1f00d00
  engine, error: it broke
  next: stream-rollout status --environment production --jobs clicks

2 jobs are unchanged.`);
  expect(renderReport(report([]))).toBe('There was nothing to do.');
});

it('manifest errors, one a line, as compilers print them, and once for each code what to do', () => {
  const at = { file: 'jobs.yml', line: 3, column: 5, code: 'manifest-key' as const };
  const errors = [
    { ...at, field: 'jobs.a.snk', message: 'unknown key' },
    { ...at, line: 9, field: '', message: 'broken' },
  ];
  expect(renderErrors(errors)).toBe(`jobs.yml:3:5: jobs.a.snk: unknown key (manifest-key)
jobs.yml:9:5: broken (manifest-key)
2 errors
next (manifest-key): ${codes['manifest-key'].next}`);
});

describe('what failed before any job', () => {
  it.each([
    ['input', 4],
    ['refusal', 3],
    ['transient', 3],
    ['bug', 1],
  ] as const)('of class %s ends with %i', (kind, exitCode) => {
    const failure = failureDocument(
      new RolloutError('plan-stale', 'it is stale', { class: kind, next: 'Plan again.' }),
    );
    expect(failure).toEqual({
      version: 1,
      kind: 'error',
      exitCode,
      code: 'plan-stale',
      message: 'it is stale',
      next: 'Plan again.',
    });
    expect(errorSchema.parse(failure)).toEqual(failure);
  });

  it('says what to do next, by its code where the error itself does not', () => {
    const failure = failureDocument(new RolloutError('evidence-invalid', 'it is none', { class: 'input' }));
    expect(failure.next).toBe(codes['evidence-invalid'].next);
    expect(failureDocument('odd').next).toBe(codes['unexpected-error'].next);
  });

  it('and is not known is a defect', () => {
    expect(failureDocument('odd')).toMatchObject({ exitCode: 1, code: 'unexpected-error', message: 'odd' });
  });
});
