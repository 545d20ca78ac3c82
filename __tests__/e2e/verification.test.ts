import { readFileSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import type { Evidence } from '../../src/verify/evidence.js';
import { cli } from './harness/cli.js';
import { documentIn } from './harness/documents.js';
import { manifest, manifestPath } from './harness/fleet.js';
import { type MeteredEngine, type Metrics, meteredEngine, type Settings } from './harness/metered-engine.js';
import { type Done, type Stage, type StepOptions, scenario } from './harness/stage.js';

/** A minute of the cloud's clock takes 2.4 s: enough for the commands, which are processes of their own. */
const rate = 25;

const usual: JsonObject = { 'running-within': '10m', bake: '4m' };
const steady = { mode: 'hold', interval: '60s', grace: '2m' };
const catchesUp = { signal: 'lag', mode: 'converge', max: '30s', for: '2m', deadline: '8m', interval: '30s' };
/** What the engine expects by itself, at a pace that suits a slow machine. */
const progress = { signal: 'progress', ...steady, min: 0.001 };

interface Play {
  readonly engine: MeteredEngine;
  push(settings: Settings, verify?: JsonObject, options?: StepOptions): Promise<Done>;
}

/** A job that runs and is healthy, and then whatever the scenario does. */
function played(name: string, play: (stage: Stage, of: Play) => Promise<void>): void {
  scenario(
    name,
    async (stage) => {
      const engine = await meteredEngine(stage);
      const push = (settings: Settings, verify: JsonObject = {}, options: StepOptions = {}) =>
        stage.push(
          { [manifestPath]: manifest({ bids: engine.job(settings, { ...usual, ...verify }) }), 'bids/a.txt': 'a\n' },
          { ...options, env: engine.env },
        );
      try {
        await push({ version: 1 }, { bake: '1m', gates: [{ ...progress, advisory: true }] });
        await play(stage, { engine, push });
      } finally {
        await engine.close();
      }
    },
    rate,
  );
}

const versions = (engine: MeteredEngine) => engine.runs().flatMap(({ version, runs }) => (runs ? [version] : []));
const evidenceOf = (done: Done) => documentIn<Evidence>(readFileSync(done.outputs['evidence-file'] ?? '', 'utf8'));
const results = (done: Done) => (done.job('bids').gates ?? []).map(({ gate, result }) => `${gate}: ${result}`);
const prometheus = (engine: MeteredEngine, more: JsonObject = {}): JsonObject => ({
  lag: { prometheus: { url: engine.url, query: 'lag{run="${run.id}"}' }, unit: 's', lateness: '30s', ...more },
});

describe('a rollout is verified by what is measured', () => {
  played(
    'healthy: by its commands, a Prometheus and a health page; the evidence gives the same verdict again',
    async (stage, { engine, push }) => {
      const signals = {
        ...prometheus(engine),
        health: { http: { url: `${engine.url}/health`, value: 'lag.seconds' }, unit: 's' },
      };
      const health = { ...catchesUp, signal: 'health' };
      const done = await push({ version: 2, rate: 300 }, { gates: [catchesUp, health, progress], signals });
      expect([done.code, done.job('bids').outcome]).toEqual([0, 'succeeded']);
      expect(results(done)).toEqual(['lag: pass', 'health: pass', 'progress: pass']);
      expect(versions(engine)).toEqual([2]);
      expect(done.summary).toContain('### What was measured of bids');
      expect(done.summary.match(/xychart-beta/g)?.length).toBe(3);
      expect(done.log).toMatch(/bids: bids\.2 is (lagging|healthy), .*a verdict is due in at most/);

      const [one] = evidenceOf(done).jobs;
      expect(one?.gates.map(({ spec, samples }) => [spec.id, samples.length > 3])).toEqual([
        ['lag', true],
        ['health', true],
        ['progress', true],
      ]);
      const again = await cli<JsonObject>(stage.folder, {}, 'verify', '--replay', done.outputs['evidence-file'] ?? '');
      expect([again.code, again.document]).toMatchObject([
        0,
        { kind: 'verify', jobs: [{ job: 'bids', same: true, verdict: { result: 'pass' } }] },
      ]);
    },
  );

  played('it catches up too slowly: rolled back, and the revision is quarantined', async (stage, { engine, push }) => {
    // Far below the lag of the shortest gap.
    const gates = [
      { ...catchesUp, max: '5s' },
      { ...progress, advisory: true },
    ];
    const done = await push({ version: 2, rate: 101 }, { gates, signals: prometheus(engine) });
    expect([done.code, done.job('bids').outcome, done.job('bids').code]).toEqual([1, 'rolled-back', 'gate-failed']);
    expect(done.job('bids').message).toContain('Gate lag failed: it was not at most 5 s for 120 s within 480 s');
    expect(versions(engine)).toEqual([1]);
    const verdicts = evidenceOf(done).jobs.map(({ direction, verdict }) => [direction, verdict?.result]);
    expect(verdicts).toEqual([
      ['forward', 'fail'],
      ['undo', 'pass'],
    ]);
    const again = await cli<JsonObject>(stage.folder, {}, 'verify', '--replay', done.outputs['evidence-file'] ?? '');
    expect([again.code, again.document['exitCode']]).toEqual([1, 1]);
    const next = await stage.push({ 'docs/page.md': 'x\n' }, { env: engine.env });
    expect(next.outcomes).toEqual({ bids: 'quarantined' });
  });

  played('a silent stall: running, and nothing processed; nobody declared a gate', async (_, { engine, push }) => {
    const done = await push({ version: 2, stalls: 60 }, { bake: '6m', signals: { progress: { interval: '60s' } } });
    expect([done.job('bids').outcome, done.job('bids').code]).toEqual(['rolled-back', 'gate-failed']);
    expect(results(done)).toEqual(['progress: fail']);
    expect(versions(engine)).toEqual([1]);
  });

  played('a crash loop of its tasks, which the engine calls running', async (_, { engine, push }) => {
    const restarts = { signal: 'restarts', mode: 'budget', 'max-delta': 2, interval: '60s' };
    const signals = { restarts: { kind: 'counter' } };
    const done = await push({ version: 2, crashes: 20 }, { gates: [restarts, progress], signals });
    expect([done.job('bids').outcome, done.job('bids').code]).toEqual(['rolled-back', 'gate-failed']);
    expect(done.job('bids').message).toContain('Gate restarts failed: it grew by');
    expect(versions(engine)).toEqual([1]);
  });

  const unknown: readonly (readonly [string, (metrics: Metrics) => void])[] = [
    ['metrics are missing', (metrics) => Object.assign(metrics, { missing: true })],
    ["another run's metrics are offered", (metrics) => Object.assign(metrics, { wrongRun: 'bids.1' })],
  ];
  for (const [what, change] of unknown) {
    played(`${what}: no success, the new run is left for a person`, async (_, { engine, push }) => {
      change(engine.metrics);
      const done = await push({ version: 2 }, { gates: [progress] });
      expect([done.code, done.job('bids').outcome, done.job('bids').code]).toEqual([1, 'stuck', 'gate-inconclusive']);
      expect(results(done)).toEqual(['progress: inconclusive']);
      expect(versions(engine)).toEqual([2]);
    });
  }

  played('metrics come late: nothing is concluded from their absence', async (_, { engine, push }) => {
    engine.metrics.late = 200;
    const held = { signal: 'lag', ...steady, max: '60s' };
    const gates = [held, progress];
    const done = await push({ version: 2 }, { gates, signals: prometheus(engine, { lateness: '4m' }) });
    expect([done.job('bids').outcome, results(done)]).toEqual(['succeeded', ['lag: pass', 'progress: pass']]);
    const [one] = evidenceOf(done).jobs;
    const seconds = (Date.parse(one?.judgedAt ?? '') - Date.parse(one?.runningSince ?? '')) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(300 + 240);
  });

  played('an idle source: progress can not be expected, and is not', async (_, { engine, push }) => {
    engine.metrics.input = 0;
    const done = await push({ version: 2 }, { gates: [progress] });
    expect([done.job('bids').outcome, results(done)]).toEqual(['succeeded', ['progress: skipped']]);
  });

  played('compared with the old run, which was measured before the change', async (_, { engine, push }) => {
    const relative = { signal: 'progress', ...steady, 'min-vs-baseline': 0.7 };
    const done = await push({ version: 2, rate: 50 }, { gates: [relative] });
    expect([done.job('bids').outcome, done.job('bids').code]).toEqual(['rolled-back', 'gate-failed']);
    const [gate] = done.job('bids').gates ?? [];
    expect(gate?.baseline).toBeGreaterThan(90);
    expect(gate?.baseline).toBeLessThan(110);
    expect(versions(engine)).toEqual([1]);
  });

  played('`on-failure: pause`: the failed run is left for a person', async (stage, { engine }) => {
    const job = engine.job({ version: 2, stalls: 60 }, { ...usual, gates: [progress] }, { 'on-failure': 'pause' });
    const done = await stage.push({ [manifestPath]: manifest({ bids: job }) }, { env: engine.env });
    expect([done.code, done.job('bids').outcome, done.job('bids').code]).toEqual([1, 'stuck', 'gate-failed']);
    expect(versions(engine)).toEqual([2]);
  });
});

describe('a bake that is longer than one call', () => {
  played('is handed over, and goes on by the history of its source', async (stage, { engine, push }) => {
    const held = { signal: 'lag', ...steady, max: '60s' };
    const verify = { bake: '12m', gates: [held, { ...progress, advisory: true }], signals: prometheus(engine) };
    const first = await push({ version: 2 }, verify, { inputs: { 'wait-for-minutes': '8' } });
    expect([first.code, first.job('bids').outcome]).toEqual([0, 'pending']);
    const next = await stage.run(first.event, { inputs: { mode: 'resume' }, env: engine.env });
    expect([next.job('bids').outcome, results(next)[0]]).toEqual(['succeeded', 'lag: pass']);
    const [begun] = evidenceOf(first).jobs;
    const [one] = evidenceOf(next).jobs;
    expect(one?.runningSince).toBe(begun?.runningSince);
    expect(one?.gates[0]?.samples[0]?.at).toBe(begun?.gates[0]?.samples[0]?.at);
  });

  played('is refused where a source keeps no history: it would begin anew for ever', async (_, { engine, push }) => {
    const done = await push(
      { version: 2 },
      { bake: '12m', gates: [progress] },
      { inputs: { 'wait-for-minutes': '8' } },
    );
    expect([done.code, done.job('bids').outcome, done.job('bids').code]).toEqual([3, 'refused', 'gate-needs-history']);
    expect(versions(engine)).toEqual([1]);
  });
});
