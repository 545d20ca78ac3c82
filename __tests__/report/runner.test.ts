import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ManifestError } from '../../src/manifest/index.js';
import { reportFromAction, type Told } from '../../src/report/action-report.js';
import { actionTeller } from '../../src/report/action-teller.js';
import type { Annotation } from '../../src/report/annotations.js';
import { emitAnnotations } from '../../src/report/emit.js';
import { tellInputErrors } from '../../src/report/input-errors.js';
import type { JobEvidence } from '../../src/verify/evidence.js';
import { captureRunner, type Runner } from './runner.js';
import { changedJob, event, inputs, jobPlan, plan, report, succeededJob } from './sample.js';

const directory = mkdtempSync(join(tmpdir(), 'report-runner-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let runner: Runner;
beforeEach(() => {
  runner = captureRunner(directory);
});

const told = (more: Partial<Told>): Told => ({
  plan: null,
  report: null,
  detect: false,
  notice: null,
  rollsOut: true,
  mask: (text) => text,
  ...more,
});
const canary = 'canary_secret*value';
const mask = (text: string) => text.replaceAll(canary, '***');

describe('workflow commands', () => {
  const annotation = (level: Annotation['level'], at: number): Annotation => ({
    level,
    file: 'a,b:c.yml',
    line: at + 1,
    title: `t${at}`,
    message: `m${at}`,
  });
  const many = (['failure', 'warning', 'notice'] as const).flatMap((level) =>
    Array.from({ length: 15 }, (_, at) => annotation(level, at)),
  );

  it('stay below ten of a kind and count the rest', async () => {
    const log = await runner.log(async () => emitAnnotations(many));
    for (const [command, most] of [
      ['error', 9],
      ['warning', 8],
      ['notice', 7],
    ] as const) {
      const lines = log.split('\n').filter((line) => line.startsWith(`::${command}`));
      expect(lines).toHaveLength(most);
      expect(lines.at(-1)).toBe(`::${command}::${15 - (most - 1)} more; see the summary and the report file.`);
    }
  });

  it('are written as they are if they fit', async () => {
    const log = await runner.log(async () => emitAnnotations(many.filter(({ line }) => line <= 7)));
    expect(log).not.toContain('more; see');
    expect(log).toContain('::error title=t0,file=a%2Cb%3Ac.yml,line=1::m0');
  });

  it('without a file have no line', async () => {
    const log = await runner.log(async () => emitAnnotations([{ ...annotation('notice', 0), file: null }]));
    expect(log.trim()).toBe('::notice title=t0::m0');
  });

  it('cannot be made by what an engine says', async () => {
    const message = 'x\n::error::forged\n##[add-mask]forged';
    const log = await runner.log(async () => emitAnnotations([{ ...annotation('failure', 0), message }]));
    expect(log.trim().split('\n')).toHaveLength(1);
    expect(log).not.toContain('##[');
  });

  it('are cut where the runner would cut them', async () => {
    const log = await runner.log(async () =>
      emitAnnotations([{ ...annotation('failure', 0), message: 'x'.repeat(10_000), title: 't'.repeat(500) }]),
    );
    expect(log.length).toBeLessThan(4096 + 400);
    expect(log).toContain('… (shortened)');
  });
});

describe('what the action leaves behind', () => {
  it('summary, files and outputs of a rollout', async () => {
    const out = join(directory, 'first', 'out');
    const call = told({
      plan: plan([changedJob('orders'), jobPlan('clicks')]),
      report: report([succeededJob('orders')]),
    });
    await runner.log(() => reportFromAction(call, inputs({}, event(), out), null));
    expect(runner.summary()).toContain('## stream-rollout: 1 succeeded');
    expect(runner.output('changed-jobs')).toBe('["orders"]');
    expect(runner.output('any-changed')).toBe('true');
    expect(runner.output('result')).toBe('succeeded');
    expect(runner.output('plan-file')).toBe(join(out, 'plan.json'));
    expect(JSON.parse(readFileSync(runner.output('report-file') ?? '', 'utf8'))).toEqual(call.report);
    expect(readFileSync(runner.output('summary-file') ?? '', 'utf8')).toContain('1 succeeded');
  });

  it('a second step of the same job leaves the files of the first alone', async () => {
    const out = join(directory, 'second', 'out');
    const say = (hash: string) => reportFromAction(told({ plan: plan([], { hash }) }), inputs({}, event(), out), null);
    await runner.log(() => say('1111111111111111'));
    const first = runner.output('plan-file') ?? '';
    runner = captureRunner(directory);
    await runner.log(() => say('2222222222222222'));
    expect(JSON.parse(readFileSync(first, 'utf8'))).toMatchObject({ hash: '1111111111111111' });
    expect(JSON.parse(readFileSync(runner.output('plan-file') ?? '', 'utf8'))).toMatchObject({
      hash: '2222222222222222',
    });
  });

  it('no secret, however its signs are escaped elsewhere', async () => {
    const out = join(directory, 'third', 'out');
    const job = succeededJob('orders', {
      message: `said ${canary}`,
      messages: [{ at: null, level: 'error', text: `got "${canary}"` }],
      next: `use ${canary}`,
    });
    const planned = changedJob('orders', {
      reasons: [{ kind: 'setting', message: `${canary} changed` }],
      settings: { environment: { deep: [{ text: canary }] } },
    });
    const evidence: JobEvidence = {
      ...{ job: 'orders', environment: 'production', rollout: 'r', n: 1, revision: 'r1-0', run: 'a', runs: ['a'] },
      ...{ direction: 'forward', startedAt: '', runningSince: null, judgedAt: '', life: null, gates: [] },
      verdict: { result: 'fail', code: 'gate-failed', message: `said ${canary}` },
    };
    const call = told({
      plan: plan([planned]),
      report: report([job]),
      evidence: [evidence],
      notice: canary,
      mask,
    });
    const log = await runner.log(() => reportFromAction(call, inputs({}, event(), out), null));
    const all = [
      log,
      runner.summary(),
      ...['plan-file', 'summary-file', 'report-file', 'evidence-file'].map((name) =>
        readFileSync(runner.output(name) ?? '', 'utf8'),
      ),
    ];
    for (const text of all) {
      expect(text).not.toContain('canary');
      expect(text.replaceAll('\\', '')).toContain('***');
    }
  });

  it('names stay names, so that a stored plan still fits', async () => {
    const out = join(directory, 'fourth', 'out');
    const call = told({ plan: plan([changedJob('orders-prod')]), mask: (text) => text.replaceAll('prod', '***') });
    await runner.log(() => reportFromAction(call, inputs({}, event(), out), null));
    expect(JSON.parse(readFileSync(runner.output('plan-file') ?? '', 'utf8'))).toMatchObject({
      environment: 'production',
      jobs: [{ job: 'orders-prod' }],
    });
  });
});

describe('manifest errors', () => {
  const error = (at: number, more: Partial<ManifestError> = {}): ManifestError => ({
    file: '.github/streaming-jobs.yml',
    line: at + 1,
    column: 5,
    field: `jobs.job-${at}.sink`,
    message: 'expected one of append, transactional, idempotent',
    code: 'manifest-invalid' as ManifestError['code'],
    ...more,
  });

  it('are annotations on their lines and one failure', async () => {
    let code = 0;
    const log = await runner.log(async () => {
      code = tellInputErrors([error(0), error(1)]);
    });
    process.exitCode = 0;
    expect(code).toBe(4);
    const commands = log.split('\n').filter((line) => line.startsWith('::error'));
    expect(commands).toEqual([
      expect.stringMatching(
        /^::error title=manifest-invalid%3A jobs\.job-0\.sink,file=\.github\/streaming-jobs\.yml,line=1,col=5::expected one of/,
      ),
      expect.stringContaining('line=2'),
      '::error::The manifest has 2 errors; nothing was looked at or touched.',
    ]);
  });

  it('stay below ten annotations; the log has all', async () => {
    const log = await runner.log(async () => tellInputErrors(Array.from({ length: 30 }, (_, at) => error(at))));
    process.exitCode = 0;
    expect(log.split('\n').filter((line) => line.startsWith('::error'))).toHaveLength(10);
    expect(log).toContain('.github/streaming-jobs.yml:30:5: jobs.job-29.sink: expected');
  });

  it('of a manifest that is no file have no place', async () => {
    const log = await runner.log(async () => tellInputErrors([error(0, { file: '(input manifest)' })]));
    process.exitCode = 0;
    expect(log).toMatch(/^::error title=[^,]*::expected/);
  });

  it('none is success', async () => {
    expect(tellInputErrors([])).toBe(0);
  });
});

function gate() {
  let resolve = () => {};
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve: () => resolve() };
}

describe('log groups', () => {
  it('do not mix what is told at the same time', async () => {
    const gates = [gate(), gate()] as const;
    const log = await runner.log(async () => {
      const first = actionTeller.group('first', async () => {
        actionTeller.line('a1');
        await gates[0].promise;
        actionTeller.line('a2');
      });
      const second = actionTeller.group('second', async () => {
        actionTeller.line('b1');
        await gates[1].promise;
        actionTeller.line('b2 ##[error]forged');
        return 7;
      });
      gates[1].resolve();
      expect(await second).toBe(7);
      gates[0].resolve();
      await first;
      actionTeller.line('outside');
    });
    expect(log.trim().split('\n')).toEqual([
      '::group::first',
      'a1',
      'a2',
      '::endgroup::',
      '::group::second',
      'b1',
      'b2 #\u200b#[error]forged',
      '::endgroup::',
      'outside',
    ]);
  });

  it('end when the work fails', async () => {
    const log = await runner.log(() =>
      actionTeller.group('bad', () => Promise.reject(new Error('no'))).catch(() => undefined),
    );
    expect(log.trim().split('\n')).toEqual(['::group::bad', '::endgroup::']);
  });
});
