import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { nothing } from '../../__tests__/contract/calls.js';
import type { Field, Ground, Targets } from '../../__tests__/contract/ground.js';
import { accountClock, connected } from '../../__tests__/contract/grounds/ambient.js';
import { contract } from '../../__tests__/contract/suites/index.js';
import { flink } from '../../src/engines/flink/index.js';
import type { JsonObject } from '../../src/model/json.js';
import { cached } from '../support/paths.js';
import { type Cluster, type ClusterOptions, startCluster } from './cluster.js';

/** Changes of parallelism take effect at once, instead of half a minute after the last one. */
const adaptive = {
  'jobmanager.scheduler': 'adaptive',
  'jobmanager.adaptive-scheduler.scaling-interval.min': '0s',
  'jobmanager.adaptive-scheduler.resource-stabilization-timeout': '0s',
};

const clusters: readonly (ClusterOptions & { readonly what: string; readonly scales: boolean })[] = [
  { what: 'Flink 1.20.5 with the adaptive scheduler', version: '1.20.5', scales: true, configuration: adaptive },
  { what: 'Flink 2.3.0', version: '2.3.0', scales: false },
];

// The rules that need a second job, a broken call or the request log are left to the emulator.
for (const { what, scales, ...options } of clusters)
  describe(what, () => {
    let cluster: Cluster;
    const folder = mkdtempSync(join(tmpdir(), 'contract-'));
    beforeAll(async () => {
      cluster = await startCluster({ ...options, slots: 6 });
      process.env['STREAM_ROLLOUT_FLINK_URL'] = cluster.url;
    });
    afterAll(async () => {
      delete process.env['STREAM_ROLLOUT_FLINK_URL'];
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const ground = groundOn(what, scales, folder, () => cluster);
    contract({
      ground,
      rule(name, body, options = {}) {
        it(
          name,
          async () => {
            const field = await ground.open(options);
            try {
              await body(field);
            } finally {
              await nothing(field);
              await field.end();
            }
          },
          ground.limitSeconds * 1000,
        );
      },
      emulated: () => undefined,
    });
  });

function groundOn(where: string, scales: boolean, folder: string, cluster: () => Cluster): Ground {
  const jar = (version: string) => pathToFileURL(cached('flink', 'jobs', `${version}.jar`)).href;
  const first: JsonObject = {
    // The port is not known yet: the variable of local clouds points every target at the cluster.
    url: 'http://127.0.0.1:1',
    name: 'contract',
    jar: jar('v1'),
    arguments: [join(folder, 'lines'), '100', 'contract'],
    parallelism: 2,
    ...(scales ? { scheduler: 'adaptive' } : {}),
  };
  const targets: Targets = {
    first,
    second: { ...first, jar: jar('v2') },
    refused: { ...first, jar: jar('v2-main-fails') },
    missing: { ...first, jar: jar('v0') },
    failing: { ...first, jar: jar('v2-crash'), configuration: { 'restart-strategy.type': 'none' } },
    undrained: null,
    unstopped: null,
    secret: { ...first, arguments: [join(folder, 'lines'), '100', 'contract', '${secret.TOKEN}'] },
    scale: scales ? { parallelism: 1 } : null,
  };
  return {
    engine: flink,
    where,
    real: true,
    limitSeconds: 90,
    targets,
    offers: ['messages', 'reference', 'measure'],
    variants: {},
    observeCalls: { first: () => 0, again: () => 0 },
    async open(): Promise<Field> {
      const clock = accountClock();
      const { ambient, cancel, lines, session, close } = await connected(flink, first, clock, {
        STREAM_ROLLOUT_FLINK_URL: cluster().url,
      });
      return {
        engine: flink,
        session,
        ambient,
        clock,
        cancel,
        lines,
        names: ['contract'],
        targets,
        unknownId: '0'.repeat(32),
        outside: null,
        // Only the list lag is waited for in full; who polls sooner sees no less.
        wait: (seconds) => clock.sleep(seconds <= flink.times.lagSeconds ? seconds : 0.5),
        end: close,
      };
    },
  };
}
