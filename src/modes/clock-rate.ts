/** Variables whose values are endpoints of cloud services; all of them must be loopback before the clock may run faster. */
const endpoint = /^(AWS_ENDPOINT_URL(_|$)|CLOUDSDK_API_ENDPOINT_OVERRIDES_|STORAGE_EMULATOR_HOST$|GITHUB_API_URL$)/;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The local cloud's clock rate. It counts only while every endpoint is loopback, so that it can never shorten a wait on a real cloud. */
export function clockRate(env: { readonly [name: string]: string | undefined }): number {
  const rate = Number(env['STREAM_ROLLOUT_CLOCK_RATE'] ?? '1');
  if (!Number.isFinite(rate) || rate <= 1) return 1;
  const urls = Object.entries(env).filter(([name, value]) => endpoint.test(name) && value);
  if (urls.length === 0) return 1;
  return urls.every(([, value]) => isLoopback(value ?? '')) ? Math.min(rate, 10_000) : 1;
}

function isLoopback(url: string): boolean {
  try {
    return loopback.has(new URL(url.includes('://') ? url : `http://${url}`).hostname);
  } catch {
    return false;
  }
}

/** When the local cloud's clock was started, in milliseconds of real time; undefined where it is not told. */
export function clockOrigin(env: { readonly [name: string]: string | undefined }): number | undefined {
  const origin = Number(env['STREAM_ROLLOUT_CLOCK_ORIGIN']);
  return Number.isFinite(origin) && origin > 0 && origin <= Date.now() ? origin : undefined;
}
