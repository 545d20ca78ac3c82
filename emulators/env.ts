import { createHash } from 'node:crypto';

/** Environment variables that point SDKs, gcloud, Beam and stream-rollout at a local cloud, with throw-away credentials. */
export function environmentOf(
  services: { readonly [name: string]: string },
  clock: { readonly rate: number; readonly origin: number },
): { readonly [name: string]: string } {
  const of = (name: string, variables: (url: string) => { readonly [name: string]: string }) => {
    const url = services[name];
    return url === undefined ? {} : variables(url);
  };
  return {
    ...of('dataflow', (url) => ({ CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: `${url}/` })),
    ...of('storage', (url) => ({
      CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${url}/storage/v1/`,
      STORAGE_EMULATOR_HOST: url,
    })),
    ...of('monitoring', (url) => ({ CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING: `${url}/` })),
    ...of('glue', (url) => ({ AWS_ENDPOINT_URL_GLUE: url })),
    ...of('s3', (url) => ({ AWS_ENDPOINT_URL_S3: url })),
    ...of('cloudwatch', (url) => ({ AWS_ENDPOINT_URL_CLOUDWATCH: url })),
    ...of('sts', (url) => ({ AWS_ENDPOINT_URL_STS: url })),
    ...of('managed-flink', (url) => ({ AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2: url })),
    ...of('flink', (url) => ({ STREAM_ROLLOUT_FLINK_URL: url })),
    ...of('flink-operator', (url) => ({ STREAM_ROLLOUT_KUBE_SERVER: url })),
    ...of('github', (url) => ({ GITHUB_API_URL: url, GITHUB_TOKEN: 'canary-local-cloud' })),
    ...google,
    ...aws,
    ...clockEnvironment(clock),
  };
}

/** What a process of the tool that starts now needs to show the local cloud's time. */
export function clockEnvironment(clock: { readonly rate: number; readonly origin: number }) {
  return {
    STREAM_ROLLOUT_CLOCK_RATE: String(clock.rate),
    // Processes that start one after the other agree on the time only if they count from the same moment.
    STREAM_ROLLOUT_CLOCK_ORIGIN: String(clock.origin),
  };
}

const google = {
  // Without a project the Google libraries ask a real host for one.
  GOOGLE_CLOUD_PROJECT: 'local-cloud',
  CLOUDSDK_CORE_PROJECT: 'local-cloud',
  CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
  CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
  CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
  CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
  NO_GCE_CHECK: 'true',
};

const aws = {
  // Made up in the right shape: a client that checks the form takes them, and nothing real accepts them.
  AWS_ACCESS_KEY_ID: 'AKIALOCALCLOUD000000',
  AWS_SECRET_ACCESS_KEY: createHash('sha1').update('local cloud canary').digest('hex'),
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};
