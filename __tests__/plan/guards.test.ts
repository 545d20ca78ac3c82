import { describe, expect, it } from '@jest/globals';
import { gateFindings } from '../../src/plan/gates.js';
import { type Consent, planExitCode, withFindings } from '../../src/plan/index.js';
import { change, job, plan, planOf, record, recorded, run, settled, stamp, touchedBy, upgrade } from './world.js';

const orders = job('orders');

describe('an ancestor', () => {
  const relation = (is: 'ancestor' | 'descendant' | 'same' | 'diverged' | 'unknown') => ({ relation: () => is });

  it.each<[Parameters<typeof relation>[0], string, string[]]>([
    ['ancestor', 'refuse', ['downgrade']],
    ['descendant', 'roll-out', []],
    ['same', 'roll-out', []],
    ['diverged', 'roll-out', ['relation-unknown']],
    ['unknown', 'roll-out', ['relation-unknown']],
  ])('%s: %s, %j', (is, action, codes) => {
    const made = plan(upgrade(orders), relation(is));
    expect(made.action).toBe(action);
    expect(made.findings.map((finding) => finding.code)).toEqual(codes);
  });

  it('goes on with consent, which is recorded', () => {
    const made = plan(upgrade(orders), {
      ...relation('ancestor'),
      accept: new Set<Consent>(['downgrade', 'duplicates']),
    });
    expect(made).toMatchObject({ action: 'roll-out', accepted: ['downgrade'] });
  });

  it('is no word on a job that is left as it is', () => {
    expect(plan(settled(orders), relation('ancestor'))).toMatchObject({ action: 'none', findings: [] });
    expect(plan({ job: orders, runs: [run('hand-1', 'orders')] }, relation('ancestor'))).toMatchObject({
      action: 'adopt',
    });
  });

  it('is asked about the newest rollout, open or closed, by record and stamp', () => {
    const asked: string[] = [];
    const relate = (_: string, deployed: string) => {
      asked.push(deployed);
      return 'descendant' as const;
    };
    plan(upgrade(orders, { record: record(orders, { commit: 'd'.repeat(40) }) }), { relation: relate });
    const newer = run('run-9', 'orders', {
      state: 'failed',
      stamp: stamp(orders, 'r1-9999999999999999', 9, { commit: 'e'.repeat(40) }),
    });
    plan(upgrade(orders, { runs: [recorded(orders), newer] }), { relation: relate });
    plan({ job: orders, runs: [recorded(orders)] }, { relation: relate });
    plan(
      upgrade(orders, {
        record: record(orders, { closed: null, commit: 'f'.repeat(40), revision: 'r1-0000000000000000' }),
      }),
      { relation: relate },
    );
    expect(asked.map((commit) => commit[0])).toEqual(['d', 'e', 'b', 'f']);
  });

  it('does not close an open rollout of its descendant', () => {
    const open = record(orders, { closed: null, revision: 'r1-0000000000000000' });
    expect(plan(upgrade(orders, { record: open }), relation('ancestor'))).toMatchObject({ action: 'refuse' });
  });
});

describe('gates', () => {
  const verify = { runningWithinSeconds: 900, bakeSeconds: 600 };
  const gated = job('orders', { verify: { ...verify, gates: [{ signal: 'watermark-age', mode: 'hold', max: 120 }] } });

  it('on a signal that nobody offers are refused', () => {
    const found = { code: 'gate-signal-unknown', level: 'error', line: 10 };
    expect(plan(upgrade(gated))).toMatchObject({ action: 'refuse', findings: [found] });
    expect(plan({ job: gated, runs: [run('hand-1', 'orders')] })).toMatchObject({ action: 'refuse' });
  });

  it('leave an unchanged job unchanged', () => {
    expect(plan(settled(gated))).toMatchObject({
      action: 'none',
      changed: false,
      findings: [{ code: 'gate-signal-unknown' }],
    });
  });

  const probed = (bakeSeconds: number, more: object = {}, source: object = { http: { url: 'http://probe' } }) =>
    job('orders', {
      verify: {
        ...verify,
        bakeSeconds,
        gates: [{ signal: 'lag', mode: 'hold', max: 120, ...more }],
        signals: { lag: source },
      },
    });
  const within = (seconds: number) => ({ waitSeconds: seconds });

  it('whose source keeps no history have to fit into one call', () => {
    expect(plan(upgrade(probed(3600)), within(3600)).action).toBe('roll-out');
    const long = plan(upgrade(probed(3601)), within(3600));
    expect(long).toMatchObject({ action: 'refuse', findings: [{ code: 'gate-needs-history' }] });
    expect(long.findings[0]?.message).toContain('is watched for 3601 s, a call lasts 3600 s');
    const late = { mode: 'converge', deadline: 4000 };
    expect(plan(upgrade(probed(60, late)), within(3600)).action).toBe('refuse');
  });

  it('have to fit into one call with the overlap of a parallel rollout, and with the gates beside them', () => {
    const beside = { ...probed(60), parallel: { overlapSeconds: 7200, slots: [] } };
    const told = (strategy: 'parallel' | 'restart') =>
      gateFindings(beside, {}, 3600, strategy).map(({ code, message }) => `${code}: ${message}`);
    expect(told('parallel').join()).toContain('gate-needs-history: the new run is watched for 7200 s');
    expect(told('restart')).toEqual([]);
    const slow = { signal: 'slow', mode: 'converge', max: 1, deadline: 4000 };
    const both = job('orders', {
      verify: {
        ...verify,
        gates: [{ signal: 'lag', mode: 'hold', max: 120 }, slow],
        signals: { lag: { http: { url: 'http://probe' } }, slow: { prometheus: { url: 'http://p', query: 'q' } } },
      },
    });
    const found = plan(upgrade(both), within(3600));
    expect([found.action, found.findings[0]?.code]).toEqual(['refuse', 'gate-needs-history']);
    expect(found.findings[0]?.message).toContain(
      'is watched for 4060 s, a call lasts 3600 s, and the source of lag keeps',
    );
  });

  it('may take longer where the source keeps history, or the gate decides nothing', () => {
    const prometheus = { prometheus: { url: 'http://prometheus', query: 'lag' } };
    expect(plan(upgrade(probed(86_400, {}, prometheus)), within(3600)).action).toBe('roll-out');
    expect(plan(upgrade(probed(86_400, { advisory: true })), within(3600)).action).toBe('roll-out');
  });
});

describe('a revision that is not known', () => {
  const unread = change(orders, 'new', touchedBy('x'));
  const blind = {
    ...unread,
    desired: {
      ...unread.desired,
      revision: null,
      code: { kind: 'reference', digest: null, uri: 'gs://acme/x.json', mutable: true },
    },
  } as const;

  it('launches and adopts nothing', () => {
    expect(plan(upgrade(orders, { change: blind }))).toMatchObject({
      action: 'refuse',
      findings: [{ code: 'revision-unknown' }],
    });
    expect(plan({ job: orders, change: blind })).toMatchObject({ action: 'refuse' });
    const calm = { ...blind, explanation: change(orders).explanation };
    expect(plan({ job: orders, change: calm, runs: [run('hand-1', 'orders')] })).toMatchObject({
      action: 'refuse',
      changed: false,
    });
  });
});

describe('only paths or ignore were edited', () => {
  const globs = { sameCode: new Set(['orders']) };

  it('is unchanged where the settings are those that run', () => {
    const moved = change(orders, 'same bytes under other globs');
    expect(plan({ ...settled(orders), change: moved })).toMatchObject({ action: 'roll-out' });
    expect(plan({ ...settled(orders), change: moved }, globs)).toMatchObject({
      action: 'none',
      reasons: [{ kind: 'unchanged' }],
    });
  });

  it('is no excuse for changed settings', () => {
    const other = job('orders', { target: { ...orders.target, arguments: 'x' } });
    expect(plan({ ...settled(orders), job: other, change: change(other) }, globs)).toMatchObject({
      action: 'roll-out',
    });
  });
});

describe('a job that is declared elsewhere', () => {
  const line = (of: number) => ({ file: '.github/streaming-jobs.yml', line: of, column: 7 });
  const moved = (place: string, more: Parameters<typeof job>[1]) =>
    plan({
      job: job('orders', {
        positions: { engine: line(11), target: line(12), 'target.region': line(13), 'target.artifact': line(15) },
        ...more,
      }),
      record: record(orders, { place }),
    }).findings;

  it('names the field that says where, its line, and what it was', () => {
    const target = { ...orders.target, region: 'europe-west2', artifact: 'gs://acme/orders-2.json' };
    expect(moved('acme-prod/europe-west1 (old)', { target })).toMatchObject([
      {
        code: 'job-elsewhere',
        line: 13,
        next: expect.stringMatching(/^if target\.region has a typo, correct it: it was europe-west1\. Else declare it/),
      },
    ]);
  });

  it('of another engine', () => {
    expect(moved('acme-prod/us-east1', { engine: 'snappy' })).toMatchObject([
      { line: 11, next: expect.stringContaining('if engine has a typo, correct it: it was flow') },
    ]);
  });

  it('by no field of its own', () => {
    expect(moved('acme-prod/us-east1', {})).toMatchObject([
      { line: 12, next: expect.stringContaining('if target has a typo, correct it.') },
    ]);
  });
});

describe('a base that never came to run', () => {
  const target = { ...orders.target, artifact: 'gs://acme/orders-2.json' };
  const moved = job('orders', { target });
  const at = { file: '.github/streaming-jobs.yml', line: 12, column: 5 };
  const fields = [
    { field: 'artifact', at },
    { field: 'region', at },
  ];
  const changed = (code: string) => change(moved, code, { ...touchedBy('a.py'), fields });
  const refused = {
    n: 2,
    revision: 'r1-refused000000000',
    closed: { outcome: 'refused', code: null, message: '', at: '', runs: ['run-1'] },
  } as const;

  it.each([
    ['by what was declared for the run', {}],
    ['by what the run was launched with, after a refused rollout', refused],
  ])('does not count where what runs has the declared value: %s', (_, more) => {
    const made = plan({ job: moved, change: changed('old'), record: record(orders, more), runs: [recorded(orders)] });
    expect(made.reasons.map(({ message }) => message)).toEqual(['artifact changed']);
    // Another region would have been a job of its own.
    expect(made.impact).toBe('upgrade');
  });

  it('counts where the code is another one, or the value', () => {
    const other = record(job('orders', { target: { ...orders.target, region: 'europe-west2' } }));
    const made = plan({ job: moved, change: changed('new'), record: other, runs: [recorded(orders)] });
    expect(made.reasons.map(({ message }) => message)).toEqual(['a.py changed', 'artifact changed', 'region changed']);
  });
});

describe('findings made after planning', () => {
  const found = new Map([
    ['orders', [{ code: 'no-strategy', level: 'error', message: 'state is not compatible' } as const]],
  ]);

  it('refuse what would roll out, and change the hash', () => {
    const before = planOf([upgrade(orders), settled(job('calm'))]);
    const after = withFindings(before, found);
    expect(after.jobs.map((entry) => entry.action)).toEqual(['refuse', 'none']);
    expect(after.hash).not.toBe(before.hash);
    expect(withFindings(before, new Map())).toEqual(before);
  });
});

describe('exit code of a plan', () => {
  it.each<[string, ReturnType<typeof planOf>, number]>([
    ['a plan that could be made', planOf([upgrade(orders)]), 0],
    ['a missing consent', planOf([upgrade(job('orders', { strategy: ['drain-and-resubmit'] }))]), 3],
    ['an ancestor', planOf([upgrade(orders)], { relation: () => 'ancestor' }), 3],
    [
      'what somebody else did to the job',
      planOf([{ job: orders, record: record(orders), runs: [run('hand-1', 'orders')] }]),
      0,
    ],
    ['a job that is down', planOf([{ job: orders, record: record(orders) }]), 0],
    [
      'a manifest that declares a job in another place than it runs in',
      planOf([{ job: orders, record: record(orders, { place: 'acme-prod/us-east1' }) }]),
      3,
    ],
  ])('%s', (_, made, code) => {
    expect(planExitCode(made)).toBe(code);
  });
});
