import { describe, expect, it } from '@jest/globals';
import { planAnnotations, reportAnnotations } from '../../src/report/annotations.js';
import { planSummary, reportSummary } from '../../src/report/summary.js';
import {
  baseCommit,
  changedJob,
  expectGolden,
  jobPlan,
  jobReport,
  plan,
  report,
  step,
  succeededJob,
} from './sample.js';

const manifest = '.github/streaming-jobs.yml';

/** Summary, then the annotations as a reviewer reads them. */
function told(summary: string, annotations: ReturnType<typeof planAnnotations>): string {
  const lines = annotations.map(
    ({ level, file, line, title, message }) => `${level} ${file}:${line} [${title}] ${message.replaceAll('\n', ' / ')}`,
  );
  return `${summary}\n\n---- annotations ----\n${lines.join('\n')}`;
}

describe('golden texts', () => {
  it('a plan of two of five jobs', () => {
    const planned = plan(
      [
        changedJob('orders', {
          findings: [
            {
              code: 'dirty-work-tree',
              level: 'warning',
              message: 'glue/orders.py differs',
              next: 'Commit it.',
              file: 'glue/orders.py',
              line: 7,
            },
          ],
        }),
        jobPlan('orders-returns'),
        changedJob('clicks', {
          steps: [{ id: 'drain', verb: 'drain', undo: null, final: true }],
          strategy: 'parallel',
        }),
        jobPlan('payments'),
        jobPlan('audit'),
      ],
      { unowned: ['README.md', 'docs/a|b.md'] },
    );
    expectGolden('plan.txt', told(planSummary(planned, null, false), planAnnotations(planned)));
  });

  it('a plan from git alone, for a fork', () => {
    const planned = plan([
      changedJob('orders', { current: null, strategy: null, expected: null, steps: [], rejected: [] }),
      jobPlan('clicks', { current: null }),
    ]);
    const notice = 'A pull request from a fork or from Dependabot: live state was not read.';
    expectGolden('detect.txt', told(planSummary(planned, notice, true), planAnnotations(planned)));
  });

  it('a refusal in a plan without a base', () => {
    const planned = plan(
      [
        changedJob('orders', {
          action: 'refuse',
          strategy: null,
          expected: null,
          steps: [],
          findings: [
            {
              code: 'unexpected-run',
              level: 'error',
              message: 'Run jr_9 was started by somebody else.',
              next: 'Stop it.',
            },
          ],
        }),
      ],
      { base: { how: 'unknown', commit: null } },
    );
    expectGolden('plan-refused.txt', told(planSummary(planned, null, false), planAnnotations(planned)));
  });

  it('a rollout that went well', () => {
    const done = report([
      succeededJob('orders'),
      jobReport('orders-returns'),
      succeededJob('clicks', { gapSeconds: null, trailing: ['clicks-run-1'] }),
      jobReport('audit'),
    ]);
    const planned = plan([changedJob('orders'), jobPlan('orders-returns'), changedJob('clicks'), jobPlan('audit')]);
    expectGolden('succeeded.txt', told(reportSummary(done, null), reportAnnotations(done, planned, manifest)));
  });

  it('a new run that failed while the old one runs again', () => {
    const failed = succeededJob('orders', {
      outcome: 'rolled-back',
      code: 'new-run-ended',
      message: 'The rollout failed and was rolled back. The new run ended. Now: run orders-run-3 of orders is running.',
      runAfter: 'orders-run-3',
      runs: [{ id: 'orders-run-3', name: 'orders', state: 'running', url: null }],
      steps: [
        step('stop', 'stop', '00:00', '00:40'),
        step('start', 'start', '00:41', '01:12', { state: 'failed' }),
        step('undo-start', 'start', '01:20', null),
      ],
      next: 'fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force',
      messages: [
        {
          at: null,
          level: 'error',
          text: 'KeyError: "id" <b>at</b> line 3\n| see [logs](http://evil.example) @all #1 $x$',
        },
      ],
    });
    const done = report([failed, jobReport('clicks')], { exitCode: 1 });
    expectGolden('rolled-back.txt', told(reportSummary(done, null), reportAnnotations(done, null, manifest)));
  });

  it('stuck with nothing running', () => {
    const stuck = succeededJob('orders', {
      outcome: 'stuck',
      code: 'failed-past-return',
      message: 'The rollout is stuck and needs a person. Nothing runs now.',
      runAfter: null,
      runs: [],
      next: 'stream-rollout status --environment production --jobs orders',
    });
    const done = report([jobReport('clicks'), stuck], { exitCode: 2 });
    const summary = reportSummary(done, null);
    expect(summary.split('\n')[2]).toMatch(/^\*\*Nothing processes orders\.\*\*/);
    expectGolden('stuck.txt', told(summary, reportAnnotations(done, null, manifest)));
  });
});

describe('a summary stays within its limits', () => {
  const hostile = '日本語 | `x` <script>alert(1)</script> '.repeat(200);
  const many = Array.from({ length: 2000 }, (_, at) =>
    succeededJob(`job-${at}`, { message: hostile, messages: [{ at: null, level: 'error', text: hostile }] }),
  );

  it.each([900_000, 65_000])('of %i bytes, and leaves nothing open', (most) => {
    const text = reportSummary(report(many), null, most);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
    expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
    expect((text.match(/^```/gm)?.length ?? 0) % 2).toBe(0);
    expect(text).toMatch(/Left out for want of room: \d+ parts/);
    expect(text).not.toContain('<script>');
  });

  it('counts what the table leaves out', () => {
    expect(reportSummary(report(many.map((job) => ({ ...job, message: 'x', messages: [] }))), null)).toContain(
      '1900 jobs more: see the report file.',
    );
  });

  it('of a plan too', () => {
    const planned = plan(
      Array.from({ length: 3000 }, (_, at) =>
        changedJob(`job-${at}`, { reasons: [{ kind: 'file', message: hostile }] }),
      ),
    );
    expect(Buffer.byteLength(planSummary(planned, null, false, 65_000))).toBeLessThanOrEqual(65_000);
  });
});

describe('what a resume tells', () => {
  it('has no commit of its own', () => {
    const text = reportSummary(report([], { environment: null, commit: null }), null);
    expect(text).toBe('## stream-rollout: there was nothing to do');
  });

  it('compares with nothing where the base is not known', () => {
    expect(planSummary(plan([], { base: { how: 'ledger', commit: baseCommit } }), null, false)).toContain('(ledger)');
  });
});

describe('annotations of a report', () => {
  it('stand on the changed files, too, where something was done', () => {
    const file = { kind: 'file', message: 'glue/orders.py changed', path: 'glue/orders.py' } as const;
    const planned = plan([
      changedJob('orders', { reasons: [file] }),
      jobPlan('clicks', { reasons: [{ ...file, path: 'x.py' }] }),
    ]);
    const done = report([succeededJob('orders'), jobReport('clicks')]);
    const files = reportAnnotations(done, planned, manifest).filter(({ title }) => title.startsWith('changes '));
    expect(files).toMatchObject([{ file: 'glue/orders.py', line: 1, title: 'changes orders', level: 'notice' }]);
  });

  it('tell of the whole comparison once, on top of the manifest', () => {
    const finding = { code: 'base-unknown', level: 'notice', message: 'not known' } as const;
    const planned = plan([jobPlan('orders'), jobPlan('clicks')], { findings: [finding] });
    const wanted = [{ file: manifest, line: 1, title: 'stream-rollout: base-unknown', level: 'notice' }];
    expect(planAnnotations(planned)).toMatchObject(wanted);
    const done = { ...report([jobReport('orders')]), findings: [finding] };
    expect(reportAnnotations(done, planned, manifest)).toMatchObject(wanted);
    expect(reportSummary(done, null)).toContain('`base-unknown`');
  });
});
