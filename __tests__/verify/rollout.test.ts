import { describe, expect, it } from '@jest/globals';
import type { Gate } from '../../src/model/job.js';
import { reportOf } from '../../src/rollout/reporting.js';
import { evidenceSchema } from '../../src/verify/evidence.js';
import { replay } from '../../src/verify/replay.js';
import { signal, stage } from './stage.js';

const converges: Gate = { signal: 'lag', mode: 'converge', max: 500, for: 60, deadline: 600 };
const progresses: Gate = { signal: 'progress', mode: 'hold', min: 1, grace: 90 };
const both = [converges, progresses];

async function played(of: ReturnType<typeof stage>) {
  const ended = await of.process();
  const results = Object.fromEntries((ended.gates ?? []).map(({ gate, result }) => [gate, result]));
  const { closed, quarantined, judged } = ended.record;
  const running = of.world.active().filter(({ state }) => state === 'running');
  const document = { version: 1, kind: 'evidence', environment: 'production', commit: null, jobs: of.evidence };
  const again = replay(evidenceSchema.parse(JSON.parse(JSON.stringify(document))));
  expect(again.map(({ same }) => same)).toEqual(of.evidence.map(() => true));
  return {
    ended,
    results,
    outcome: closed?.outcome,
    code: closed?.code,
    quarantined: quarantined.map(({ revision }) => revision),
    judged,
    runs: running.map(({ stamp }) => stamp?.revision),
    verdicts: again.map(({ direction, verdict }) => [direction, verdict?.result ?? null]),
  };
}

describe('a rollout whose gates follow the metrics of its runs', () => {
  it('a healthy upgrade: what piled up in the gap drains, and the gates pass', async () => {
    const done = await played(stage('restart', { gates: both, fares: { input: 100, drains: 300 } }));
    expect([done.outcome, done.results]).toEqual(['succeeded', { lag: 'pass', progress: 'pass' }]);
    const lags = (done.ended.gates?.[0]?.points ?? []).flatMap(([, value]) => value ?? []);
    expect(Math.max(...lags)).toBeGreaterThan(500);
    expect(lags.at(-1)).toBe(0);
  });

  it('a slow catch-up within the deadline passes, beyond it is rolled back', async () => {
    const within = await played(stage('restart', { gates: both, fares: { input: 100, drains: 120 } }));
    expect([within.outcome, within.results['lag']]).toEqual(['succeeded', 'pass']);
    const beyond = await played(stage('restart', { gates: both, fares: { input: 100, drains: 105 } }));
    expect([beyond.outcome, beyond.code]).toEqual(['stuck', 'gate-failed']);
    expect(beyond.verdicts).toEqual([
      ['forward', 'fail'],
      ['undo', 'fail'],
    ]);
    expect(beyond.runs).toEqual(['r1-old']);
  });

  it('a silent stall is rolled back, and its revision is quarantined; the verdict is in the ledger before the undo', async () => {
    const of = stage('restart', { gates: both, fares: { stallsAfter: 60 } });
    const done = await played(of);
    expect([done.outcome, done.code, done.quarantined]).toEqual(['rolled-back', 'gate-failed', ['r1-new']]);
    expect(done.runs).toEqual(['r1-old']);
    expect(done.results['progress']).toBe('fail');
    const undo = of.written.filter(({ record }) => record?.direction === 'undo');
    expect(undo.map(({ verb }) => verb)).toEqual(['stop', 'start']);
    // While nothing is sampled, nobody looks as often as samples would be taken.
    const [stopped = 0, started = 0] = undo.map(({ at }) => at);
    const between = of.looks.filter((at) => at > stopped && at <= started);
    expect(between.length).toBeLessThanOrEqual(1 + (started - stopped) / 3000);
    expect(undo[0]?.record?.judged).toMatchObject({
      result: 'fail',
      code: 'gate-failed',
      direction: 'forward',
      gates: [{ gate: 'lag' }, { gate: 'progress', result: 'fail' }],
    });
  });

  it('a crash loop of its tasks breaks the budget', async () => {
    const gates: Gate[] = [{ signal: 'restarts', mode: 'budget', 'max-delta': 2 }];
    const done = await played(stage('restart', { gates, fares: { restartsEvery: 40 } }));
    expect([done.outcome, done.results]).toEqual(['rolled-back', { restarts: 'fail' }]);
    const calm = await played(stage('restart', { gates, fares: { restartsEvery: 170 } }));
    expect([calm.outcome, calm.results]).toEqual(['succeeded', { restarts: 'pass' }]);
  });

  it('missing metrics are no success: what runs is left, and a person is asked', async () => {
    const of = stage('restart', { gates: both, fares: { missing: true } });
    const done = await played(of);
    expect([done.outcome, done.code, done.runs]).toEqual(['stuck', 'gate-inconclusive', ['r1-new']]);
    expect(of.world.calls).toEqual(['stop', 'start']);
    expect(of.evidence[0]?.gates[0]?.samples.every(({ value }) => value === null)).toBe(true);
  });

  it("another run's metrics are no success", async () => {
    const done = await played(stage('restart', { gates: both, fares: { ofRun: 'run-1' } }));
    expect([done.outcome, done.results]).toEqual(['stuck', { lag: 'inconclusive', progress: 'inconclusive' }]);
  });

  it('late metrics are waited for', async () => {
    const of = stage('restart', { gates: both, fares: { lateBy: 240, history: true } });
    const done = await played(of);
    expect([done.outcome, done.results]).toEqual(['succeeded', { lag: 'pass', progress: 'pass' }]);
    const one = of.evidence[0];
    const took = Date.parse(one?.judgedAt ?? '') - Date.parse(one?.runningSince ?? '');
    expect(took).toBeGreaterThanOrEqual((300 + 240) * 1000);
  });

  it('an idle source skips the gates that its absence would fail', async () => {
    const done = await played(stage('restart', { gates: [progresses], fares: { input: 0 } }));
    expect([done.outcome, done.results]).toEqual(['succeeded', { progress: 'skipped' }]);
    const strict = { ...progresses, 'when-idle': 'fail' };
    expect((await played(stage('create', { gates: [strict], fares: { input: 0 } }))).outcome).toBe('failed');
  });

  it('a gate of the engine holds where the job declares none', async () => {
    const gate = { mode: 'hold', min: 1, graceSeconds: 90, why: 'progress' } as const;
    const offers = [signal('progress', { kind: 'counter', gate })];
    const done = await played(stage('restart', { fares: { stallsAfter: 30, offers } }));
    expect([done.outcome, done.results]).toEqual(['rolled-back', { progress: 'fail' }]);
    const own = { ...progresses, advisory: true };
    const advised = await played(stage('restart', { gates: [own], fares: { stallsAfter: 30, offers } }));
    expect([advised.outcome, advised.results]).toEqual(['succeeded', { progress: 'fail' }]);
  });

  it('`on-failure: pause` leaves the new run for a person', async () => {
    const of = stage('restart', { gates: both, fares: { stallsAfter: 60 }, onFailure: 'pause' });
    const done = await played(of);
    expect([done.outcome, done.code, done.runs]).toEqual(['stuck', 'gate-failed', ['r1-new']]);
    expect(of.world.calls).toEqual(['stop', 'start']);
  });

  it('parallel keeps the old run until the gates have passed, and stops the new one if they fail', async () => {
    const of = stage('parallel', { gates: [progresses], fares: { stallsAfter: 60 } });
    const failed = await played(of);
    expect([failed.outcome, failed.runs, of.world.calls]).toEqual(['rolled-back', ['r1-old'], ['start', 'stop']]);
    const good = stage('parallel', { gates: [progresses], fares: {} });
    const passed = await played(good);
    expect([passed.outcome, good.world.calls]).toEqual(['succeeded', ['start', 'drain']]);
    const drained = good.written.find(({ verb }) => verb === 'drain');
    expect(drained?.record?.ready?.n).toBe(2);
    expect(drained?.record?.judged).toMatchObject({ result: 'pass', gates: [{ gate: 'progress', result: 'pass' }] });
  });
});

describe('a baseline', () => {
  const relative: Gate = { signal: 'progress', mode: 'hold', 'min-vs-baseline': 0.7, grace: 120 };

  it('is measured of the old run, and in the ledger, before the first call', async () => {
    const of = stage('restart', { gates: [relative], fares: { drains: 300 } });
    const done = await played(of);
    expect([done.outcome, done.results]).toEqual(['succeeded', { progress: 'pass' }]);
    expect(of.written[0]?.verb).toBe('stop');
    const { baseline } = of.written[0]?.record ?? {};
    expect(baseline).toMatchObject({ run: 'run-1', gates: { progress: { why: 'measured', samples: 3 } } });
    expect(baseline?.gates['progress']?.value).toBeCloseTo(100, 0);
  });

  it('of a source with history costs no time', async () => {
    const of = stage('restart', { gates: [relative], fares: { history: true } });
    const before = of.clock.now();
    const done = await played(of);
    expect(done.results).toEqual({ progress: 'pass' });
    expect(Date.parse(done.ended.record.baseline?.at ?? '')).toBe(before);
    expect(done.ended.record.baseline?.gates['progress']?.why).toBe('measured');
  });

  it('has its samples although they are taken more often than anybody looks', async () => {
    const gates: Gate[] = [{ signal: 'lag', mode: 'converge', 'max-vs-baseline': 2, for: 60 }];
    const of = stage('restart', { gates, fares: { offers: [signal('lag', { intervalSeconds: 1 })], drains: 150 } });
    const { baseline } = (await played(of)).ended.record;
    expect(baseline?.gates['lag']?.samples).toBeGreaterThanOrEqual(3);
  });

  it.each([true, false])('is asked for again where its source is away for a moment (history: %s)', async (history) => {
    const of = stage('restart', { gates: [relative], fares: { history, unreadableFor: 40 } });
    const done = await played(of);
    expect(done.ended.record.baseline?.gates['progress']?.why).toBe('measured');
    expect([done.outcome, done.results]).toEqual(['succeeded', { progress: 'pass' }]);
  });

  it('is not waited for without end', async () => {
    const of = stage('restart', { gates: [relative], fares: { history: true, unreadableFor: 86_400 } });
    const before = of.clock.now();
    const done = await played(of);
    expect([done.code, (of.written[0]?.at ?? 0) - before]).toEqual(['gate-inconclusive', expect.any(Number)]);
    expect((of.written[0]?.at ?? 0) - before).toBeLessThan(300_000);
  });

  it('is not needed for a first start', async () => {
    const done = await played(stage('create', { gates: [relative] }));
    expect([done.outcome, done.results]).toEqual(['succeeded', { progress: 'skipped' }]);
  });

  it('is not needed where a run is only verified', async () => {
    const of = stage('in-flight-update', { gates: [relative] });
    const done = await played(of);
    expect([done.outcome, done.results, of.world.calls]).toEqual(['succeeded', { progress: 'skipped' }, []]);
  });

  it('that could not be measured leaves the gate open', async () => {
    const done = await played(stage('restart', { gates: [relative], fares: { missing: true } }));
    expect([done.outcome, done.code]).toEqual(['stuck', 'gate-inconclusive']);
  });
});

describe('a rollout that is handed over in its bake', () => {
  const judgedAfter = (of: ReturnType<typeof stage>) => {
    const one = of.evidence.at(-1);
    return (Date.parse(one?.judgedAt ?? '') - Date.parse(one?.runningSince ?? '')) / 1000;
  };

  it('begins its bake anew where the source keeps no history', async () => {
    const of = stage('restart', { gates: both });
    expect((await of.process(5)).how).toBe('pending');
    of.clock.at += 120_000;
    const resumedAt = of.clock.now();
    const done = await played(of);
    expect(done.outcome).toBe('succeeded');
    expect(Date.parse(of.evidence.at(-1)?.runningSince ?? '')).toBeGreaterThanOrEqual(resumedAt);
    expect(judgedAfter(of)).toBeGreaterThanOrEqual(300);
  });

  it('tells how long a call has to be where each one is too short for it, and comes to no verdict meanwhile', async () => {
    const of = stage('restart', { gates: both });
    await of.process(5);
    for (let calls = 0; calls < 5; calls += 1) {
      const ended = await of.process(3);
      const { outcome, findings, next } = reportOf(ended, 'memory', [], []);
      expect([outcome, next]).toEqual([
        'pending',
        'stream-rollout resume --environment production --jobs orders --wait-for-minutes 13',
      ]);
      expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        'gate-needs-history: the source of lag, progress keeps no history, so the bake begins anew at each resume: it takes up to 675 s in one call, and this one had 180 s',
      ]);
    }
    expect(reportOf(await of.process(30), 'memory', [], []).outcome).toBe('succeeded');
  });

  it.each([1, 0])('comes to its end over resumes of %s minutes where its source keeps history', async (minutes) => {
    const of = stage('restart', { gates: both, fares: { history: true } });
    const { how, ...first } = await of.process(5);
    const since = first.record.verifying?.runningSince;
    expect([how, typeof since, first.anew]).toEqual(['pending', 'number', null]);
    let ended = await of.process(minutes);
    for (let calls = 0; calls < 20 && ended.how === 'pending'; calls += 1) {
      expect(ended.record.verifying?.runningSince).toBe(since);
      await of.clock.sleep(60);
      ended = await of.process(minutes);
    }
    expect([ended.how, ended.record.closed?.outcome]).toEqual(['closed', 'succeeded']);
    expect(judgedAfter(of)).toBeLessThan(900);
  });

  it('goes on where its source keeps history, which is read again', async () => {
    const of = stage('restart', { gates: both, fares: { history: true } });
    expect((await of.process(5)).how).toBe('pending');
    await of.clock.sleep(120);
    const resumedAt = of.clock.now();
    const done = await played(of);
    expect([done.outcome, done.results]).toEqual(['succeeded', { lag: 'pass', progress: 'pass' }]);
    const last = of.evidence.at(-1);
    expect(Date.parse(last?.runningSince ?? '')).toBeLessThan(resumedAt);
    expect(Date.parse(last?.gates[0]?.samples[0]?.at ?? '')).toBeLessThan(resumedAt);
  });
});
