import { describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engines/engine.js';
import { signal } from '../verify/stage.js';
import { river } from './engines.js';
import { errorsOf, manifestOf } from './read.js';

const measuring: Engine = { ...river, signals: () => [signal('lag'), signal('throughput')] };
const given = { engines: async () => measuring };

const manifest = (verify: string) => `version: 1
environments:
  production: {vars: {host: "http://prometheus"}}
jobs:
  orders:
    engine: river
    target: {region: eu}
    verify: ${verify}
`;

describe('declared signals', () => {
  it('are read with their durations as seconds; what only a rollout knows stays as written', async () => {
    const { jobs } = await manifestOf(
      manifest(`
      gates: [{signal: errors, max: 0.01}]
      signals:
        errors:
          prometheus: {url: "\${var.host}", query: 'sum(errors{run="\${run.id}"})', headers: {Authorization: "Bearer \${secret.TOKEN}"}}
          unit: ratio
          lateness: 2m
          window: 10m
          input: throughput
        ready: {command: {run: [./probe.sh, "\${environment}"], env: {KEY: "\${secret.KEY}"}}, interval: 5s, kind: counter}
        lag: {history: true}`),
      given,
    );
    expect(jobs[0]?.verify.signals).toEqual({
      errors: {
        prometheus: {
          url: 'http://prometheus',
          query: 'sum(errors{run="${run.id}"})',
          headers: { Authorization: 'Bearer ${secret.TOKEN}' },
        },
        ...{ unit: 'ratio', latenessSeconds: 120, windowSeconds: 600, input: 'throughput' },
      },
      ready: {
        command: { run: ['./probe.sh', 'production'], env: { KEY: '${secret.KEY}' } },
        ...{ intervalSeconds: 5, kind: 'counter' },
      },
      lag: { history: true },
    });
  });

  it.each<[string, string, string]>([
    [
      'two sources',
      '{signals: {a: {http: {url: x}, prometheus: {url: x, query: y}}}}',
      '8:24 jobs.orders.verify.signals.a [manifest-signal] expected one source, got prometheus and http',
    ],
    [
      'a secret in an address',
      '{signals: {a: {http: {url: "http://x/${secret.A}"}}}}',
      '8:40 jobs.orders.verify.signals.a.http.url [manifest-reference] ${secret.…} stands only in `headers` and `env` of a signal',
    ],
    [
      'a run in a header',
      '{signals: {a: {http: {url: x, headers: {A: "${run.id}"}}}}}',
      '8:56 jobs.orders.verify.signals.a.http.headers.A [manifest-reference] ${run.id} and ${run.name} stand only in the url and query of `verify.signals`',
    ],
    [
      'a signal that nobody offers',
      '{gates: [{signal: troughput, min: 1}]}',
      '8:23 jobs.orders.verify.gates.0.signal [manifest-signal] there is no signal `troughput`; did you mean `throughput`?',
    ],
    [
      'an input that nobody offers',
      '{gates: [{signal: a, min: 1}], signals: {a: {http: {url: x}, input: arrivals}}}',
      '8:44 jobs.orders.verify.signals [manifest-signal] there is no signal `arrivals`; known here: lag, throughput, a',
    ],
  ])('%s: told where it stands', async (_, verify, expected) => {
    expect(await errorsOf(manifest(verify), given)).toEqual([expect.stringContaining(expected)]);
  });

  it('a run is named nowhere else', async () => {
    const text = manifest('{bake: 1m}').replace('{region: eu}', '{region: "${run.id}"}');
    expect(await errorsOf(text, given)).toEqual([expect.stringContaining('stand only in the url and query')]);
  });
});
