import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { generated } from '../scripts/generated/index.js';
import { codes } from '../src/model/codes/index.js';
import { documents } from '../src/report/contract.js';
import { failureDocument } from '../src/report/failure.js';
import { version } from '../src/version.js';
import { changedJob, jobPlan, jobReport, plan, report, succeededJob } from './report/sample.js';
import { spec as gateSpec } from './verify/series.js';

describe('what is made from the sources is committed as it is made (`npm run generate`)', () => {
  it.each(Object.entries(generated))('%s', async (path, make) => {
    expect(readFileSync(path, 'utf8')).toBe(await make());
  });
});

it('the version is that of package.json', () => {
  const { version: packaged } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(version).toBe(packaged);
});

it('troubleshooting has an entry, with an anchor of the same name, for every code', () => {
  const anchors = [...readFileSync('docs/troubleshooting.md', 'utf8').matchAll(/^### ([a-z0-9-]+)$/gm)].map(
    (match) => match[1],
  );
  expect(anchors.sort()).toEqual(Object.keys(codes).sort());
});

describe('action.yml', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as { name: string; description: string; runs: unknown };

  it('fits the marketplace', () => {
    expect(action.description.length).toBeLessThanOrEqual(125);
  });

  it('runs on the node that runners have', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/main.js', post: 'dist/post.js', 'post-if': 'always()' });
  });
});

const time = '2026-11-22T10:00:00Z';
const evidence = {
  ...{ job: 'orders', environment: 'production', rollout: 'r', n: 1, revision: 'r1-0', run: 'a', runs: ['a'] },
  ...{ direction: 'forward', startedAt: time, runningSince: time, judgedAt: time, life: null, verdict: null },
  gates: [
    {
      spec: gateSpec({ max: 1 }),
      baseline: null,
      samples: [{ at: time, value: 2, idle: false, run: 'a', error: null, grade: 'fail' }],
      ...{ errors: [], absent: false, verdict: null },
    },
  ],
};

describe('the published schemas', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false });
  const sample: { readonly [kind in keyof typeof documents]: object } = {
    plan: plan(
      [
        changedJob('orders', {
          findings: [{ code: 'dirty-work-tree', level: 'warning', message: 'x', next: 'y', file: 'a', line: 1 }],
        }),
        jobPlan('clicks'),
      ],
      { unowned: ['README.md'] },
    ),
    report: report([
      succeededJob('orders', { messages: [{ at: null, level: 'error', text: 'x' }] }),
      jobReport('clicks'),
    ]),
    status: {
      version: 1,
      kind: 'status',
      jobs: [
        {
          ...{
            environment: 'production',
            job: 'orders',
            engine: 'glue',
            place: 'x',
            recordedRevision: null,
            runningRevision: null,
          },
          ...{
            run: null,
            recordedRun: 'a',
            state: null,
            url: null,
            others: [],
            commit: null,
            lastOutcome: null,
            lastAt: null,
            trailing: [],
            quarantined: [],
            error: 'no',
            code: 'look-failed',
            next: null,
          },
          open: { rollout: 'r', n: 1, strategy: 'restart', since: '2026-11-22T10:00:00Z', holder: null },
        },
      ],
    },
    log: { version: 1, kind: 'log', entries: [] },
    validate: {
      version: 1,
      kind: 'validate',
      errors: [{ file: 'a', line: 1, column: 1, field: 'jobs', message: 'x', code: 'manifest-invalid' }],
    },
    error: failureDocument(new Error('x')),
    emulate: {
      version: 1,
      kind: 'emulate',
      env: { A: 'b' },
      services: { glue: 'http://127.0.0.1:1' },
      control: 'http://127.0.0.1:2',
    },
    verify: {
      ...{ version: 1, kind: 'verify', exitCode: 1 },
      jobs: [
        {
          ...{ job: 'orders', environment: 'production', run: 'a', direction: 'forward', same: true },
          verdict: { result: 'fail', code: 'gate-failed', message: 'x' },
          gates: [{ gate: 'lag', verdict: { result: 'fail', message: 'x' } }],
        },
      ],
    },
    evidence: { version: 1, kind: 'evidence', environment: 'production', commit: null, jobs: [evidence] },
  };

  it.each(Object.keys(documents) as (keyof typeof documents)[])('%s takes its document, and no other', (kind) => {
    const validate = ajv.compile(JSON.parse(readFileSync(`schemas/${kind}.schema.json`, 'utf8')) as object);
    expect(validate(sample[kind]) ? [] : validate.errors).toEqual([]);
    expect(documents[kind].parse(sample[kind])).toEqual(sample[kind]);
    expect(validate({ ...sample[kind], version: 2 })).toBe(false);
    expect(validate({ ...sample[kind], kind: 'other' })).toBe(false);
    expect(validate({ ...sample[kind], added: 'later' })).toBe(true);
  });
});
