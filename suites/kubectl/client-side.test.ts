import { describe, expect } from '@jest/globals';
import { manifest, manifestPath } from '../../__tests__/e2e/harness/fleet.js';
import { until } from '../support/until.js';
import { directories, operatorJob, runningImage, scenario, server, shown, verify } from './fleet.js';
import { api, kubectl } from './kubectl.js';

const job = { jarURI: 'local:///opt/flink/usrlib/fraud.jar', parallelism: 2, upgradeMode: 'savepoint' };
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** A commit that names a part of the spec alone. */
function partly(image: string) {
  const target = { 'force-conflicts': true, spec: { image, job } };
  return { [manifestPath]: manifest({ fraud: { engine: 'flink-operator', sink: 'transactional', verify, target } }) };
}

describe('a job that people apply by kubectl in the usual way, on the client', () => {
  scenario('what the manifest does not name is never taken out: refused, and the way out is told', async (stage) => {
    const { target } = operatorJob('fraud:1') as { readonly target: { readonly spec: object } };
    const metadata = { name: 'fraud', namespace: 'default' };
    const whole = { apiVersion: api, kind: 'FlinkDeployment', metadata, spec: target.spec };
    await kubectl(server(stage), ['apply', '-f', '-'], JSON.stringify(whole));
    const isStable = async () => (await shown(stage)).status?.lifecycleState === 'STABLE';
    await until('the job', isStable, Boolean);
    await stage.push(partly('fraud:1'));
    const refused = await stage.push(partly('fraud:2'));
    expect([refused.outcomes, refused.writes, refused.job('fraud').code]).toEqual([
      { fraud: 'refused' },
      [],
      'flink-operator-client-side-applied',
    ]);
    expect(refused.job('fraud').message).toContain('.spec.serviceAccount');
    await kubectl(server(stage), ['annotate', 'flinkdeployment/fraud', `${annotation}-`]);
    for (const image of ['fraud:2', 'fraud:3']) {
      const done = await stage.push(partly(image));
      expect(done.outcomes).toEqual({ fraud: 'succeeded' });
      expect(await runningImage(stage)).toBe(image);
      expect((await shown(stage)).spec).toMatchObject({ serviceAccount: 'flink', flinkConfiguration: directories });
    }
  });
});
