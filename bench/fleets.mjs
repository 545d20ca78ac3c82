const head = `version: 1
name: bench
environments:
  production:
    refs: [main]
defaults:
  dataflow:
    target: {project: acme-prod, region: europe-west1}
    verify: {running-within: 15m, bake: 2m}
  glue:
    target: {region: eu-west-1, worker-type: G.1X, workers: 2, role: "arn:aws:iam::123456789012:role/streams"}
    verify: {running-within: 15m, bake: 2m}
jobs:
`;

export const manifestPath = '.github/streaming-jobs.yml';

export function jobName(index) {
  return `stream-${String(index).padStart(4, '0')}`;
}

export const isGlue = (index) => index % 2 === 1;

/** Half Dataflow, half Glue; each job ships one file of a folder of its own and watches the folder and a shared one. */
export function manifest(count, extra = '') {
  const jobs = Array.from({ length: count }, (_, index) => (isGlue(index) ? glueJob(index) : dataflowJob(index)));
  return `${head}${jobs.join('')}${extra}`;
}

function dataflowJob(index) {
  const name = jobName(index);
  return `  ${name}:
    engine: dataflow
    paths: ["jobs/${name}/**", "common/dataflow/**"]
    ignore: ["**/*.md"]
    target:
      template: {file: jobs/${name}/template.json, upload-to: "gs://acme-templates/${name}/\${digest}.json"}
      parameters: {inputSubscription: projects/acme-prod/subscriptions/${name}, outputTable: "acme:ods.t${index}"}
    sink: append
`;
}

function glueJob(index) {
  const name = jobName(index);
  return `  ${name}:
    engine: glue
    paths: ["jobs/${name}/**", "common/glue/**"]
    ignore: ["**/*.md"]
    target:
      script: {file: jobs/${name}/script.py, upload-to: "s3://acme-scripts/${name}/\${digest}.py"}
      arguments: {"--checkpoint_location": "s3://acme-checkpoints/${name}/"}
      checkpoint-argument: "--checkpoint_location"
    sink: append
`;
}

/** The file that a job ships; `version` makes it another one. */
export function artifact(index, version) {
  const name = jobName(index);
  if (isGlue(index)) return { [`jobs/${name}/script.py`]: `# ${name}, version ${version}\n` };
  const image = `registry.example/acme/${name}@sha256:${String(version).repeat(64).slice(0, 64)}`;
  return { [`jobs/${name}/template.json`]: `${JSON.stringify({ image, sdkInfo: { language: 'JAVA' } })}\n` };
}

/** All files of a repository: the manifest, each job's artifact, and as many more as it takes, evenly in the jobs' folders. */
export function files(count, total, version = 1) {
  const all = { [manifestPath]: manifest(count) };
  for (let index = 0; index < count; index += 1) Object.assign(all, artifact(index, version));
  const more = total - Object.keys(all).length;
  for (let extra = 0; extra < more; extra += 1) {
    const number = Math.floor(extra / count);
    const name = `file${number}.${number % 10 === 0 ? 'md' : 'py'}`;
    all[`jobs/${jobName(extra % count)}/src/package${number % 8}/${name}`] = `${extra}\n`;
  }
  return all;
}
