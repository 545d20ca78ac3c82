import type { Files } from '../support/checkout.js';

/** Five jobs; the tests name lines of this text. */
export const manifest = `version: 1
name: acme-streaming
environments:
  production: {}
defaults:
  dataflow: {target: {project: acme-prod, region: europe-west1}, sink: idempotent, verify: {bake: 1m}}
  glue: {target: {region: eu-west-1}, sink: append, verify: {bake: 1m}}
jobs:
  orders:
    engine: dataflow
    target: {template: {file: templates/orders.json, upload-to: "gs://acme/orders/\${digest}.json"}}
  orders-returns:
    engine: dataflow
    target: {template: {file: templates/returns.json, upload-to: "gs://acme/returns/\${digest}.json"}}
  payments:
    engine: dataflow
    target: {template: {file: templates/payments.json, upload-to: "gs://acme/payments/\${digest}.json"}}
  clicks:
    engine: glue
    target: {script: {file: glue/clicks.py, upload-to: "s3://acme/clicks/\${digest}.py"}}
  sessions:
    engine: glue
    target: {script: {file: glue/sessions.py, upload-to: "s3://acme/sessions/\${digest}.py"}}
`;

/** Line of the manifest on which a job is declared. */
export function lineOf(job: string): string {
  return String(manifest.split('\n').indexOf(`  ${job}:`) + 1);
}

/** A Flex template's spec; `fate` is for the local cloud: how a run of it fares. */
export function template(version: number, fate?: object): string {
  const image = `registry.example/streams:${version}`;
  return `${JSON.stringify({ image, sdkInfo: { language: 'PYTHON' }, ...(fate && { 'x-emulator': fate }) }, null, 2)}\n`;
}

/** Everything that the jobs run, as first declared. */
export const sources: Files = {
  '.github/streaming-jobs.yml': manifest,
  'templates/orders.json': template(1),
  'templates/returns.json': template(1),
  'templates/payments.json': template(1),
  'glue/clicks.py': '# clicks 1\n',
  'glue/sessions.py': '# sessions 1\n',
};

/** A workflow as a user writes it around the action. */
export const workflow = `name: streaming
on:
  push: {branches: [main]}
  schedule: [{cron: '17 * * * *'}]
  workflow_dispatch:
    inputs:
      mode: {type: choice, options: [plan, apply], default: plan}
      jobs: {type: string, default: ''}
      force: {type: boolean, default: false}
permissions: {}
concurrency: {group: streaming, cancel-in-progress: false, queue: max}
jobs:
  rollout:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions: {contents: write, actions: read, checks: write}
    outputs:
      changed: \${{ steps.rollout.outputs.changed-jobs }}
      result: \${{ steps.rollout.outputs.result }}
    steps:
      - uses: actions/checkout@v7
      - run: node --version
      - id: rollout
        uses: acme/stream-rollout@v1
        with:
          mode: \${{ inputs.mode || 'auto' }}
          jobs: \${{ inputs.jobs }}
          force: \${{ inputs.force }}
      - if: always()
        env: {OUTCOME: "\${{ steps.rollout.outcome }}", RESULT: "\${{ steps.rollout.outputs.result }}"}
        run: echo "outcome=$OUTCOME result=$RESULT"
  after:
    needs: rollout
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - env: {CHANGED: "\${{ needs.rollout.outputs.changed }}", RESULT: "\${{ needs.rollout.outputs.result }}"}
        run: echo "changed=$CHANGED result=$RESULT"
`;

/** act refuses `concurrency.queue`, which GitHub has had since May 2026. */
export function forAct(text: string): string {
  return text.replace(/, queue: max\b/g, '').replace(/^\s+queue: max\n/gm, '');
}
