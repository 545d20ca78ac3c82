import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { dispatched } from './harness/events.js';
import { dataflowJob, manifest, manifestPath, project } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

const environments = {
  staging: { vars: { project: 'acme-staging' } },
  production: { vars: { project }, refs: ['release'] },
};

/** Builds a template whose image differs at every call, as real builds do; notes each call outside the checkout. */
const build = `
set -eu
echo "building orders with $REGISTRY_TOKEN"
echo built >> "$BUILDS"
mkdir -p out
printf '{"image": "registry.example/orders@sha256:%064d", "sdkInfo": {"language": "PYTHON"}}\\n' "$(wc -l < "$BUILDS")" > out/orders.json
echo "template=out/orders.json" >> "$STREAM_ROLLOUT_OUTPUT"
`;

const orders = dataflowJob(
  'orders',
  {
    project: '${var.project}',
    template: { file: '${build.template}', 'upload-to': 'gs://acme-templates/orders/${digest}.json' },
    parameters: { token: '${secret.REGISTRY_TOKEN}' },
  },
  { build: 'sh ci/build.sh', paths: ['pipelines/**', 'ci/**'] },
);

const files = {
  [manifestPath]: manifest({ orders }, { environments }),
  'ci/build.sh': build,
  'pipelines/orders.py': 'WIDTH = 1\n',
};

function step(stage: Stage, environment: string) {
  return {
    inputs: { environment },
    env: { BUILDS: join(stage.folder, 'builds.txt') },
    secrets: { REGISTRY_TOKEN: 'canary-registry-token' },
  };
}

function builds(stage: Stage): number {
  const path = join(stage.folder, 'builds.txt');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0;
}

async function imageIn(stage: Stage, place: string): Promise<unknown> {
  const runs = (await stage.cloud.runs('dataflow', 'orders')).filter((run) => run['project'] === place);
  return runs.find(({ state }) => state === 'JOB_STATE_RUNNING')?.['labels'];
}

describe('staging, then production', () => {
  scenario('share one build: production gets the bytes that staging proved', async (stage) => {
    const staging = await stage.push(files, step(stage, 'staging'));
    expect(staging.outcomes).toEqual({ orders: 'succeeded' });
    expect(builds(stage)).toBe(1);
    expect(staging.log).toContain('Build orders: sh ci/build.sh');
    expect(staging.log).toContain('building orders with ***');

    const { sha } = staging.event;
    const event = dispatched({ repository: stage.repository, sha, branch: 'release' });
    const production = await stage.run(event, step(stage, 'production'));
    expect(production.outcomes).toEqual({ orders: 'succeeded' });
    expect(builds(stage)).toBe(1);
    const launched = [staging, production].map(({ requests }) =>
      requests.filter(({ operation, status }) => operation === 'objects.insert' && status === 200),
    );
    expect(launched.map((uploads) => uploads.length)).toEqual([1, 0]);
    expect(await imageIn(stage, 'acme-staging')).toBeTruthy();
    expect(await imageIn(stage, project)).toBeTruthy();
    expect(Object.keys(await stage.repo.ledger())).toEqual([
      'refs/stream-rollout/artifacts/orders',
      'refs/stream-rollout/production/orders',
      'refs/stream-rollout/staging/orders',
    ]);

    const again = await stage.run(event, step(stage, 'production'));
    expect([again.outcomes, again.writes, builds(stage)]).toEqual([{ orders: 'unchanged' }, [], 1]);
  });

  scenario('a plan never builds, and a change of other files does not build again', async (stage) => {
    const planned = await stage.push(files, {
      ...step(stage, 'staging'),
      inputs: { environment: 'staging', mode: 'plan' },
    });
    expect(planned.code).toBe(0);
    expect(builds(stage)).toBe(0);
    expect(planned.planned('orders').desired.artifact).toMatchObject({ kind: 'build' });
    await stage.run(planned.event, step(stage, 'staging'));
    const docs = await stage.push({ 'docs/page.md': 'x\n' }, step(stage, 'staging'));
    expect([docs.outcomes, builds(stage)]).toEqual([{ orders: 'unchanged' }, 1]);
    const change = await stage.push({ 'pipelines/orders.py': 'WIDTH = 2\n' }, step(stage, 'staging'));
    expect([change.outcomes, builds(stage)]).toEqual([{ orders: 'succeeded' }, 2]);
  });

  scenario('a file that is ignored from now on is no change of the code, and is not built again', async (stage) => {
    await stage.push({ ...files, 'pipelines/notes.md': 'notes\n' }, step(stage, 'staging'));
    const ignoring = { ...orders, ignore: ['**/*.md'] };
    const edited = { [manifestPath]: manifest({ orders: ignoring }, { environments }) };
    const done = await stage.push(edited, step(stage, 'staging'));
    expect([done.outcomes, done.writes, done.ledger, builds(stage)]).toEqual([{ orders: 'unchanged' }, [], [], 1]);
  });

  scenario('a build that fails touches nothing, and says where to look', async (stage) => {
    const first = await stage.push(files, step(stage, 'staging'));
    const run = first.job('orders').runAfter;
    const broken = await stage.push({ 'ci/build.sh': 'echo no compiler; exit 3\n' }, step(stage, 'staging'));
    expect(await told(stage, broken, 'orders', { run })).toBe(`refused (build-failed), exit 3
Refused; nothing was touched. orders: the build ended with exit code 3. Nothing of the job was touched. Now: run <run> of orders is running.
Next: read its output above and repair the build; a rerun builds again`);
    expect(broken.log).toContain('no compiler');
    expect([broken.writes, broken.ledger]).toEqual([[], []]);
  });

  scenario('a call names its environment where the manifest has several', async (stage) => {
    const done = await stage.push(files, { ...step(stage, ''), inputs: {} });
    expect(done.code).toBe(4);
    expect(done.annotations[0]?.message).toMatch(/environment/);
    expect(done.requests).toEqual([]);
  });

  scenario('a push to a ref of staging is a plan for production', async (stage) => {
    const done = await stage.push(files, step(stage, 'production'));
    expect([done.code, done.report, done.writes, builds(stage)]).toEqual([0, null, [], 0]);
    expect(done.annotations.map(({ message }) => message).join()).toContain('is not a ref of this environment');
  });
});
