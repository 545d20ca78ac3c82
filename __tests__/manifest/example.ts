/** The example of the documentation, with every part of the format, without the engines that are not there yet. */
export const example = `# yaml-language-server: $schema=../schemas/streaming-jobs.schema.json
version: 1
name: acme-streaming
environments:
  production:
    vars: {project: acme-prod, region: europe-west1, bucket: acme-prod-glue, flink: "http://flink.internal:8081"}
    refs: [main]
    jobs: {orders-enrich: {target: {workers: {max: 40}}}}
defaults:
  dataflow: {target: {project: "\${var.project}", region: "\${var.region}"}}
jobs:
  orders-enrich:
    engine: dataflow
    paths: ["pipelines/orders/**", "pipelines/common/**", Dockerfile]
    ignore: ["**/*.md"]
    build: "./ci/build-template.sh orders"
    target:
      name: orders-enrich
      template: \${build.template}
      parameters: {inputSubscription: projects/acme-prod/subscriptions/orders, table: "acme:ods.orders"}
      workers: {min: 2, max: 20}
      transform-name-mapping: {Enrich: EnrichV2}
      environment: {}
    sink: idempotent
    strategy: auto
    max-gap: 10m
    parallel: {overlap: 10m, slots: []}
    drain: {timeout: 30m, on-timeout: fail}
    verify:
      running-within: 15m
      bake: 10m
      gates:
        - {signal: watermark-age, max: 120s, mode: converge}
        - {signal: throughput, min-vs-baseline: 0.7, mode: hold, for: 5m}
    on-failure: rollback
  clicks-to-lake:
    engine: glue
    target:
      name: clicks-to-lake
      region: eu-west-1
      script: {file: glue/clicks.py, upload-to: "s3://\${var.bucket}/clicks/\${digest}.py"}
      extra-py-files: [{zip: glue/lib, upload-to: "s3://\${var.bucket}/clicks/\${digest}.zip"}]
      arguments: {"--checkpoint_location": "s3://acme-ckpt/clicks/"}
      checkpoint-argument: "--checkpoint_location"
      worker-type: G.1X
      workers: 5
      definition: {}
    sink: append
    needs: [orders-enrich]
  tenant-sync:
    engine: command
    for-each: {acme: {topic: acme-in}, globex: {topic: globex-in}}
    desired: running
    paths: [jobs/sync.jar]
    target:
      name: "tenant-sync-\${each.key}"
      observe: "./sync.sh observe"
      start: "./sync.sh start"
      stop: "./sync.sh stop"
      settings: {topic: "\${each.topic}", url: "\${var.flink}"}
      env: {TOKEN: "Bearer \${secret.FLINK_TOKEN}"}
`;
