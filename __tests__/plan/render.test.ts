import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { codes } from '../../src/model/codes/index.js';
import type { Plan } from '../../src/model/plan.js';
import { planJobs, planRollback, planSchema, renderPlan, rollbackPlan } from '../../src/plan/index.js';
import {
  type Case,
  change,
  environment,
  flow,
  good,
  input,
  job,
  name,
  planOf,
  record,
  recorded,
  revision,
  run,
  settled,
  stamp,
  touchedBy,
  upgrade,
} from './world.js';

/** Text that a reviewer can read. To accept a change: UPDATE_GOLDEN=1 npm run jest -- __tests__/plan/render */
function golden(file: string, made: Plan): void {
  const path = fileURLToPath(new URL(`./golden/${file}.txt`, import.meta.url));
  const text = renderPlan(made);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

const orders = job('orders', { target: { ...job('orders').target, workers: { min: 2, max: 20 } } });
const lake = job('lake', {
  engine: 'batchy',
  needs: ['orders'],
  target: { name: 'lake', artifact: 's3://acme/lake.py' },
});
const stateful = job('sessions', { strategy: ['drain-and-resubmit'] });
const slots = [{ name: 'clicks-a' }, { name: 'clicks-b' }];
const clicks = job('clicks', {
  sink: 'idempotent',
  stateful: false,
  strategy: ['parallel'],
  parallel: { overlapSeconds: 600, slots },
});

const everyday: readonly Case[] = [
  settled(job('calm')),
  upgrade(orders, {
    change: change(
      orders,
      'new',
      touchedBy('pipelines/orders/a.py', 'pipelines/orders/b.py', 'pipelines/common/io.py', 'pipelines/common/log.py'),
    ),
    runs: [recorded(orders, { scale: { workers: { min: 2, max: 10 } }, url: 'https://console.example/run-1' })],
  }),
  upgrade(lake),
  settled(job('quiet')),
];

describe('the plan as text', () => {
  it('of an everyday change', () => {
    golden('everyday', { ...planOf(everyday), unowned: ['docs/a.md', 'scripts/b.sh'] });
  });

  it('of first contact, with a job that somebody started twice', () => {
    golden(
      'first-contact',
      planOf([
        { job: job('orders'), runs: [run('hand-1', 'orders', { shows: { region: 'europe-west4' } })] },
        { job: job('returns'), runs: [run('hand-2', 'returns'), run('hand-3', 'returns')] },
        { job: job('fresh') },
      ]),
    );
  });

  it('of consents, overlap, refusals and what is left alone', () => {
    const held = {
      revision: revision(job('held')),
      rollout: 'x',
      reason: 'run run-2 failed after 38 s',
      at: '2026-01-02T00:00:00Z',
      scale: null,
    };
    const gone = record(job('gone'));
    const made = input(
      [
        upgrade(stateful),
        upgrade(clicks, {
          runs: [recorded(clicks, { name: 'clicks-a', stamp: stamp(clicks, revision(clicks, 'old'), 1, { slot: 0 }) })],
        }),
        upgrade(
          job('overlapping', {
            ...clicks,
            target: { ...clicks.target, name: 'overlapping' },
            parallel: { overlapSeconds: 600, slots: [] },
            key: 'overlapping',
          }),
        ),
        upgrade(job('held'), { record: record(job('held'), { quarantined: [held] }) }),
        { job: job('down'), record: record(job('down')), runs: [recorded(job('down'), { state: 'stopped' })] },
        settled(job('stray', { desired: 'stopped', stateful: false })),
      ],
      { accept: new Set(['shared-input']) },
    );
    golden('decisions', planJobs({ ...made, records: new Map([...made.records, ['gone', gone]]) }));
  });

  it('of git alone', () => {
    golden('detect', planJobs({ ...input(everyday), observed: null }));
  });

  it('of a rollback', () => {
    const older = good(orders, 'older', { runId: 'run-0', rollout: 'rollout-older', at: '2025-12-30T00:00:00Z' });
    const is = record(orders, { goods: [older] });
    const of = planRollback({
      record: is,
      to: 'previous',
      runs: [recorded(orders)],
      engine: flow,
      accept: new Set(),
      now: '2026-01-01T00:00:00Z',
    });
    golden('rollback', rollbackPlan({ environment, name }, [of]));
  });
});

it('says what to do next of every error, and of what is said of the whole call', () => {
  const made = planOf([upgrade(orders)]);
  const [first] = made.jobs;
  if (first === undefined) throw new Error('no job');
  const silent = { code: 'rollback-artifact-mutable', level: 'error', message: 'x' } as const;
  const whole = { code: 'git-host-silent', level: 'notice', message: 'y', next: 'look at it' } as const;
  const text = renderPlan({ ...made, findings: [whole], jobs: [{ ...first, action: 'refuse', findings: [silent] }] });
  expect(text).toContain(`  error rollback-artifact-mutable: x\n  Next: ${codes['rollback-artifact-mutable'].next}\n`);
  expect(text).toContain('notice git-host-silent: y\nNext: look at it\n');
});

describe('the plan as a document', () => {
  it.each([planOf(everyday), planJobs({ ...input(everyday), observed: null }), planOf([])])(
    'fits its schema: %#',
    (made) => {
      expect(planSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
    },
  );

  it('is refused with a field that the schema does not know, or without a reason', () => {
    const made = JSON.parse(JSON.stringify(planOf(everyday)));
    expect(planSchema.safeParse({ ...made, extra: 1 }).success).toBe(false);
    expect(planSchema.safeParse({ ...made, jobs: [{ ...made.jobs[0], reasons: [] }] }).success).toBe(false);
  });
});
