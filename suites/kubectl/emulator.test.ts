import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { orders } from '../../__tests__/emulators/flink-operator-local.js';
import { flinkOperatorService, kubeconfigOf } from '../../emulators/flink-operator/index.js';
import { emulatorClock } from '../../emulators/kernel/clock.js';
import { type Started, startServices } from '../../emulators/kernel/start.js';
import type { JsonObject } from '../../src/model/json.js';
import { env } from './kubectl.js';

let local: Started;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubectl-emulator-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  const clock = emulatorClock(60);
  local = await startServices([flinkOperatorService(clock)], clock);
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigOf(local.services['flink-operator'] ?? ''));
});
afterEach(() => local.close());

interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** kubectl by a kubeconfig, as a person has it. */
function kubectl(args: readonly string[], stdin = ''): Promise<Done> {
  return new Promise((resolve, reject) => {
    // What kubectl finds out of a server goes by its port, which the next test's server may have too.
    const cache = mkdtempSync(join(folder, 'cache-'));
    const child = spawn('kubectl', ['--cache-dir', cache, ...args], {
      env: { ...env, KUBECONFIG: join(folder, 'kubeconfig') },
    });
    let out = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, said }));
    child.stdin.end(stdin);
  });
}

const apply = (object: JsonObject, ...more: readonly string[]) =>
  kubectl(['apply', '--server-side', '--field-manager=stream-rollout', '-f', '-', ...more], JSON.stringify(object));
const stable = () =>
  kubectl(['wait', 'flinkdep/orders', '--for=jsonpath={.status.lifecycleState}=STABLE', '--timeout=60s']);

describe('kubectl and the emulated API server', () => {
  it('finds kinds by their short names and shows objects', async () => {
    expect((await kubectl(['api-resources', '--api-group=flink.apache.org'])).out).toContain('flinkbgdep');
    expect((await apply(orders())).out).toBe('flinkdeployment.flink.apache.org/orders serverside-applied\n');
    expect((await kubectl(['get', 'flinkdep', 'orders', '-o', 'jsonpath={.spec.image}'])).out).toBe('orders:1');
    expect((await kubectl(['get', 'flinkdep', 'nobody'])).said).toBe(
      'Error from server (NotFound): flinkdeployments.flink.apache.org "nobody" not found\n',
    );
  });

  it('waits for a state by a watch', async () => {
    await apply(orders());
    expect(await stable()).toMatchObject({ code: 0, out: 'flinkdeployment.flink.apache.org/orders condition met\n' });
    expect((await kubectl(['wait', 'flinkdep/orders', '--for=condition=Running', '--timeout=60s'])).code).toBe(0);
  });

  it('is told of conflicts, and takes fields over by force', async () => {
    await apply(orders());
    await kubectl(['patch', 'flinkdep', 'orders', '--type=merge', '-p', '{"spec":{"job":{"parallelism":3}}}']);
    const refused = await apply(orders());
    expect(refused.code).toBe(1);
    expect(refused.said).toContain(
      'error: Apply failed with 1 conflict: conflict with "kubectl-patch" using flink.apache.org/v1beta1: .spec.job.parallelism\n',
    );
    expect(await apply(orders(), '--force-conflicts')).toMatchObject({ code: 0 });
    const { out } = await kubectl(['get', 'flinkdep', 'orders', '-o', 'jsonpath={.spec.job.parallelism}']);
    expect(out).toBe('2');
  });

  it('is told of unknown fields, also by a client-side apply', async () => {
    expect((await apply(orders({ spec: { nope: 1 } }))).said).toContain('.spec.nope: field not declared in schema');
    const created = await kubectl(['create', '-f', '-'], JSON.stringify(orders({ spec: { nope: 1 } })));
    expect(created.said).toContain('strict decoding error: unknown field "spec.nope"');
    expect(await kubectl(['apply', '-f', '-'], JSON.stringify(orders()))).toMatchObject({ code: 0 });
    expect(await kubectl(['apply', '-f', '-'], JSON.stringify(orders({ spec: { image: 'orders:2' } })))).toMatchObject({
      code: 0,
    });
  });

  it('patches the status alone by its own endpoint', async () => {
    await apply(orders());
    await stable();
    const patch = ['patch', 'flinkdep', 'orders', '--type=merge', '-p', '{"status":{"error":"x"}}'];
    const error = () => kubectl(['get', 'flinkdep', 'orders', '-o', 'jsonpath={.metadata.generation} {.status.error}']);
    const before = (await error()).out;
    await kubectl(patch);
    expect((await error()).out).toBe(before);
    await kubectl([...patch, '--subresource=status']);
    expect((await error()).out).toBe(`${before.trim()} x`);
  });

  it('tries without keeping, and reads Flink through the proxy', async () => {
    const dry = await apply(orders(), '--dry-run=server', '-o', 'json');
    expect(JSON.parse(dry.out).metadata.generation).toBe(1);
    expect((await kubectl(['get', 'flinkdep', 'orders'])).code).toBe(1);
    await apply(orders());
    await stable();
    const path = '/api/v1/namespaces/default/services/orders-rest:rest/proxy/jobs/overview';
    expect(JSON.parse((await kubectl(['get', '--raw', path])).out).jobs).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('deletes and waits for the finalizer', async () => {
    await apply(orders());
    await stable();
    expect((await kubectl(['delete', 'flinkdep', 'orders', '--timeout=60s'])).out).toContain('deleted');
    expect((await kubectl(['get', 'flinkdep', 'orders'])).code).toBe(1);
  });
});
